import type { PreviewFrames } from '../../session/preview.ts';
import { formatPercent } from '../shared/format.ts';

/** What the settings do to this recording: events kept and lost, and why; steps without events. */
export function EncodingFacts({ frames }: { frames: PreviewFrames }) {
  const { facts, stepCount, maxCount } = frames;
  const { eventCount, kept, cutOff, noise, early, late, outside, perStep } = facts;
  const empty = perStep.reduce((count, events) => count + (events === 0 ? 1 : 0), 0);
  const share = (count: number) => (eventCount === 0 ? '–' : formatPercent(count / eventCount));
  const busiest = perStep.reduce((most, events) => Math.max(most, events), 0);
  const rows: [name: string, value: string, isShown: boolean][] = [
    ['events used', share(kept + cutOff), true],
    ['empty steps', `${empty} of ${stepCount}`, true],
    ['events in the busiest step', String(busiest), true],
    [maxCount === 1 ? 'on a bit that was set' : `above the count ${maxCount}`, share(cutOff), true],
    ['in none of the steps', share(late), true],
    ['outside the frame', share(outside), outside > 0],
    ['before the start', share(early), early > 0],
    ['taken for noise', share(noise), noise > 0],
  ];
  return (
    <dl className="encoding-facts numbers">
      {rows.map(
        ([name, value, isShown]) =>
          isShown && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
