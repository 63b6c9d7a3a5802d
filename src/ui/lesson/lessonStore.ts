import { createStore } from 'zustand/vanilla';
import { LESSON_STEPS } from './lessonSteps.ts';

/** Where the visitor is in the lesson. */
export interface LessonState {
  /** Index of the step shown; null while the lesson is not shown. */
  step: number | null;
}

const KEY = 'spikelet.lesson';
const OVER = 'over';

/** What this browser remembers: a step to go on with, that the lesson is over, or nothing on a first visit. */
function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // Without storage the page cannot know its visitors: nobody is taught the same thing at every visit.
    return OVER;
  }
}

function remember(value: string): void {
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // See above.
  }
}

export const lessonStore = createStore<LessonState>(() => ({ step: null }));

/** Shows a step; null ends the lesson, which then does not come by itself again. */
export function goToStep(step: number | null): void {
  lessonStore.setState({ step });
  remember(step === null ? OVER : String(step));
}

/** On a first visit begins the lesson, or goes on with it where the page was left. */
export function offerLesson(): void {
  const found = remembered();
  if (found === OVER) return;
  const step = Number(found ?? 0);
  goToStep(Number.isInteger(step) && step >= 0 && step < LESSON_STEPS.length ? step : 0);
}
