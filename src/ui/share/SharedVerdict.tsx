import './share.css';
import { useMemo } from 'react';
import { compareWithShared } from '../../session/verifyRun.ts';
import { useSession } from '../shared/sessionContext.tsx';

/** Whether the run comes out as it was shared, while it trains; nothing where the link brought no results. */
export function SharedVerdict() {
  const shared = useSession((state) => state.shared);
  const run = useSession((state) => state.run);
  const epochs = useSession((state) => state.epochs);
  const gpu = useSession((state) => state.gpu);
  const verdict = useMemo(
    () => (shared ? compareWithShared(shared, { run, epochs, gpu }) : null),
    [shared, run, epochs, gpu],
  );
  if (!verdict) return null;
  return (
    <section
      className={`verdict verdict-${verdict.state}`}
      role="status"
      aria-label="Comparison with what was shared"
    >
      <p>
        <b>{verdict.text}</b> {verdict.reason}
      </p>
    </section>
  );
}
