import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from 'react';
import type { LayerBytes } from '../../session/planWalk.ts';
import { formatBytes, formatPercent } from '../shared/format.ts';
import { type GridGeometry, stepX } from './gridGeometry.ts';
import { type LayerRate, rateAt } from './layerRates.ts';

interface CellProbeProps {
  geometry: GridGeometry;
  stepCount: number;
  /** How often each row fires. */
  rates: readonly LayerRate[];
  layerBytes: readonly LayerBytes[] | undefined;
  /** The diagram, which is asked where the pointer is. */
  children: ReactNode;
}

interface CellPlace {
  row: number;
  step: number;
}

/** What a cell is, under the pointer or by keyboard: its layer, step, firing rate and the bytes that it holds. */
export function CellProbe({ geometry, stepCount, rates, layerBytes, children }: CellProbeProps) {
  const [hovered, setHovered] = useState<CellPlace | null>(null);
  const [kept, setKept] = useState<CellPlace>({ row: 0, step: 0 });
  const [hasFocus, setHasFocus] = useState(false);
  const focused: CellPlace = {
    row: Math.min(kept.row, geometry.rows.length - 1),
    step: Math.min(kept.step, stepCount - 1),
  };
  const shown = hovered ?? (hasFocus ? focused : null);

  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const row = geometry.rows.findIndex((each) => Math.abs(each.y - y) <= Math.max(8, each.height / 2));
    const step = Math.floor(((x - geometry.left) / (geometry.right - geometry.left)) * stepCount);
    const isInside = row >= 0 && step >= 0 && step < stepCount && event.buttons === 0;
    setHovered((before) =>
      !isInside ? null : before?.row === row && before.step === step ? before : { row, step },
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, CellPlace> = {
      ArrowRight: { ...focused, step: focused.step + 1 },
      ArrowLeft: { ...focused, step: focused.step - 1 },
      ArrowUp: { ...focused, row: focused.row + 1 },
      ArrowDown: { ...focused, row: focused.row - 1 },
      Home: { ...focused, step: 0 },
      End: { ...focused, step: stepCount - 1 },
    };
    const next = moves[event.key];
    if (!next) return;
    event.preventDefault();
    setKept({
      row: Math.min(geometry.rows.length - 1, Math.max(0, next.row)),
      step: Math.min(stepCount - 1, Math.max(0, next.step)),
    });
  };

  const at = { x: stepX(geometry, focused.step + 0.5, stepCount), y: geometry.rows[focused.row].y };
  return (
    <div className="cell-area" onPointerMove={onPointerMove} onPointerLeave={() => setHovered(null)}>
      {children}
      <button
        type="button"
        className="cell-probe"
        style={{ left: at.x - 10, top: at.y - 10 }}
        aria-label={`Cell ${cellWords(focused)}`}
        onKeyDown={onKeyDown}
        onFocus={() => setHasFocus(true)}
        onBlur={() => setHasFocus(false)}
      />
      {shown && (
        <CellTip
          geometry={geometry}
          stepCount={stepCount}
          rate={rates[shown.row]}
          bytes={layerBytes?.[shown.row]}
          {...shown}
        />
      )}
    </div>
  );

  function cellWords({ row, step }: CellPlace): string {
    const bytes = layerBytes?.[row];
    return [
      `${geometry.rows[row].name}, step ${step + 1}: `,
      rateWords(rateAt(rates[row], step), 'no firing rate yet', 'fires '),
      bytes ? `, holds ${formatBytes(bytes.historyPerStep)}` : '',
    ].join('');
  }
}

function rateWords(rate: number | null | undefined, before: string, verb: string): string {
  if (rate === undefined) return before;
  return rate === null ? 'no neurons of its own' : `${verb}${formatPercent(rate)}`;
}

interface CellTipProps {
  geometry: GridGeometry;
  stepCount: number;
  row: number;
  step: number;
  rate: LayerRate;
  bytes: LayerBytes | undefined;
}

function CellTip({ geometry, stepCount, row, step, rate, bytes }: CellTipProps) {
  const x = stepX(geometry, step + 0.5, stepCount);
  const { y, name, shape } = geometry.rows[row];
  const isRight = x > geometry.width / 2;
  const isLow = y > geometry.height / 2;
  return (
    <>
      <span className="cell-ring" style={{ left: x - 10, top: y - 10 }} />
      <div
        className="cell-tip small"
        style={{
          ...(isRight ? { right: geometry.width - x + 16 } : { left: x + 16 }),
          ...(isLow ? { bottom: geometry.height - y + 8 } : { top: y + 8 }),
        }}
      >
        <p>
          <b>{name}</b> <span className="muted">{shape}</span>
        </p>
        <dl className="numbers">
          <dt>step</dt>
          <dd>
            {step + 1} of {stepCount}
          </dd>
          <dt>{rate && !rate.steps ? 'firing rate, mean' : 'firing rate'}</dt>
          <dd>{rateWords(rateAt(rate, step), 'after the first epoch', '')}</dd>
          {rate?.steps && (
            <>
              <dt>mean of all steps</dt>
              <dd>{formatPercent(rate.mean)}</dd>
            </>
          )}
          {bytes && (
            <>
              <dt>held for this step</dt>
              <dd>{formatBytes(bytes.historyPerStep)}</dd>
              <dt>membranes, all steps</dt>
              <dd>{formatBytes(bytes.membranes)}</dd>
              <dt>weights</dt>
              <dd>{bytes.weights > 0 ? formatBytes(bytes.weights) : 'none'}</dd>
            </>
          )}
        </dl>
      </div>
    </>
  );
}
