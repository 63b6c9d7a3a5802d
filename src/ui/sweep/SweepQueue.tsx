import { useMemo } from 'react';
import type { CellRecord } from '../../session/sweep/sweepResults.ts';
import type { SweepState } from '../../session/sweep/sweepState.ts';
import { useSweep, useSweepActions } from './sweepContext.tsx';
import { runName } from './sweepWords.ts';

/** More lines than this help nobody; runs behind them come up as the queue gets shorter. */
const MAX_LINES = 60;

/** Runs that wait, in their order, and those that were left out, with reasons. */
export function SweepQueue({ sweep }: { sweep: SweepState }) {
  const isGuest = useSweep((state) => state.isGuest);
  const { waiting, left } = useMemo(() => {
    const byId = new Map(sweep.cells.map((record) => [record.cell.id, record]));
    const inOrder = sweep.queue.flatMap((id) => byId.get(id) ?? []);
    return {
      waiting: inOrder.filter(({ status }) => status === 'waiting' || status === 'running'),
      left: sweep.cells.filter(({ status }) => ['failed', 'removed', 'stopped', 'skipped'].includes(status)),
    };
  }, [sweep]);
  if (waiting.length === 0 && left.length === 0) return null;
  return (
    <div className="sweep-columns">
      {waiting.length > 0 && (
        <details className="sweep-queue">
          <summary>
            <h3>Queue: {waiting.length} runs</h3>
          </summary>
          <ol className="sweep-runs">
            {waiting.slice(0, MAX_LINES).map((record, i) => (
              <Waiting
                key={record.cell.id}
                record={record}
                sweep={sweep}
                isFirst={i === 0}
                isLast={i === waiting.length - 1}
                isFixed={isGuest || record.status === 'running'}
              />
            ))}
          </ol>
          {waiting.length > MAX_LINES && <p className="small muted">and {waiting.length - MAX_LINES} more</p>}
        </details>
      )}
      {left.length > 0 && (
        <details className="sweep-queue">
          <summary>
            <h3>Left out: {left.length} runs</h3>
          </summary>
          <ul className="sweep-runs">
            {left.slice(0, MAX_LINES).map((record) => (
              <LeftOut key={record.cell.id} record={record} sweep={sweep} isGuest={isGuest} />
            ))}
          </ul>
          {left.length > MAX_LINES && (
            <p className="small muted">and {left.length - MAX_LINES} more, see the CSV</p>
          )}
        </details>
      )}
    </div>
  );
}

interface WaitingProps {
  record: CellRecord;
  sweep: SweepState;
  isFirst: boolean;
  isLast: boolean;
  isFixed: boolean;
}

function Waiting({ record, sweep, isFirst, isLast, isFixed }: WaitingProps) {
  const { move, remove } = useSweepActions();
  const { id } = record.cell;
  const name = runName(record.cell, sweep.spec);
  return (
    <li>
      <span className="small numbers">
        {name}
        {record.status === 'running' && <span className="tag"> now</span>}
        {record.result && <span className="muted"> after {record.result.epochs} epochs</span>}
      </span>
      {!isFixed && (
        <span className="sweep-run-buttons">
          <button
            type="button"
            className="button quiet small"
            aria-label={`First: ${name}`}
            disabled={isFirst}
            onClick={() => move(id, Number.NEGATIVE_INFINITY)}
          >
            first
          </button>
          <button
            type="button"
            className="button quiet small"
            aria-label={`Earlier: ${name}`}
            disabled={isFirst}
            onClick={() => move(id, -1)}
          >
            ↑
          </button>
          <button
            type="button"
            className="button quiet small"
            aria-label={`Later: ${name}`}
            disabled={isLast}
            onClick={() => move(id, 1)}
          >
            ↓
          </button>
          <button
            type="button"
            className="button quiet small"
            aria-label={`Remove ${name}`}
            onClick={() => remove(id)}
          >
            remove
          </button>
        </span>
      )}
    </li>
  );
}

function LeftOut({ record, sweep, isGuest }: { record: CellRecord; sweep: SweepState; isGuest: boolean }) {
  const { putBack } = useSweepActions();
  const { cell, status, note, problem } = record;
  const name = runName(cell, sweep.spec);
  const canReturn = !isGuest && (status === 'failed' || status === 'removed');
  return (
    <li>
      <span className="small numbers">
        {name} <span className="tag">{status}</span>{' '}
        <span className="muted">{problem ? `${problem.message} ${problem.hint}` : note}</span>
      </span>
      {canReturn && (
        <button
          type="button"
          className="button quiet small"
          aria-label={`Back into the queue: ${name}`}
          onClick={() => putBack(cell.id)}
        >
          {status === 'failed' ? 'try again' : 'put back'}
        </button>
      )}
    </li>
  );
}
