import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import type { Schedule } from '../../core/schedule.ts';
import { blockSizeAt, type GridGeometry, intervalAt } from './gridGeometry.ts';

interface GridHandlesProps {
  geometry: GridGeometry;
  schedule: Schedule;
  stepCount: number;
  layerCount: number;
  onChange: (change: Partial<Schedule>) => void;
}

/** Most borders that are drawn as lines of their own; beyond it they would be a grey area. */
const MAX_LINES = 64;

/**
 * The borders, as controls: every line can be dragged; the first of each kind is also a slider for the keyboard
 * (arrow keys, Page Up and Down, Home, End).
 */
export function GridHandles({ geometry, schedule, stepCount, layerCount, onChange }: GridHandlesProps) {
  const frame = useRef<SVGSVGElement>(null);
  const { truncationInterval: k, blockSize: n } = schedule;
  const top = geometry.blocks[geometry.blocks.length - 1].classifierY - 10;
  const bottom = geometry.inputY + 14;

  /** Follows the pointer until it is lifted, in the coordinates of the diagram. */
  const drag = (event: PointerEvent<SVGElement>, follow: (x: number, y: number) => void) => {
    const svg = frame.current;
    if (!svg || event.button !== 0) return;
    event.preventDefault();
    const target = event.currentTarget;
    target.setPointerCapture(event.pointerId);
    const move = (next: globalThis.PointerEvent) => {
      const box = svg.getBoundingClientRect();
      follow(next.clientX - box.left, next.clientY - box.top);
    };
    const stop = () => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', stop);
      target.removeEventListener('pointercancel', stop);
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', stop);
    target.addEventListener('pointercancel', stop);
  };

  const dragInterval = (border: number) => (event: PointerEvent<SVGElement>) =>
    drag(event, (x) => onChange({ truncationInterval: intervalAt(geometry, x, border, stepCount) }));
  const dragBlock = (border: number) => (event: PointerEvent<SVGElement>) =>
    drag(event, (_, y) => onChange({ blockSize: blockSizeAt(geometry, y, border) }));

  const borders = geometry.intervals.slice(0, MAX_LINES);
  const handleX = borders[0].right;
  const handleY = geometry.blocks[0].top - 4;

  return (
    <svg ref={frame} className="grid-controls" width={geometry.width} height={geometry.height}>
      <title>Borders of intervals and blocks</title>
      {borders.map(({ right, steps }, index) => (
        <g key={steps.stop} className="border-k" onPointerDown={dragInterval(index + 1)}>
          <title>Drag to change k</title>
          <line className="border-grab" x1={right} y1={top} x2={right} y2={bottom} />
          <line className="border-line" x1={right} y1={top} x2={right} y2={bottom} />
        </g>
      ))}
      {geometry.blocks.map(({ top: y }, index) => (
        <g key={y} className="border-n" onPointerDown={dragBlock(index + 1)}>
          <title>Drag to change n</title>
          <line className="border-grab" x1={geometry.left} y1={y - 4} x2={geometry.right + 10} y2={y - 4} />
          <line className="border-line" x1={geometry.left} y1={y - 4} x2={geometry.right + 10} y2={y - 4} />
        </g>
      ))}
      <g
        className="handle handle-k"
        role="slider"
        tabIndex={0}
        aria-label="k, truncation interval in time steps"
        aria-orientation="horizontal"
        aria-valuemin={1}
        aria-valuemax={stepCount}
        aria-valuenow={k}
        aria-valuetext={`k = ${k} of ${stepCount} steps`}
        onPointerDown={dragInterval(1)}
        onKeyDown={keys(k, stepCount, (value) => onChange({ truncationInterval: value }))}
      >
        <rect x={handleX - 22} y={bottom + 4} width={44} height={24} rx={12} />
        <text x={handleX} y={bottom + 20} textAnchor="middle">
          k = {k}
        </text>
      </g>
      <g
        className="handle handle-n"
        role="slider"
        tabIndex={0}
        aria-label="n, local block size in layers"
        aria-orientation="vertical"
        aria-valuemin={1}
        aria-valuemax={layerCount}
        aria-valuenow={n}
        aria-valuetext={`n = ${n} of ${layerCount} layers`}
        onPointerDown={dragBlock(1)}
        onKeyDown={keys(n, layerCount, (value) => onChange({ blockSize: value }))}
      >
        <rect x={geometry.width - 45} y={handleY - 12} width={44} height={24} rx={12} />
        <text x={geometry.width - 23} y={handleY + 4} textAnchor="middle">
          n = {n}
        </text>
      </g>
    </svg>
  );
}

/** The keys of a slider. */
function keys(value: number, high: number, change: (value: number) => void) {
  return (event: KeyboardEvent) => {
    const page = Math.max(1, Math.round(high / 10));
    const next: Record<string, number> = {
      ArrowRight: value + 1,
      ArrowUp: value + 1,
      ArrowLeft: value - 1,
      ArrowDown: value - 1,
      PageUp: value + page,
      PageDown: value - page,
      Home: 1,
      End: high,
    };
    if (!(event.key in next)) return;
    event.preventDefault();
    change(Math.min(high, Math.max(1, next[event.key])));
  };
}
