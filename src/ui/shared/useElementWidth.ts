import { type RefObject, useLayoutEffect, useState } from 'react';
import { flushSync } from 'react-dom';

interface Follower {
  tell: (width: number) => void;
  isNew: boolean;
}

const followers = new Map<Element, Follower>();
/** One for all elements: what changes together is drawn anew together. */
let observer: ResizeObserver | null = null;

/**
 * Width of an element in CSS pixels, followed while it changes; `initial` before the first measurement, which comes
 * before the first painting. The browser says the width once it has laid the page out: to ask for it in an effect would
 * make it lay the page out in the middle of the task that draws a view.
 */
export function useElementWidth(element: RefObject<HTMLElement | null>, initial: number): number {
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    observer ??= new ResizeObserver(tellAll);
    const tell = (measured: number) => setWidth(Math.max(200, Math.floor(measured)));
    followers.set(target, { tell, isNew: true });
    observer.observe(target);
    return () => {
      observer?.unobserve(target);
      followers.delete(target);
    };
  }, [element]);
  return width;
}

function tellAll(): void {
  const all = [...followers].map(([target, follower]) => ({ follower, width: target.clientWidth }));
  const isFirst = all.some(({ follower }) => follower.isNew);
  const tell = () => {
    for (const { follower, width } of all) {
      follower.isNew = false;
      follower.tell(width);
    }
  };
  // What is new must not be painted with a width that was guessed; what is there already can follow a frame later.
  if (isFirst) flushSync(tell);
  else tell();
}
