import { useActions, useSession } from '../shared/sessionContext.tsx';
import { useViews } from '../shell/viewChoice.ts';

/** Which file's weights the next run begins with, where it does not draw them. */
export function StartWeightsLine() {
  const wanted = useSession((state) => state.settings.initialization.weights);
  const held = useSession((state) => state.startWeights);
  const { forgetWeights } = useActions();
  const { showView } = useViews();
  if (wanted === undefined) return null;
  const isHere = held?.digest === wanted;
  return (
    <p className="start-weights small">
      <span>
        {isHere ? (
          <>
            A new run begins with the weights of <b>{held.fileName}</b>.
          </>
        ) : (
          'A new run begins with weights from a file that is not on this page: drop it, or draw them.'
        )}
      </span>
      <button type="button" className="button quiet small" onClick={() => showView('takeaway')}>
        Details
      </button>
      <button type="button" className="button quiet small" onClick={forgetWeights}>
        Draw them instead
      </button>
    </p>
  );
}
