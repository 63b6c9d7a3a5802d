import { useEffect } from 'react';
import { ANCHORS, type AnchorId } from './anchors.ts';

function elementsOf(id: AnchorId): Element[] {
  const { selector, view } = ANCHORS[id];
  return [...document.querySelectorAll(`#view-${view} :is(${selector})`)];
}

function lastPart(id: AnchorId, element: Element): Element {
  const place: { view: string; upTo?: string } = ANCHORS[id];
  return (place.upTo && element.querySelector(place.upTo)) || element;
}

/** Space around a place that was scrolled to, pixels; above it, so that the heading of its panel is seen as well. */
const GAP = 16;
const HEADING = 64;

/** The part of the window that neither the tabs nor the lesson cover. */
function freeSpace(): { top: number; bottom: number } {
  const tabs = document.querySelector('.view-bar')?.getBoundingClientRect();
  const lesson = document.querySelector('.lesson')?.getBoundingClientRect();
  const top = Math.max(0, tabs?.height ?? 0);
  if (!lesson) return { top, bottom: innerHeight };
  const isAtBottom = lesson.top > innerHeight / 2;
  return isAtBottom ? { top, bottom: lesson.top } : { top: top + lesson.height, bottom: innerHeight };
}

/**
 * Brings an element into sight where it is not; at once for visitors who ask for less motion.
 * @param last The last part of it that must be seen: what follows is no reason to scroll the head of the page away.
 */
function bringIntoSight(element: Element, last: Element): void {
  const { top } = element.getBoundingClientRect();
  const { bottom } = last.getBoundingClientRect();
  const free = freeSpace();
  const isTall = bottom - top > free.bottom - free.top - 2 * GAP;
  if (top >= free.top && (bottom <= free.bottom || (isTall && top < (free.top + free.bottom) / 2))) return;
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  // What is below is brought in by as little as is needed: what was read stays where it is.
  const by = top < free.top || isTall ? top - free.top - HEADING : bottom - free.bottom + GAP;
  scrollBy({ top: by, behavior: isCalm ? 'instant' : 'smooth' });
}

/** Marks a place of the page (see base.css) while `id` is set, and brings it into sight once. */
export function useSpotlight(id: AnchorId | null): void {
  useEffect(() => {
    if (!id) return;
    let hasScrolled = false;
    const mark = () => {
      for (const element of elementsOf(id)) {
        if (element.hasAttribute('data-spotlit')) continue;
        element.setAttribute('data-spotlit', '');
        if (!hasScrolled) bringIntoSight(element, lastPart(id, element));
        hasScrolled = true;
      }
    };
    mark();
    // A part whose code is still being fetched, or that is drawn anew, is marked when it is there.
    const observer = new MutationObserver(mark);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      for (const element of document.querySelectorAll('[data-spotlit]'))
        element.removeAttribute('data-spotlit');
    };
  }, [id]);
}
