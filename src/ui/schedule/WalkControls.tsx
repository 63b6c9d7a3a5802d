import { useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import type { Range } from '../../core/schedule.ts';
import type { PlanWalk, WalkBuffer } from '../../session/planWalk.ts';
import { formatBytes } from '../shared/format.ts';
import { useElementWidth } from '../shared/useElementWidth.ts';
import { memoryTrace, stretches, tracePath } from './memoryTrace.ts';
import { useWalkMotion } from './useWalkMotion.ts';
import { moveBy, type WalkStore } from './walkPlayer.ts';
import { bufferWords, stepWords } from './walkWords.ts';

interface WalkControlsProps {
  walk: PlanWalk;
  store: WalkStore;
  intervals: Range[];
  peakBytes: number;
  /** Peak of full backpropagation through time, for the scale of the trace. */
  fullBytes: number;
  /** How many micro-batches the batch is cut into. */
  microBatches: number;
}

/** The iteration as a strip of memory over passes, which is also the slider through it; buttons; words. */
export function WalkControls(props: WalkControlsProps) {
  const { walk, store, intervals, peakBytes, fullBytes, microBatches } = props;
  const count = walk.order.length / 2;
  const mode = useStore(store, (state) => state.mode);
  const { toggle } = useWalkMotion(store, count);
  return (
    <div className="walk">
      <div className="grid-legend">
        <span className="key key-forward">forward crosses borders</span>
        <span className="key key-backward">backward stops at them</span>
        <span className="order-buttons">
          <button
            type="button"
            className="button quiet small"
            aria-label="Previous pass"
            title="Previous pass"
            onClick={() => moveBy(store, -1, count)}
          >
            ‹
          </button>
          <button type="button" className="button quiet small" onClick={() => moveBy(store, 1, count)}>
            Next pass
          </button>
          <button
            type="button"
            className="button quiet small"
            onClick={toggle}
            aria-pressed={mode === 'play'}
          >
            {mode === 'play' ? 'Stop the order' : 'Show the order'}
          </button>
        </span>
      </div>
      <Trace {...{ walk, store, peakBytes, fullBytes }} />
      <WalkText {...{ walk, store, intervals, microBatches }} />
    </div>
  );
}

const HEIGHT = 54;
const STRIP = 6;
/** Room above the highest line for its name. */
const HEADROOM = 1.4;

function Trace({
  walk,
  store,
  peakBytes,
  fullBytes,
}: Pick<WalkControlsProps, 'walk' | 'store' | 'peakBytes' | 'fullBytes'>) {
  const body = useRef<HTMLDivElement>(null);
  const width = useElementWidth(body, 640);
  const count = walk.order.length / 2;
  const high = Math.max(peakBytes, fullBytes) * HEADROOM;
  const trace = useMemo(() => memoryTrace(walk, Math.min(400, Math.round(width / 2))), [walk, width]);
  const pitch = width / trace.bytes.length;
  const y = (bytes: number) => HEIGHT * (1 - bytes / high);
  const picture = useMemo(
    () => (
      <>
        <path className="trace-area" d={tracePath(trace, width, HEIGHT, high)} />
        {stretches(trace.kinds).map(([kind, first, columns]) => (
          <rect
            key={first}
            className={`trace-kind trace-${kind}`}
            x={first * pitch}
            y={HEIGHT + 2}
            width={Math.max(0.5, columns * pitch)}
            height={STRIP}
          />
        ))}
      </>
    ),
    [trace, width, high, pitch],
  );
  return (
    <div className="trace" ref={body} style={{ height: HEIGHT + STRIP + 4 }}>
      <svg
        width={width}
        height={HEIGHT + STRIP + 4}
        role="img"
        aria-label={`Memory held over one iteration of ${count} passes; at most ${formatBytes(peakBytes)}, full backpropagation through time ${formatBytes(fullBytes)}.`}
      >
        {picture}
        {fullBytes > peakBytes * 1.02 && (
          <g className="trace-full">
            <line x1={0} x2={width} y1={y(fullBytes)} y2={y(fullBytes)} />
            <text className="trace-name" x={2} y={y(fullBytes) - 3}>
              full BPTT {formatBytes(fullBytes)}
            </text>
          </g>
        )}
        <Cursor {...{ store, count, width }} />
      </svg>
      <Position {...{ walk, store, count }} />
    </div>
  );
}

function Cursor({ store, count, width }: { store: WalkStore; count: number; width: number }) {
  const at = useStore(store, (state) => state.at);
  if (at === null) return null;
  const x = ((Math.min(at, count - 1) + 0.5) / count) * width;
  return <line className="trace-cursor" x1={x} x2={x} y1={0} y2={HEIGHT + STRIP + 4} />;
}

/** The slider over the trace. */
function Position({ walk, store, count }: { walk: PlanWalk; store: WalkStore; count: number }) {
  const at = useStore(store, (state) => state.at);
  const isFollowing = useStore(store, (state) => state.mode === 'follow');
  const step = at === null ? null : walk.steps[walk.order[2 * at]];
  return (
    <input
      type="range"
      aria-label="Pass shown"
      min={0}
      max={count - 1}
      // A followed run moves several times per second, which nobody wants to be told.
      value={isFollowing ? 0 : (at ?? 0)}
      aria-valuetext={
        step && !isFollowing ? `${(at ?? 0) + 1} of ${count}, ${step.kind} ${step.stage}` : 'none'
      }
      onChange={(event) => store.setState({ mode: 'step', at: Number(event.target.value) })}
      onKeyDown={(event) => {
        // At its low end the slider would not move, and so not light the first pass.
        if (event.key === 'Home') store.setState({ mode: 'step', at: 0 });
      }}
    />
  );
}

function WalkText({
  walk,
  store,
  intervals,
  microBatches,
}: Pick<WalkControlsProps, 'walk' | 'store' | 'intervals' | 'microBatches'>) {
  const at = useStore(store, (state) => state.at);
  const mode = useStore(store, (state) => state.mode);
  const count = walk.order.length / 2;
  const step = at === null ? null : walk.steps[walk.order[2 * at]];
  const interval = at === null ? 0 : walk.order[2 * at + 1];
  if (at === null || !step || !intervals[interval]) {
    return (
      <p className="walk-line small muted">
        Each tile is one block in one interval. The plan finishes a tile before it starts the next, and its
        memory is free again.
      </p>
    );
  }
  const { start, stop } = intervals[interval];
  const isStep = mode === 'step' || mode === 'play';
  return (
    <>
      {/* A sentence of its own per pass: words that stay would move sideways. */}
      <p key={at} className="walk-line small numbers">
        <span className={`walk-kind walk-kind-${step.kind}`} aria-hidden="true" />
        <span className="muted">
          {at + 1} of {count}{' '}
        </span>
        {stepWords(step, interval, stop - start)} Held now: <b>{formatBytes(step.heldBytes)}</b>.
        {microBatches > 1 && ` Each of ${microBatches} micro-batches runs these passes.`}
        {mode === 'follow' && ' Slowed down.'}
      </p>
      {isStep && step.kind !== 'freed' && (
        // biome-ignore lint/a11y/useSemanticElements: these are no form fields, which a fieldset would group.
        <div className="walk-details small" role="group" aria-label="What this pass reads and writes">
          <Buffers title="reads" buffers={step.reads} />
          <Buffers title="writes" buffers={step.writes} />
        </div>
      )}
    </>
  );
}

function Buffers({ title, buffers }: { title: string; buffers: WalkBuffer[] }) {
  return (
    <div>
      <p className="walk-title">{title}</p>
      <ul className="numbers">
        {buffers.map(({ name, bytes }) => (
          <li key={name}>
            {bufferWords(name)} <span className="muted">{formatBytes(bytes)}</span>
          </li>
        ))}
        {buffers.length === 0 && <li className="muted">nothing</li>}
      </ul>
    </div>
  );
}
