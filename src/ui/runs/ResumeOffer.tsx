import { useActions, useSession } from '../shared/sessionContext.tsx';
import { runTime } from './runWords.ts';

/** After a reload or a crash: the run that was going on can go on. Nothing starts by itself. */
export function ResumeOffer() {
  const offer = useSession((state) => state.kept.offer);
  const canTrain = useSession((state) => state.gpu.state !== 'missing');
  const { openRun, start, declineOffer } = useActions();
  if (!offer) return null;
  const goOn = async () => {
    if (await openRun(offer.id)) await start();
  };
  return (
    <section className="notice notice-info" aria-label="A run that was interrupted">
      <p>
        <b>{offer.name}</b> was being trained when the page was closed. It is kept as of{' '}
        {runTime(offer.updatedMs)}, iteration {offer.iteration}, and can go on to the same weights.
      </p>
      <span className="resume-buttons">
        <button
          type="button"
          className="button primary small"
          disabled={!canTrain}
          onClick={() => void goOn()}
        >
          Go on with it
        </button>
        <button type="button" className="button quiet small" onClick={() => void declineOffer()}>
          Not now
        </button>
      </span>
    </section>
  );
}
