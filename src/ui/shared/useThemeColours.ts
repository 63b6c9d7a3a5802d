import { useEffect, useState } from 'react';
import { hexColour, type Rgb } from './hexColour.ts';

export type { Rgb } from './hexColour.ts';

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
  const entries = names.map((name): [Name, Rgb] => [name, hexColour(style.getPropertyValue(`--${name}`))]);
  return Object.fromEntries(entries) as Record<Name, Rgb>;
}

/** Mixes `share` of a colour into another. */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [0, 1, 2].map((c) => Math.round(from[c] * (1 - share) + to[c] * share)) as unknown as Rgb;
}
