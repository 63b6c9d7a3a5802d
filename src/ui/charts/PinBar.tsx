import { currentRecord } from '../../session/pinnedRuns.ts';
import { formatPercent } from '../shared/format.ts';
import { Icon } from '../shared/Icon.tsx';
import { useSession, useSessionStore } from '../shared/sessionContext.tsx';
import { ChartKey } from './ChartKey.tsx';
import { PIN_DASH, pinColour, usePinStore, usePins } from './PinContext.tsx';

/** Pins the run as it stands, and lists what is overlaid. */
export function PinBar() {
  const store = useSessionStore();
  const pinStore = usePinStore();
  const pins = usePins();
  const canPin = useSession((state) => state.history.points.length > 0);
  const pin = () => {
    const state = store.getState();
    const record = currentRecord(state);
    if (record && state.run) pinStore.pin({ settings: state.run.settings, record });
  };
  return (
    <div className="pin-bar">
      <button type="button" className="button small" disabled={!canPin} onClick={pin}>
        Pin this run
      </button>
      {pins.length === 0 ? (
        <p className="small muted">Pinned runs stay in every chart, beside the next ones.</p>
      ) : (
        <ul aria-label="Pinned runs">
          {pins.map(({ id, label, record }, index) => {
            const latest = record.epochs[record.epochs.length - 1];
            const accuracy = latest?.testAccuracyPerBlock[latest.testAccuracyPerBlock.length - 1];
            return (
              <li key={id} className="pin small numbers">
                <ChartKey colour={pinColour(index)} dash={PIN_DASH} width={2} />
                <span>
                  <b>{label}</b>
                  {latest && accuracy !== undefined && (
                    <span className="muted">
                      {' '}
                      {formatPercent(accuracy)} after {latest.epoch}
                    </span>
                  )}
                </span>
                <button
                  type="button"
                  className="button quiet icon"
                  aria-label={`Unpin ${label}`}
                  onClick={() => pinStore.unpin(id)}
                >
                  <Icon name="close" size={14} />
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
