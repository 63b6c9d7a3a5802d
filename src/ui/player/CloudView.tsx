import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { EventStream } from '../../core/eventStream.ts';
import type { Timeline } from '../../session/timeline.ts';
import { usePlayerColours } from '../data/PixelCanvas.tsx';
import { useElementWidth } from '../shared/useElementWidth.ts';
import { boxEdges, drawCloud, FIRST_VIEWPOINT, project, type Slice, type Viewpoint } from './cloud.ts';

const EDGES = boxEdges();
const KEY_TURN = Math.PI / 24;
const TURNS: Record<string, [yaw: number, pitch: number]> = {
  ArrowLeft: [-KEY_TURN, 0],
  ArrowRight: [KEY_TURN, 0],
  ArrowUp: [0, KEY_TURN],
  ArrowDown: [0, -KEY_TURN],
};

interface CloudViewProps {
  events: EventStream;
  timeline: Timeline;
  /** Events that stand out: those that the camera shows now. */
  slice: Slice;
  caption: string;
}

/** The recording in x, y and time, turned by dragging or with the arrow keys. */
export function CloudView({ events, timeline, slice, caption }: CloudViewProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = Math.min(480, useElementWidth(frame, 300));
  const [viewpoint, setViewpoint] = useState<Viewpoint>(FIRST_VIEWPOINT);
  const drag = useRef<{ x: number; y: number } | null>(null);
  const colours = usePlayerColours();

  const turn = (yaw: number, pitch: number) =>
    setViewpoint((from) => ({
      yaw: from.yaw + yaw,
      pitch: Math.max(-Math.PI / 2, Math.min(Math.PI / 2, from.pitch + pitch)),
    }));

  const projection = useMemo(() => project(viewpoint, size, size), [viewpoint, size]);
  const { fromUs, untilUs } = slice;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const shape = { width: size, height: size };
    const pixels = drawCloud(events, timeline, projection, shape, { fromUs, untilUs }, colours);
    context.putImageData(new ImageData(pixels, size, size), 0, 0);
    const style = getComputedStyle(document.documentElement);
    context.strokeStyle = style.getPropertyValue('--line-strong');
    context.beginPath();
    const { width, height } = events.sensor;
    const side = Math.max(width, height);
    for (const [from, to] of EDGES) {
      context.moveTo(...projection((from[0] * width) / side, (from[1] * height) / side, from[2]));
      context.lineTo(...projection((to[0] * width) / side, (to[1] * height) / side, to[2]));
    }
    context.stroke();
    context.fillStyle = style.getPropertyValue('--ink-muted');
    context.font = '12px system-ui, sans-serif';
    context.fillText('start', ...projection(-width / side, height / side, 0));
    context.fillText('end', ...projection(-width / side, height / side, 1));
  }, [events, timeline, projection, size, fromUs, untilUs, colours]);

  const onPointerMove = ({ clientX, clientY }: PointerEvent) => {
    if (!drag.current) return;
    turn((clientX - drag.current.x) / 100, (clientY - drag.current.y) / 100);
    drag.current = { x: clientX, y: clientY };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = TURNS[event.key];
    if (!by) return;
    event.preventDefault();
    turn(...by);
  };

  return (
    <div className="screen cloud" ref={frame}>
      <button
        type="button"
        aria-label="Events in x, y and time. Drag or use the arrow keys to turn, Enter to turn back."
        onKeyDown={onKeyDown}
        onClick={({ detail }) => {
          // Enter and Space click without a pointer; a click of the mouse is the end of a drag.
          if (detail === 0) setViewpoint(FIRST_VIEWPOINT);
        }}
        onDoubleClick={() => setViewpoint(FIRST_VIEWPOINT)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          drag.current = null;
        }}
        onPointerCancel={() => {
          drag.current = null;
        }}
      >
        <canvas ref={canvas} width={size} height={size} />
      </button>
      <span className="small muted">{caption}</span>
    </div>
  );
}
