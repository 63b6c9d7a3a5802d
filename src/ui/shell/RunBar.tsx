import { isTraining } from '../../session/sessionStore.ts';
import { useForecast } from '../schedule/ForecastContext.tsx';
import { formatPercent } from '../shared/format.ts';
import { Icon } from '../shared/Icon.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';

const STATUS_WORDS: Partial<Record<string, string>> = {
  preparing: 'preparing',
  running: 'training',
  evaluating: 'evaluating',
  recovering: 'the GPU was lost; coming back',
  finished: 'finished',
  failed: 'stopped by a problem',
};

/** The run in one line, for the views in which the Train panel is not shown. */
export function RunBar() {
  const status = useSession((state) => state.status);
  const hasRun = useSession((state) => state.run !== null);
  const canTrain = useSession((state) => state.gpu.state !== 'missing');
  const { truncationInterval: k, blockSize: n } = useSession((state) => state.settings.schedule);
  const epoch = useSession((state) => state.epochs[state.epochs.length - 1]);
  const isImporting = useSession((state) => state.isImporting);
  const { start, pause } = useActions();
  const { obstacle } = useForecast();
  const isBusy = isTraining(status);
  const accuracy = epoch?.testAccuracyPerBlock[epoch.testAccuracyPerBlock.length - 1];
  return (
    <section className="run-bar" aria-label="The run">
      <p className="small numbers">
        <span>
          k = {k}, n = {n}
        </span>
        <span className="muted">
          {hasRun ? (STATUS_WORDS[status] ?? 'paused') : epoch ? 'ended' : 'no run yet'}
        </span>
        {accuracy !== undefined && (
          <span>
            test <b>{formatPercent(accuracy)}</b>
          </span>
        )}
      </p>
      <button
        type="button"
        className="button primary small"
        disabled={!canTrain || ((obstacle !== null || isImporting) && !isBusy)}
        onClick={isBusy ? pause : start}
      >
        <Icon name={isBusy ? 'pause' : 'play'} size={16} />
        {isBusy ? 'Pause' : 'Train'}
      </button>
    </section>
  );
}
