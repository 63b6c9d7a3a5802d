export type Rgb = readonly [number, number, number];

/** Shown for what is no colour: neither white nor black, so that it is seen in both themes. */
const UNKNOWN: Rgb = [128, 128, 128];

/** A colour token of the style sheet as numbers. The build writes #ffffff as #fff, so both spellings are read. */
export function hexColour(text: string): Rgb {
  const digits = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[0].slice(1);
  if (!digits) return UNKNOWN;
  const size = digits.length / 3;
  const part = (at: number) => Number.parseInt(digits.slice(at * size, (at + 1) * size).repeat(2 / size), 16);
  return [part(0), part(1), part(2)];
}
