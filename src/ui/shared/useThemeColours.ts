import { useEffect, useState } from 'react';

export type Rgb = readonly [number, number, number];

/**
 * Colours of the style sheet for canvases, by the names of their tokens (`forward` is --forward); they follow the theme.
 * @param names A constant list: it is not followed.
 */
export function useThemeColours<Name extends string>(names: readonly Name[]): Record<Name, Rgb> {
  const [colours, setColours] = useState(() => readColours(names));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is constant.
  useEffect(() => {
    const observer = new MutationObserver(() => setColours(readColours(names)));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return colours;
}

function readColours<Name extends string>(names: readonly Name[]): Record<Name, Rgb> {
  const style = getComputedStyle(document.documentElement);
  const entries = names.map((name): [Name, Rgb] => {
    const digits = /^#([0-9a-f]{6})$/i.exec(style.getPropertyValue(`--${name}`).trim());
    const value = digits ? Number.parseInt(digits[1], 16) : 0x808080;
    return [name, [value >> 16, (value >> 8) & 255, value & 255]];
  });
  return Object.fromEntries(entries) as Record<Name, Rgb>;
}

/** Mixes `share` of a colour into another. */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [0, 1, 2].map((c) => Math.round(from[c] * (1 - share) + to[c] * share)) as unknown as Rgb;
}
