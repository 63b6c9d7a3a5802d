import type { RunSummary } from '../../session/runs/runRecord.ts';
import { ChartKey } from '../charts/ChartKey.tsx';
import { PIN_DASH, pinColour, usePinStore, usePins } from '../charts/PinContext.tsx';
import { useActions } from '../shared/sessionContext.tsx';

/** Longer names would push the figures out of the charts' legends. */
const LABEL_LENGTH = 32;

/** Draws a kept run over the live one in every chart, as it stands now; or takes it out again. */
export function OverlayButton({ summary }: { summary: RunSummary }) {
  const { readRun } = useActions();
  const store = usePinStore();
  const pins = usePins();
  const id = `kept ${summary.id}`;
  const place = pins.findIndex((pin) => pin.id === id);
  const isOverlaid = place >= 0;

  const overlay = async () => {
    const record = await readRun(summary.id);
    if (!record) return;
    const { name, settings, classCount, forecastBytes } = record.summary;
    const { epochs, history, marks } = record.figures;
    const label = name.length > LABEL_LENGTH ? `${name.slice(0, LABEL_LENGTH - 1)}…` : name;
    store.pin({
      id,
      label,
      settings,
      record: { epochs, points: history.points, marks, classCount, forecastBytes },
    });
  };

  return (
    <button
      type="button"
      className="button quiet small"
      aria-pressed={isOverlaid}
      onClick={() => (isOverlaid ? store.unpin(id) : void overlay())}
    >
      {isOverlaid && <ChartKey colour={pinColour(place)} dash={PIN_DASH} width={2} />}
      {isOverlaid ? 'In the charts' : 'Overlay in charts'}
    </button>
  );
}
