import { useId, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useViews } from '../shell/viewChoice.ts';
import { ANCHORS, type AnchorId, markPlace, shownPlace } from './anchors.ts';
import { useSession } from './sessionContext.tsx';
import { TERMS, type Term, type TermId } from './terms.ts';
import { useSpotlight } from './useSpotlight.ts';

/** Gap between the button and its card, and between the card and the window, pixels. */
const GAP = 6;

/** A small "?" beside a word: opens what the word means, and can show the thing itself. */
export function TermButton({ term }: { term: TermId }) {
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const card = useRef<HTMLDivElement>(null);
  const { question } = TERMS[term];

  const place = () => {
    const from = button.current?.getBoundingClientRect();
    const box = card.current;
    if (!from || !box) return;
    const { width, height } = box.getBoundingClientRect();
    const left = Math.max(GAP, Math.min(from.left - 12, innerWidth - width - GAP));
    const below = from.bottom + GAP;
    const top = below + height > innerHeight - GAP ? Math.max(GAP, from.top - height - GAP) : below;
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        className="term-button"
        aria-label={question}
        aria-expanded={isOpen}
        popoverTarget={id}
      >
        ?
      </button>
      <div
        ref={card}
        id={id}
        popover="auto"
        role="note"
        aria-label={question}
        className="term-card"
        onToggle={(event) => {
          const isNowOpen = event.newState === 'open';
          setIsOpen(isNowOpen);
          if (isNowOpen) requestAnimationFrame(place);
        }}
      >
        {isOpen && <TermText term={term} onShow={() => card.current?.hidePopover()} />}
      </div>
    </>
  );
}

/** The answer, with the numbers of the settings shown. */
export function TermText({ term, onShow }: { term: TermId; onShow?: () => void }) {
  const settings = useSession((state) => state.settings);
  const { question, text, anchor }: Term = TERMS[term];
  return (
    <>
      <p className="term-question">{question}</p>
      <p>{text(settings)}</p>
      {anchor && <ShowButton anchor={anchor} onShow={onShow} />}
    </>
  );
}

/** Marks the place that was asked for last. */
export function Spotlight() {
  useSpotlight(useStore(shownPlace, (state) => state.anchor));
  return null;
}

/** Goes to a place of the page and marks it for a while. */
export function ShowButton({ anchor, onShow }: { anchor: AnchorId; onShow?: () => void }) {
  const { showView } = useViews();
  return (
    <button
      type="button"
      className="button small"
      onClick={() => {
        onShow?.();
        showView(ANCHORS[anchor].view);
        markPlace(anchor);
      }}
    >
      Show me {ANCHORS[anchor].name}
    </button>
  );
}
