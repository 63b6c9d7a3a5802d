import { useState } from 'react';
import { formatPercent, formatSeconds } from '../shared/format.ts';
import { useSession } from '../shared/sessionContext.tsx';

const percents = (list: number[]) => list.map((share) => (100 * share).toFixed(1)).join('  ');

/** Every epoch in figures, and the digest that proves two runs equal. */
export function EpochTable() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className="epochs" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Epochs in figures</summary>
      {isOpen && <Epochs />}
    </details>
  );
}

/** Rows that are drawn; the chart shows the rest. */
const ROWS = 100;

function Epochs() {
  const epochs = useSession((state) => state.epochs);
  const latest = epochs[epochs.length - 1];
  return (
    <>
      {latest ? (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard. */}
          <section className="table-scroll" tabIndex={0} aria-label="Epoch table">
            <table className="numbers">
              <thead>
                <tr>
                  <th scope="col">epoch</th>
                  <th scope="col">test, % per block</th>
                  <th scope="col">training, %</th>
                  <th scope="col">loss</th>
                  <th scope="col">time</th>
                </tr>
              </thead>
              <tbody>
                {epochs
                  .slice(-ROWS)
                  .toReversed()
                  .map((row) => (
                    <tr key={row.epoch}>
                      <th scope="row">{row.epoch}</th>
                      <td>{percents(row.testAccuracyPerBlock)}</td>
                      <td>{percents(row.trainAccuracyPerBlock.slice(-1))}</td>
                      <td>{row.epoch === 0 ? '–' : row.loss.toFixed(4)}</td>
                      <td>{formatSeconds(row.seconds)}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </section>
          <p className="small">
            Firing rates on test samples:{' '}
            <span className="numbers">
              {latest.firingRates.map(({ layer, rate }) => `${layer} ${formatPercent(rate)}`).join(', ')}
            </span>
          </p>
          <p className="small">
            Weights after epoch {latest.epoch}, sha256 <code className="digest">{latest.digest}</code>
          </p>
        </>
      ) : (
        <p className="small muted">
          One row per epoch, and a digest of all weights: equal runs have equal digests.
        </p>
      )}
    </>
  );
}
