import { useMemo } from 'react';
import type { PointCost } from '../../session/sweep/pointCosts.ts';
import { secondsLeft } from '../../session/sweep/sweepEstimate.ts';
import type { SweepState } from '../../session/sweep/sweepState.ts';
import { formatPercent, formatSeconds } from '../shared/format.ts';
import { Icon } from '../shared/Icon.tsx';
import { useSession } from '../shared/sessionContext.tsx';
import { useSweep, useSweepActions } from './sweepContext.tsx';
import { runName } from './sweepWords.ts';

interface SweepProgressProps {
  sweep: SweepState;
  costs: readonly PointCost[];
}

/** How far the sweep is, what it trains now, and how to hold it. */
export function SweepProgress({ sweep, costs }: SweepProgressProps) {
  const { activity, preparing, progress, isGuest } = useSweepState();
  const canTrain = useSession((state) => state.gpu.state !== 'missing');
  const { start, pause, stop } = useSweepActions();
  const count = (status: string) => sweep.cells.filter((cell) => cell.status === status).length;
  const total = sweep.cells.length;
  const open = count('waiting') + count('running');
  const left = useMemo(() => secondsLeft(sweep, costs), [sweep, costs]);
  const running = sweep.cells.find(({ status }) => status === 'running');
  const settled = total - open;
  const share = (settled + (running && progress ? progress.fraction : 0)) / total;
  const others = (['stopped', 'skipped', 'failed', 'removed'] as const).filter((each) => count(each) > 0);
  return (
    <section className="sweep-progress" aria-labelledby="sweep-progress-title">
      <h3 id="sweep-progress-title">{sweep.spec.name || 'The sweep'}</h3>
      <progress value={share} max={1} aria-label="runs of the sweep" />
      <p className="small numbers sweep-now">
        <span>
          <b>
            {count('done')} of {total}
          </b>{' '}
          runs done
          {others.map((each) => `, ${count(each)} ${each}`)}
        </span>
        <span className="muted">
          {activity === 'preparing' && preparing}
          {running &&
            `${activity === 'paused' ? 'paused in' : 'now'} ${runName(running.cell, sweep.spec)}` +
              (progress?.testAccuracy == null ? '' : `, test ${formatPercent(progress.testAccuracy)}`)}
          {activity === 'idle' && open > 0 && !isGuest && 'waits for you to go on'}
          {open === 0 && 'nothing left to train'}
        </span>
        {left !== null && open > 0 && (
          <span className="muted">
            {sweep.spec.search || sweep.spec.halving ? 'at most' : 'about'} {formatSeconds(left)} left
          </span>
        )}
      </p>
      {!isGuest && open > 0 && (
        <p className="sweep-buttons">
          {activity === 'running' || activity === 'preparing' ? (
            <button type="button" className="button" disabled={activity === 'preparing'} onClick={pause}>
              <Icon name="pause" size={16} />
              Pause the sweep
            </button>
          ) : (
            <button
              type="button"
              className="button primary"
              disabled={!canTrain}
              onClick={() => void start()}
            >
              <Icon name="play" size={16} />
              {settled > 0 || activity === 'paused' ? 'Go on with the sweep' : 'Start this sweep'}
            </button>
          )}
          {activity !== 'idle' && (
            <button type="button" className="button quiet" onClick={() => void stop()}>
              Stop and free the trainer
            </button>
          )}
        </p>
      )}
    </section>
  );
}

function useSweepState() {
  const activity = useSweep((state) => state.activity);
  const preparing = useSweep((state) => state.preparing);
  const progress = useSweep((state) => state.progress);
  const isGuest = useSweep((state) => state.isGuest);
  return { activity, preparing, progress, isGuest };
}
