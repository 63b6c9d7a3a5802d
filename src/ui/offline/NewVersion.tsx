import { useStore } from 'zustand';
import { isTraining } from '../../session/sessionStore.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { offlineStore } from './offlineState.ts';

/** Says that a new version of the page is ready; it comes only when the visitor wants it. */
export function NewVersion() {
  const takeNewVersion = useStore(offlineStore, (state) => state.takeNewVersion);
  const isBusy = useSession((state) => isTraining(state.status));
  if (!takeNewVersion) return null;
  return (
    <section className="notice notice-info" role="status" aria-label="New version">
      <p>
        <b>A new version of Spikelet is ready.</b>{' '}
        {isBusy ? 'Reloading ends the run that is training now.' : 'Reloading takes a moment.'}
      </p>
      <button type="button" className="button small" onClick={takeNewVersion}>
        Reload with the new version
      </button>
    </section>
  );
}
