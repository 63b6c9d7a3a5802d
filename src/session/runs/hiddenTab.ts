import type { TrainerPort } from '../ports.ts';
import { isTraining, type SessionStore } from '../sessionStore.ts';

/** What training does while the tab is not in sight. */
export type WhileHidden = 'train' | 'pause';

export function isWhileHidden(value: unknown): value is WhileHidden {
  return value === 'train' || value === 'pause';
}

/**
 * Follows whether the tab is in sight. A hidden tab may be closed or put to sleep without a word: a checkpoint is taken at
 * once, then the run goes on or pauses, as the visitor chose. A run that was paused by this goes on by it.
 * @param start Continues the run.
 */
export function createHiddenTab(
  store: SessionStore,
  trainer: TrainerPort | null,
  start: () => Promise<void>,
): (isHidden: boolean) => void {
  let hasPaused = false;
  return (isHidden) => {
    const { status, kept } = store.getState();
    if (isHidden && isTraining(status) && status !== 'preparing') {
      hasPaused = kept.whileHidden === 'pause';
      trainer?.post({ type: hasPaused ? 'pause' : 'checkpoint' });
    }
    if (!isHidden && hasPaused) {
      hasPaused = false;
      if (status === 'paused') void start();
    }
  };
}
