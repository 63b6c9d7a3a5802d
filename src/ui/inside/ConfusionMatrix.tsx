import type { CSSProperties, KeyboardEvent } from 'react';
import type { Confusion, ConfusionCell } from '../../session/inside/confusion.ts';

export interface ConfusionProps {
  confusion: Confusion;
  cell: Pick<ConfusionCell, 'label' | 'predicted'>;
  onChoose: (cell: Pick<ConfusionCell, 'label' | 'predicted'>) => void;
}

const MOVES: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** A table of buttons; arrow keys walk over it, so it is one stop of the Tab key. */
export function ConfusionMatrix({ confusion, cell, onChoose }: ConfusionProps) {
  const { classNames, counts, perClass } = confusion;
  const classes = classNames.length;

  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const label = Math.max(0, Math.min(classes - 1, cell.label + move[0]));
    const predicted = Math.max(0, Math.min(classes - 1, cell.predicted + move[1]));
    onChoose({ label, predicted });
    event.currentTarget.querySelector<HTMLElement>(`[data-cell="${label} ${predicted}"]`)?.focus();
  };

  return (
    <div className="matrix-scroll">
      <table className="matrix numbers" onKeyDown={onKeyDown}>
        <caption className="visually-hidden">Test samples by true class and class read out</caption>
        <thead>
          <tr>
            <td aria-hidden="true" />
            {classNames.map((name) => (
              <th key={name} scope="col" title={name}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classNames.map((name, label) => (
            <tr key={name}>
              <th scope="row" title={name}>
                <span>{name}</span>
              </th>
              {classNames.map((other, predicted) => {
                const count = counts[label * classes + predicted];
                const share = perClass[label] > 0 ? count / perClass[label] : 0;
                const isChosen = cell.label === label && cell.predicted === predicted;
                return (
                  <td key={other}>
                    <button
                      type="button"
                      data-cell={`${label} ${predicted}`}
                      className={cellClass(label === predicted, share)}
                      style={{ '--share': `${Math.round(100 * share)}%` } as CSSProperties}
                      tabIndex={isChosen ? 0 : -1}
                      aria-pressed={isChosen}
                      aria-label={`${count} samples of class ${name} read out as ${other}`}
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

function cellClass(isRight: boolean, share: number): string {
  const kind = isRight ? 'matrix-cell right' : 'matrix-cell wrong';
  // White on a strong colour, ink on a faint one: readable on both.
  return share > 0.5 ? `${kind} strong` : kind;
}
