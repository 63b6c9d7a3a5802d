import { type ReactNode, useEffect, useMemo, useState } from 'react';
import type { EventView } from '../../session/ports.ts';
import { previewFrames } from '../../session/preview.ts';
import { createTimeline } from '../../session/timeline.ts';
import { formatMicroseconds } from '../shared/format.ts';
import { Icon } from '../shared/Icon.tsx';
import { useSession } from '../shared/sessionContext.tsx';
import { PixelCanvas, usePlayerColours } from './PixelCanvas.tsx';
import { drawEvents, drawFrame } from './playerDrawing.ts';
import { drawRaster, isRow, RASTER_COLUMNS } from './rowDrawing.ts';

/** A whole sample takes about this long on screen, whatever its real duration: events are too fast for the eye. */
const PLAY_MS = 4000;
/** How long an event stays visible on the camera's side, in time steps. */
const TRAIL_STEPS = 2;

interface EventReplayProps {
  /** Null shows empty screens. */
  recording: EventView | null;
  /** More controls, to the right of the slider. */
  children: ReactNode;
}

/** Replays one recording: the camera's events, and beside them the frames that the network gets. */
export function EventReplay({ recording, children }: EventReplayProps) {
  const encoding = useSession((state) => state.settings.encoding);
  const [step, setStep] = useState(0);
  const [isPlaying, setIsPlaying] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches);
  const colours = usePlayerColours();
  const { stepCount } = encoding;
  const shownStep = Math.min(step, stepCount - 1);

  useEffect(() => {
    if (!isPlaying || !recording) return;
    const timer = setInterval(() => {
      if (!document.hidden) setStep((at) => (at + 1) % stepCount);
    }, PLAY_MS / stepCount);
    return () => clearInterval(timer);
  }, [isPlaying, recording, stepCount]);

  const frames = useMemo(
    () => (recording ? previewFrames(recording, encoding) : null),
    [recording, encoding],
  );
  const timeline = useMemo(() => (recording ? createTimeline(recording.events) : null), [recording]);
  const fromUs = frames ? frames.stepBordersUs[shownStep] : 0;
  const untilUs = frames ? frames.stepBordersUs[shownStep + 1] : 0;
  const camera = useMemo(
    () =>
      recording && timeline
        ? isRow(recording.events.sensor)
          ? drawRaster(recording.events, timeline, untilUs, colours)
          : drawEvents(
              recording.events,
              untilUs,
              Math.max(1, TRAIL_STEPS * (untilUs - fromUs)),
              colours,
              timeline,
            )
        : null,
    [recording, timeline, fromUs, untilUs, colours],
  );
  const frame = useMemo(
    () => (frames ? drawFrame(frames, shownStep, colours) : null),
    [frames, shownStep, colours],
  );

  const isSpikes = recording !== null && isRow(recording.events.sensor);
  // A screen that is empty for a while looks broken unless it is said why.
  const isOver = timeline !== null && fromUs > timeline.stopUs;
  const isEmpty = frames !== null && frames.facts.perStep[shownStep] === 0;
  return (
    <>
      <div className="player-screens">
        <PixelCanvas
          pixels={camera}
          width={isSpikes ? RASTER_COLUMNS : (recording?.events.sensor.width ?? 1)}
          isStretched={isSpikes}
          label={recording ? `Events of ${recording.name}` : 'No recording loaded'}
          caption={isSpikes ? 'channels over time' : isOver ? 'camera, at its end' : 'camera'}
        />
        <PixelCanvas
          pixels={frame}
          width={isSpikes ? 1 : (frames?.shape.width ?? 1)}
          isStretched={isSpikes}
          label={recording ? `Frame ${shownStep + 1} of ${stepCount}` : 'No frame'}
          caption={`network, step ${shownStep + 1}${isEmpty ? ', empty' : ''}`}
        />
      </div>
      <div className="player-controls">
        <button
          type="button"
          className="button quiet icon"
          aria-label={isPlaying && recording ? 'Stop the player' : 'Play the recording'}
          disabled={!recording}
          onClick={() => setIsPlaying(!isPlaying)}
        >
          <Icon name={isPlaying && recording ? 'pause' : 'play'} />
        </button>
        <input
          type="range"
          aria-label="Time step shown"
          min={0}
          max={stepCount - 1}
          value={shownStep}
          disabled={!recording}
          aria-valuetext={`step ${shownStep + 1}, ${formatMicroseconds(fromUs - (timeline?.startUs ?? 0))}`}
          onChange={(event) => {
            setIsPlaying(false);
            setStep(Number(event.target.value));
          }}
        />
        {children}
      </div>
    </>
  );
}
