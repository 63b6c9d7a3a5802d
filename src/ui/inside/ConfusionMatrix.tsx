import { type CSSProperties, type KeyboardEvent, useEffect, useRef } from 'react';
import type { Range } from '../../core/schedule.ts';
import type { Confusion, ConfusionCell } from '../../session/inside/confusion.ts';
import { moveCell } from '../../session/inside/confusionWindow.ts';

export interface ConfusionProps {
  confusion: Confusion;
  cell: Pick<ConfusionCell, 'label' | 'predicted'>;
  onChoose: (cell: Pick<ConfusionCell, 'label' | 'predicted'>) => void;
}

interface MatrixProps extends ConfusionProps {
  /** The classes that are shown as rows and as columns; all of them unless given. */
  rows?: Range;
  columns?: Range;
}

/** A table of buttons; arrow keys walk over the whole matrix, so it is one stop of the Tab key. */
export function ConfusionMatrix({ confusion, cell, onChoose, rows, columns }: MatrixProps) {
  const { classNames, counts, perClass } = confusion;
  const classes = classNames.length;
  const table = useRef<HTMLTableElement>(null);
  const isWalking = useRef(false);

  const onKeyDown = (event: KeyboardEvent) => {
    const next = moveCell(cell, event.key, classes);
    if (!next) return;
    event.preventDefault();
    isWalking.current = true;
    onChoose(next);
  };
  // The cell may come into sight only with this rendering.
  useEffect(() => {
    if (!isWalking.current) return;
    isWalking.current = false;
    table.current?.querySelector<HTMLElement>(`[data-cell="${cell.label} ${cell.predicted}"]`)?.focus();
  }, [cell.label, cell.predicted]);

  return (
    <div className="matrix-scroll">
      <table ref={table} className="matrix numbers" onKeyDown={onKeyDown}>
        <caption className="visually-hidden">Test samples by true class and class read out</caption>
        <thead>
          <tr>
            <td aria-hidden="true" />
            {indices(columns, classes).map((predicted) => (
              <th key={predicted} scope="col" title={classNames[predicted]}>
                <span>{classNames[predicted]}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {indices(rows, classes).map((label) => (
            <tr key={label}>
              <th scope="row" title={classNames[label]}>
                <span>{classNames[label]}</span>
              </th>
              {indices(columns, classes).map((predicted) => {
                const count = counts[label * classes + predicted];
                const share = perClass[label] > 0 ? count / perClass[label] : 0;
                const isChosen = cell.label === label && cell.predicted === predicted;
                return (
                  <td key={predicted}>
                    <button
                      type="button"
                      data-cell={`${label} ${predicted}`}
                      className={cellClass(label === predicted, share)}
                      style={{ '--share': `${Math.round(100 * share)}%` } as CSSProperties}
                      tabIndex={isChosen ? 0 : -1}
                      aria-pressed={isChosen}
                      aria-label={`${count} samples of class ${classNames[label]} read out as ${classNames[predicted]}`}
                      onClick={() => onChoose({ label, predicted })}
                    >
                      {count > 0 ? count : ''}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function indices({ start, stop }: Range = { start: 0, stop: 0 }, classes: number): number[] {
  const end = stop > start ? stop : classes;
  return Array.from({ length: end - start }, (_, i) => start + i);
}

function cellClass(isRight: boolean, share: number): string {
  const kind = isRight ? 'matrix-cell right' : 'matrix-cell wrong';
  // White on a strong colour, ink on a faint one: readable on both.
  return share > 0.5 ? `${kind} strong` : kind;
}
