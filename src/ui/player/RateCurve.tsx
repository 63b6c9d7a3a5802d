import { type PointerEvent, useMemo, useRef } from 'react';
import type { PreviewFrames } from '../../session/preview.ts';
import { rateCurve, type Timeline, type TimeRange } from '../../session/timeline.ts';
import { formatCount, formatMicroseconds } from '../shared/format.ts';
import { useElementWidth } from '../shared/useElementWidth.ts';

const HEIGHT = 84;
const TOP = 18;
/** Beyond so many, the borders of the steps would be a grey area. */
const MAX_BORDERS = 100;
/** Half the width of a slider's thumb: its ends lie that far inside. */
const THUMB = 8;

interface RateCurveProps {
  timeline: Timeline;
  frames: PreviewFrames;
  /** What the player runs through: the recording, and the steps that reach beyond it. */
  range: TimeRange;
  positionUs: number;
  onSeek: (us: number) => void;
}

/** Event rate over the recording, with the T steps that the network gets drawn on it; below, the scrub bar. */
export function RateCurve({ timeline, frames, range, positionUs, onSeek }: RateCurveProps) {
  const body = useRef<HTMLDivElement>(null);
  const width = useElementWidth(body, 600);
  const { startUs, stopUs } = range;
  const durationUs = Math.max(1, stopUs - startUs);
  const bins = Math.max(20, Math.min(240, Math.floor(width / 4)));
  const curve = useMemo(
    () => rateCurve(timeline, bins, { startUs, stopUs }),
    [timeline, bins, startUs, stopUs],
  );
  const toX = (us: number) => THUMB + ((us - startUs) / durationUs) * (width - 2 * THUMB);
  const path = useMemo(() => {
    const step = (width - 2 * THUMB) / curve.counts.length;
    const toY = (count: number) => HEIGHT - ((HEIGHT - TOP) * count) / Math.max(1, curve.peak);
    const points = Array.from(curve.counts, (count, bin) => {
      const y = toY(count).toFixed(1);
      return `L${(THUMB + bin * step).toFixed(1)} ${y}L${(THUMB + (bin + 1) * step).toFixed(1)} ${y}`;
    });
    return `M${THUMB} ${HEIGHT}${points.join('')}L${width - THUMB} ${HEIGHT}Z`;
  }, [curve, width]);

  const { stepBordersUs, stepCount, facts } = frames;
  const [first, last] = [stepBordersUs[0], stepBordersUs[stepCount]];
  const inside = (us: number) => Math.min(width - THUMB, Math.max(THUMB, toX(us)));
  const seek = (event: PointerEvent<SVGSVGElement>) => {
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
    onSeek(startUs + ((at - THUMB) / (width - 2 * THUMB)) * durationUs);
  };
  const peakRate = (curve.peak / curve.binUs) * 1e6;

  return (
    <div className="rate-curve" ref={body}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`Event rate over ${formatMicroseconds(durationUs)}, at most ${formatCount(peakRate)} events per second.${
          facts.span
            ? ` The network gets ${formatMicroseconds(first - startUs)} to ${formatMicroseconds(last - startUs)}.`
            : ''
        }`}
        onPointerDown={seek}
        onPointerMove={(event) => {
          if (event.buttons === 1) seek(event);
        }}
      >
        {facts.span && (
          <rect
            className="rate-window"
            x={inside(first)}
            y={TOP}
            width={Math.max(0, inside(last) - inside(first))}
            height={HEIGHT - TOP}
          />
        )}
        <path className="rate-area" d={path} />
        {facts.span &&
          stepCount <= MAX_BORDERS &&
          Array.from(stepBordersUs, (us, step) =>
            us >= startUs && us <= stopUs ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: a border is its number.
              <line key={step} className="rate-border" x1={toX(us)} x2={toX(us)} y1={TOP} y2={HEIGHT} />
            ) : null,
          )}
        <line className="rate-now" x1={toX(positionUs)} x2={toX(positionUs)} y1={0} y2={HEIGHT} />
        <text x={THUMB + 6} y={12}>
          up to {formatCount(peakRate)} events/s
        </text>
      </svg>
      <input
        type="range"
        aria-label="Time shown"
        aria-valuetext={`${formatMicroseconds(positionUs - startUs)} of ${formatMicroseconds(durationUs)}`}
        min={0}
        max={1000}
        step={1}
        value={Math.round(((positionUs - startUs) / durationUs) * 1000)}
        onChange={(event) => onSeek(startUs + (Number(event.target.value) / 1000) * durationUs)}
      />
    </div>
  );
}
