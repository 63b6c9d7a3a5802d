import { windowAdvice } from '../../session/encodingWindow.ts';
import { shownSummary } from '../../session/sessionStore.ts';
import { formatMicroseconds } from '../shared/format.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';

/** Said where dropped recordings are much shorter or longer than what the network looks at, with the cure. */
export function WindowNote() {
  const summary = useSession(shownSummary);
  const encoding = useSession((state) => state.settings.encoding);
  const isDropped = useSession((state) => state.settings.data.source === 'files');
  const { changeSetting } = useActions();
  if (!summary || !isDropped || summary.kind !== 'events' || summary.storedEncoding) return null;
  const advice = windowAdvice(encoding, summary.durationUs);
  if (!advice) return null;
  const [seen, length] = [advice.seenUs, summary.durationUs].map(formatMicroseconds);
  const steps = `${encoding.stepCount} steps of ${formatMicroseconds(encoding.stepDurationUs)}`;
  return (
    <div className="window-note small">
      {advice.isTooLong
        ? `Recordings last ${length}, but ${steps} are ${seen}: most frames are empty.`
        : `Recordings last ${length}; the network sees ${seen} of them, ${steps}.`}{' '}
      <button
        type="button"
        className="button small"
        onClick={() => changeSetting('dt', String(advice.stepDurationUs))}
      >
        Set dt to {formatMicroseconds(advice.stepDurationUs)}
      </button>
    </div>
  );
}
