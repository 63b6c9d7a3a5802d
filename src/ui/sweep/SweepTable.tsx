import { pointName } from '../../session/sweep/searchPoints.ts';
import type { SweepState } from '../../session/sweep/sweepState.ts';
import type { PointSummary, SweepSummary } from '../../session/sweep/sweepSummary.ts';
import { formatBytes } from '../shared/format.ts';
import { useViews } from '../shell/viewChoice.ts';
import { useSweepActions } from './sweepContext.tsx';
import { accuracyText, runName } from './sweepWords.ts';

interface SweepTableProps {
  sweep: SweepState;
  summary: SweepSummary;
}

/** Every point in numbers; each of its runs opens as a session. */
export function SweepTable({ sweep, summary }: SweepTableProps) {
  const { spec } = sweep;
  return (
    <section aria-labelledby="sweep-table-title" className="sweep-numbers">
      <h3 id="sweep-table-title">In numbers</h3>
      <div className="cost-scroll sweep-scroll">
        <table className="cost-table numbers">
          <thead>
            <tr>
              <th scope="col">point</th>
              <th scope="col">test accuracy</th>
              <th scope="col">figure of merit</th>
              <th scope="col">memory</th>
              <th scope="col">open a run</th>
            </tr>
          </thead>
          <tbody>
            {summary.points.map((point) => (
              <Row key={point.point.id} point={point} sweep={sweep} isBest={point === summary.best} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="small muted">
        {summary.reference && `Accuracy losses are against ${pointName(summary.reference.point, spec)}. `}
        {summary.best && `The smallest figure of merit has ${pointName(summary.best.point, spec)}.`}
      </p>
    </section>
  );
}

function Row({ point, sweep, isBest }: { point: PointSummary; sweep: SweepState; isBest: boolean }) {
  const { openCell } = useSweepActions();
  const { showView } = useViews();
  const { spec } = sweep;
  return (
    <tr className={isBest ? 'sweep-best' : undefined}>
      <th scope="row">
        {pointName(point.point, spec)}
        {point.isOnFront && <span className="tag sweep-front-tag">front</span>}
      </th>
      <td>{accuracyText(point)}</td>
      <td>{point.figureOfMerit === null ? '–' : point.figureOfMerit.toFixed(3)}</td>
      <td>{formatBytes(point.cost.planBytes)}</td>
      <td>
        {point.records.map(({ cell }) => (
          <button
            key={cell.id}
            type="button"
            className="button quiet small"
            aria-label={`Open ${runName(cell, spec)} as a session`}
            onClick={() => {
              openCell(cell);
              showView('train');
            }}
          >
            {cell.seed}
          </button>
        ))}
      </td>
    </tr>
  );
}
