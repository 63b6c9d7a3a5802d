import { differingSettings } from '../../session/runs/compareRuns.ts';
import type { RunSummary } from '../../session/runs/runRecord.ts';
import { formatBytes, formatPercent } from '../shared/format.ts';

const FIGURES: readonly (readonly [name: string, value: (run: RunSummary) => string])[] = [
  ['test accuracy', ({ testAccuracy }) => (testAccuracy === null ? '' : formatPercent(testAccuracy))],
  ['training accuracy', ({ trainAccuracy }) => (trainAccuracy === null ? '' : formatPercent(trainAccuracy))],
  ['loss', ({ loss }) => (loss === null ? '' : loss.toFixed(4))],
  ['epochs', ({ epoch }) => String(epoch ?? 0)],
  ['peak memory', ({ measuredBytes }) => (measuredBytes === null ? '' : formatBytes(measuredBytes))],
  ['weights', ({ digest }) => (digest === null ? '' : digest.slice(0, 8))],
];

/** Runs side by side: what they reached, and the settings in which they differ. */
export function RunComparison({ runs }: { runs: readonly RunSummary[] }) {
  const settings = differingSettings(runs);
  return (
    <section className="run-comparison" aria-label="Comparison of runs">
      <h3>Comparison</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="run-table" tabIndex={0} aria-label="Runs side by side">
        <table className="small numbers">
          <thead>
            <tr>
              <th scope="col">Run</th>
              {runs.map(({ id, name }) => (
                <th key={id} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {FIGURES.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {runs.map((run) => (
                  <td key={run.id}>{value(run)}</td>
                ))}
              </tr>
            ))}
            {settings.map(({ name, values }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {values.map((value, i) => (
                  <td key={runs[i].id}>{value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {settings.length === 0 && <p className="small muted">Their settings are the same.</p>}
    </section>
  );
}
