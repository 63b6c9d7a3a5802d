import { memo, useEffect, useRef } from 'react';
import type { PreviewFrames } from '../../session/preview.ts';
import { usePlayerColours } from '../data/PixelCanvas.tsx';
import { drawFrame, type PlayerColours } from '../data/playerDrawing.ts';
import { isRow } from '../data/rowDrawing.ts';

/** Pictures in the strip at most; of more steps, every n-th is shown. */
const MAX_SHOWN = 60;

interface FrameStripProps {
  frames: PreviewFrames;
  /** The step that the player shows; -1 before the first and after the last. */
  current: number;
  onChoose: (step: number) => void;
}

/** The frames the network gets, side by side, each with how many events fell into it. */
export function FrameStrip({ frames, current, onChoose }: FrameStripProps) {
  const colours = usePlayerColours();
  const list = useRef<HTMLOListElement>(null);
  const { stepCount, facts } = frames;
  const stride = Math.ceil(stepCount / MAX_SHOWN);
  const steps = Array.from({ length: Math.ceil(stepCount / stride) }, (_, i) => i * stride);
  const shown = current < 0 ? -1 : current - (current % stride);

  useEffect(() => {
    const strip = list.current;
    const chosen = strip?.querySelector<HTMLElement>('[aria-current]')?.parentElement;
    if (!strip || !chosen || shown < 0) return;
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = chosen;
    if (offsetLeft < strip.scrollLeft || offsetLeft + offsetWidth > strip.scrollLeft + strip.clientWidth)
      strip.scrollLeft = offsetLeft - strip.clientWidth / 3;
    if (offsetTop < strip.scrollTop || offsetTop + offsetHeight > strip.scrollTop + strip.clientHeight)
      strip.scrollTop = offsetTop - strip.clientHeight / 3;
  }, [shown]);

  return (
    <>
      <p className="small muted frame-strip-about">
        The frames that the network gets, each with its step and the events that fell into it.
      </p>
      <ol className="frame-strip" ref={list} aria-label="Frames as the network gets them">
        {steps.map((step) => (
          <li key={step}>
            <button
              type="button"
              aria-label={`Step ${step + 1}, ${facts.perStep[step]} events`}
              aria-current={step === shown ? 'step' : undefined}
              className={facts.perStep[step] === 0 ? 'empty' : undefined}
              onClick={() => onChoose(step)}
            >
              <Thumbnail frames={frames} step={step} colours={colours} />
              <span className="numbers">
                <b>{step + 1}</b> {facts.perStep[step] === 0 ? 'empty' : facts.perStep[step]}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {stride > 1 && (
        <p className="small muted">
          Every {stride}th of {stepCount} steps is shown.
        </p>
      )}
    </>
  );
}

interface ThumbnailProps {
  frames: PreviewFrames;
  step: number;
  colours: PlayerColours;
}

const Thumbnail = memo(function Thumbnail({ frames, step, colours }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // A row of channels stands upright, as in the raster.
  const isSpikes = isRow(frames.shape);
  const width = isSpikes ? 1 : frames.shape.width;
  const height = isSpikes ? frames.shape.width : frames.shape.height;
  useEffect(() => {
    canvas.current
      ?.getContext('2d')
      ?.putImageData(new ImageData(drawFrame(frames, step, colours), width, height), 0, 0);
  }, [frames, step, colours, width, height]);
  return <canvas ref={canvas} className={isSpikes ? 'stretched' : undefined} width={width} height={height} />;
});
