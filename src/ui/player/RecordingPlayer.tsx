import { useDeferredValue, useMemo, useState } from 'react';
import type { EventView } from '../../session/ports.ts';
import { encodingProblem, previewFrames } from '../../session/preview.ts';
import { createTimeline } from '../../session/timeline.ts';
import { PixelCanvas, usePlayerColours } from '../data/PixelCanvas.tsx';
import { drawEvents, drawFrame } from '../data/playerDrawing.ts';
import { drawRaster, isRow, RASTER_COLUMNS } from '../data/rowDrawing.ts';
import { formatMicroseconds } from '../shared/format.ts';
import { Icon } from '../shared/Icon.tsx';
import { RemedyButton } from '../shared/RemedyButton.tsx';
import { useSession } from '../shared/sessionContext.tsx';
import { CloudView } from './CloudView.tsx';
import { EncodingFacts } from './EncodingFacts.tsx';
import { EncodingForm } from './EncodingForm.tsx';
import { FrameStrip } from './FrameStrip.tsx';
import { RateCurve } from './RateCurve.tsx';
import { usePlayback } from './usePlayback.ts';

/** Seconds that a recording takes on screen at first, whatever its real duration: events are too fast for the eye. */
const FIRST_PLAY_S = 6;
/** The slowest and the fastest, powers of ten of real time. */
const SPEEDS = { low: -4, high: 1 };

/** Speed as people say it: 0.05 x real time. */
const speedText = (speed: number) => `${Number(speed.toPrecision(2))} × real time`;

/** Last step that has begun at `us`; -1 before the first and after the last. */
function stepAt(borders: Float64Array, us: number): number {
  const last = borders.length - 1;
  if (us < borders[0] || us >= borders[last]) return -1;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (borders[middle] <= us) low = middle;
    else high = middle;
  }
  return low;
}

/** One recording: camera, x-y-t, frames, the rate curve to scrub on, and the settings that make the frames. */
export function RecordingPlayer({ recording }: { recording: EventView }) {
  // The fields answer at once; the frames of a long recording follow.
  const encoding = useDeferredValue(useSession((state) => state.settings.encoding));
  const colours = usePlayerColours();
  const { events } = recording;
  const isSpikes = isRow(events.sensor);
  const timeline = useMemo(() => createTimeline(events), [events]);
  const frames = useMemo(() => previewFrames(recording, encoding), [recording, encoding]);
  const problem = encodingProblem(encoding, events.sensor);
  const durationS = Math.max(1e-6, (timeline.stopUs - timeline.startUs) / 1e6);
  const [exponent, setExponent] = useState<number | null>(null);
  const power = exponent ?? Math.min(SPEEDS.high, Math.max(SPEEDS.low, Math.log10(durationS / FIRST_PLAY_S)));
  const borders = frames.stepBordersUs;
  const range = frames.facts.span
    ? {
        startUs: Math.min(timeline.startUs, borders[0]),
        stopUs: Math.max(timeline.stopUs, borders[frames.stepCount]),
      }
    : timeline;
  const { positionUs, isPlaying, toggle, seek } = usePlayback(timeline, range, 10 ** power);
  const step = stepAt(borders, positionUs);
  // As long as an average step stays visible on the camera's side; at least a hundredth of the recording.
  const trailUs = Math.max(
    (borders[frames.stepCount] - borders[0]) / frames.stepCount,
    (timeline.stopUs - timeline.startUs) / 100,
    1,
  );
  const camera = useMemo(
    () =>
      isSpikes
        ? drawRaster(events, timeline, positionUs, colours)
        : drawEvents(events, positionUs, trailUs, colours, timeline),
    [events, isSpikes, positionUs, trailUs, colours, timeline],
  );
  const frame = useMemo(() => (step < 0 ? null : drawFrame(frames, step, colours)), [frames, step, colours]);
  /** The middle of a step: the camera then shows what is in it. */
  const seekStep = (to: number) => seek((borders[to] + borders[to + 1]) / 2);

  return (
    <>
      <div className="player-stage">
        <PixelCanvas
          pixels={camera}
          width={isSpikes ? RASTER_COLUMNS : events.sensor.width}
          isStretched={isSpikes}
          label={`Events of ${recording.name}`}
          caption={`${isSpikes ? 'channels over time' : 'camera'}, ${formatMicroseconds(positionUs - range.startUs)}`}
        />
        <CloudView
          events={events}
          timeline={timeline}
          slice={{ fromUs: positionUs - trailUs, untilUs: positionUs + 1 }}
          caption="x, y and time; drag or arrow keys turn it"
        />
        <PixelCanvas
          pixels={frame}
          width={isSpikes ? 1 : frames.shape.width}
          isStretched={isSpikes}
          label={step < 0 ? 'No frame at this time' : `Frame ${step + 1} of ${frames.stepCount}`}
          caption={
            step < 0 ? 'network: outside the steps' : `network, step ${step + 1} of ${frames.stepCount}`
          }
        />
      </div>
      <RateCurve timeline={timeline} frames={frames} range={range} positionUs={positionUs} onSeek={seek} />
      <div className="player-bar">
        <button
          type="button"
          className="button icon"
          aria-label={isPlaying ? 'Stop the player' : 'Play the recording'}
          onClick={toggle}
        >
          <Icon name={isPlaying ? 'pause' : 'play'} />
        </button>
        <button
          type="button"
          className="button quiet icon"
          aria-label="One step back"
          onClick={() => seekStep(Math.max(0, step < 0 ? frames.stepCount - 1 : step - 1))}
        >
          <Icon name="previous" />
        </button>
        <button
          type="button"
          className="button quiet icon"
          aria-label="One step on"
          onClick={() => seekStep(Math.min(frames.stepCount - 1, step + 1))}
        >
          <Icon name="next" />
        </button>
        <label className="player-speed small">
          <span className="muted">speed</span>
          <input
            type="range"
            aria-valuetext={speedText(10 ** power)}
            min={SPEEDS.low}
            max={SPEEDS.high}
            step={0.05}
            value={power}
            onChange={(event) => setExponent(Number(event.target.value))}
          />
          <span className="numbers">{speedText(10 ** power)}</span>
        </label>
        <span className="player-keys small">
          <span className="key key-on">ON</span>
          <span className="key key-off">OFF</span>
        </span>
      </div>
      <div className="encoding-preview">
        <EncodingForm />
        <div>
          {problem && (
            <p className="inline-problem" role="alert">
              {problem.message} The frames below are cut to it. <RemedyButton problem={problem} />
            </p>
          )}
          <EncodingFacts frames={frames} />
          <FrameStrip frames={frames} current={step} onChoose={seekStep} />
        </div>
      </div>
    </>
  );
}
