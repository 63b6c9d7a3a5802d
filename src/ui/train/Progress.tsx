import { formatSeconds } from '../shared/format.ts';
import { useSession } from '../shared/sessionContext.tsx';

/** How far the run is, in one bar and one line that always keep their place. */
export function Progress() {
  const status = useSession((state) => state.status);
  const iteration = useSession((state) => state.iteration);
  const run = useSession((state) => state.run);
  const job = useSession((state) => state.dataJob);
  const epochs = run?.settings.epochs ?? 1;
  const done = iteration
    ? (iteration.epoch + iteration.epochIteration / Math.max(1, iteration.epochIterations)) / epochs
    : 0;

  return (
    <div className="run-progress">
      <progress
        aria-label="Progress of the run"
        max={1}
        value={status === 'finished' ? 1 : Math.min(1, done)}
      />
      <p className="small numbers">
        <span>{statusLine()}</span>
        <span className="muted">{timeLeft()}</span>
      </p>
    </div>
  );

  function timeLeft(): string {
    if (!iteration || status !== 'running') return '';
    return `${Math.round(iteration.samplesPerSecond)} samples/s, ${formatSeconds(iteration.secondsLeft)} left`;
  }

  function statusLine(): string {
    if (status === 'preparing') return job?.label ?? 'Preparing the GPU';
    if (!run || status === 'idle') return 'Ready';
    if (status === 'failed') return 'Stopped by a problem';
    if (status === 'finished') return `Finished ${epochs} epochs`;
    const where = iteration
      ? `epoch ${Math.min(epochs, iteration.epoch + 1)} of ${epochs}, batch ${iteration.epochIteration} of ${iteration.epochIterations}`
      : `epoch 1 of ${epochs}`;
    if (status === 'recovering') return `The GPU was lost; coming back, ${where}`;
    if (status === 'evaluating') return `Evaluating, ${where}`;
    return status === 'paused' || status === 'ready' ? `Paused, ${where}` : `Training, ${where}`;
  }
}
