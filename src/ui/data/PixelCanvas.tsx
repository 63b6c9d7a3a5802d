import { useEffect, useRef, useState } from 'react';
import { hexColour } from '../shared/hexColour.ts';
import type { PlayerColours } from './playerDrawing.ts';

interface PixelCanvasProps {
  /** RGBA, `width` pixels per row; null shows an empty screen. */
  pixels: Uint8ClampedArray<ArrayBuffer> | null;
  width: number;
  label: string;
  caption: string;
  /** Stretches the picture over the screen: for pictures that are no picture of a sensor. */
  isStretched?: boolean;
}

/** A small picture, one square per pixel. */
export function PixelCanvas({ pixels, width, label, caption, isStretched }: PixelCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const target = canvas.current;
    if (!target) return;
    if (!pixels) {
      target.getContext('2d')?.clearRect(0, 0, target.width, target.height);
      return;
    }
    const height = pixels.length / 4 / width;
    if (target.width !== width) target.width = width;
    if (target.height !== height) target.height = height;
    target.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [pixels, width]);

  return (
    <div className={isStretched ? 'screen stretched' : 'screen'}>
      <canvas ref={canvas} width={34} height={34} role="img" aria-label={label} />
      <span className="small muted numbers">{caption}</span>
    </div>
  );
}

/** Colours of the style sheet, for the canvas; they follow the theme. */
export function usePlayerColours(): PlayerColours {
  const [colours, setColours] = useState(readColours);
  useEffect(() => {
    const observer = new MutationObserver(() => setColours(readColours()));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return colours;
}

function readColours(): PlayerColours {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => hexColour(style.getPropertyValue(name));
  return { ground: colour('--event-ground'), on: colour('--event-on'), off: colour('--event-off') };
}
