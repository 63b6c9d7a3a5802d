import { type KeyboardEvent, useId, useRef, useState } from 'react';
import type { ChartFormat } from './chartFile.ts';

interface ChartToolsProps {
  title: string;
  isZoomed: boolean;
  onZoom: (factor: number) => void;
  onWhole: () => void;
  /** @returns Why it failed, or null. */
  onSave: (format: ChartFormat) => Promise<string | null>;
}

/** What can be done to a chart: zoom without a mouse, and files of it. */
export function ChartTools({ title, isZoomed, onZoom, onWhole, onSave }: ChartToolsProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    setIsOpen(false);
    opener.current?.focus();
  };
  const save = (format: ChartFormat) => async () => setProblem(await onSave(format));
  return (
    <div className="chart-tools">
      {isZoomed && (
        <button type="button" className="button small chart-whole" onClick={onWhole}>
          Whole run
        </button>
      )}
      <button
        ref={opener}
        type="button"
        className="button quiet icon"
        aria-label={`Zoom and save: ${title}`}
        title="Zoom and save"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setIsOpen(!isOpen)}
      >
        <svg width={16} height={16} viewBox="0 0 16 16" aria-hidden="true">
          <circle cx={3} cy={8} r={1.5} />
          <circle cx={8} cy={8} r={1.5} />
          <circle cx={13} cy={8} r={1.5} />
        </svg>
      </button>
      {isOpen && (
        // biome-ignore lint/a11y/useSemanticElements: these are no form fields, which a fieldset would group.
        <div
          id={id}
          className="chart-menu"
          role="group"
          aria-label={`${title}: zoom and save`}
          onKeyDown={close}
        >
          <div>
            <button type="button" className="button small" onClick={() => onZoom(2)}>
              Zoom in
            </button>
            <button type="button" className="button small" disabled={!isZoomed} onClick={() => onZoom(0.5)}>
              Zoom out
            </button>
          </div>
          <div>
            {(['png', 'svg', 'csv'] as const).map((format) => (
              <button key={format} type="button" className="button small" onClick={save(format)}>
                {format.toUpperCase()}
              </button>
            ))}
          </div>
          <p className="small muted">Or drag across the chart to zoom; double-click for the whole run.</p>
          {problem && (
            <p className="field-error" role="alert">
              {problem}
            </p>
          )}
        </div>
      )}
    </div>
  );
}
