import { useEffect, useRef } from 'react';

interface BitmapProps {
  /** RGBA, row by row. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
  className?: string;
  /** What it shows, for people who do not see it; a picture without one is decoration. */
  label?: string;
}

/** A view may show a hundred pictures at once: so much of a frame goes into drawing them, the others come in the next. */
const DRAW_MS = 8;
const waiting = new Set<() => void>();

function drawSoon(draw: () => void): () => void {
  if (waiting.size === 0) requestAnimationFrame(drawWaiting);
  waiting.add(draw);
  return () => waiting.delete(draw);
}

function drawWaiting(): void {
  const end = performance.now() + DRAW_MS;
  for (const draw of waiting) {
    waiting.delete(draw);
    draw();
    if (performance.now() > end) break;
  }
  if (waiting.size > 0) requestAnimationFrame(drawWaiting);
}

/** A picture of squares; the style sheet says how large it is shown. */
export function Bitmap({ pixels, width, height, className, label }: BitmapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const target = canvas.current;
    if (!target || width < 1 || height < 1) return;
    return drawSoon(() => {
      if (target.width !== width) target.width = width;
      if (target.height !== height) target.height = height;
      target.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
    });
  }, [pixels, width, height]);
  return (
    <canvas
      ref={canvas}
      className={className ? `bitmap ${className}` : 'bitmap'}
      width={width}
      height={height}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    />
  );
}
