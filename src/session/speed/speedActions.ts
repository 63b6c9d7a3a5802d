import type { SessionPorts } from '../ports.ts';
import type { SessionStore } from '../sessionStore.ts';

/** What the visitor can do about speed. None of it changes a bit of a run. */
export interface SpeedActions {
  /** Finds out with the next iterations which kernels are fastest; false ends that. */
  measureKernels(wanted: boolean): void;
}

export function createSpeedActions(
  store: SessionStore,
  { trainer }: Pick<SessionPorts, 'trainer'>,
): SpeedActions {
  return {
    measureKernels(wanted) {
      if (trainer && store.getState().kernels) trainer.post({ type: 'measureKernels', wanted });
    },
  };
}
