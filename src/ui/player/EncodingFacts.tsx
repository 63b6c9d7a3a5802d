import type { PreviewFrames } from '../../session/preview.ts';
import { formatPercent } from '../shared/format.ts';

/** What the settings do to this recording: events kept and lost, and why; steps without events. */
export function EncodingFacts({ frames }: { frames: PreviewFrames }) {
  const { facts, stepCount, maxCount } = frames;
  const { eventCount, kept, cutOff, noise, early, late, outside, perStep } = facts;
  const empty = perStep.reduce((count, events) => count + (events === 0 ? 1 : 0), 0);
  const share = (count: number) => (eventCount === 0 ? '–' : formatPercent(count / eventCount));
  const busiest = perStep.reduce((most, events) => Math.max(most, events), 0);
  const rows: [name: string, value: string][] = [
    ['events used', share(kept + cutOff)],
    ['empty steps', `${empty} of ${stepCount}`],
    ['events in the busiest step', String(busiest)],
    [maxCount === 1 ? 'on a bit that was set' : `above the count ${maxCount}`, share(cutOff)],
    ['in none of the steps', share(late)],
    ['outside the frame', share(outside)],
    ['before the start', share(early)],
    ['taken for noise', share(noise)],
  ];
  return (
    <dl className="encoding-facts numbers">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
