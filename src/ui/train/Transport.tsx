import { isTraining, pendingChanges } from '../../session/sessionStore.ts';
import { useForecast } from '../schedule/ForecastContext.tsx';
import { Icon } from '../shared/Icon.tsx';
import { RemedyButton } from '../shared/RemedyButton.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';

/** Rewind, train or pause, one step; and what a new start will take up. */
export function Transport() {
  const status = useSession((state) => state.status);
  const canTrain = useSession((state) => state.gpu.state !== 'missing');
  const hasRun = useSession((state) => state.run !== null);
  const pending = useSession((state) => pendingChanges(state).join(', '));
  const { start, pause, step, rewind } = useActions();
  const { obstacle } = useForecast();
  const isBusy = isTraining(status);
  const isImporting = useSession((state) => state.isImporting) && !isBusy;
  const isBlocked = obstacle !== null && !isBusy;

  return (
    <>
      <div className="transport">
        <button
          type="button"
          className="button icon"
          aria-label="Rewind to the initial weights"
          title="Rewind to the initial weights"
          disabled={!canTrain || !hasRun || status === 'preparing'}
          onClick={rewind}
        >
          <Icon name="rewind" />
        </button>
        <button
          type="button"
          className="button primary train-button"
          disabled={!canTrain || isBlocked || isImporting}
          aria-describedby={isBlocked ? 'train-obstacle' : undefined}
          onClick={isBusy ? pause : start}
        >
          <Icon name={isBusy ? 'pause' : 'play'} size={20} />
          {trainLabel(status, hasRun, pending !== '')}
        </button>
        <button
          type="button"
          className="button icon"
          aria-label="Train one step"
          title="Train one batch, then pause"
          disabled={!canTrain || isBusy || isBlocked || isImporting}
          onClick={step}
        >
          <Icon name="step" />
        </button>
      </div>
      {isBlocked && (
        <div id="train-obstacle" className="inline-problem" role="status">
          <p>
            Training cannot start. {obstacle.message} {obstacle.hint}
          </p>
          <RemedyButton problem={obstacle} />
        </div>
      )}
      <p className="pending small" role="status">
        {isImporting
          ? 'Training can begin once the recordings are imported.'
          : pending !== '' &&
            (isBusy
              ? `Changed since this run began: ${pending}. They count from the next new run.`
              : `Changed: ${pending}. Train begins a new run.`)}
      </p>
    </>
  );
}

function trainLabel(status: string, hasRun: boolean, isStale: boolean): string {
  if (status === 'running' || status === 'evaluating' || status === 'recovering') return 'Pause';
  if (status === 'preparing') return 'Cancel';
  if (hasRun && !isStale && status === 'paused') return 'Continue';
  if (hasRun && !isStale && status === 'finished') return 'Train again';
  return 'Train';
}
