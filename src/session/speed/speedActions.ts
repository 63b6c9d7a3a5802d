import type { SessionPorts } from '../ports.ts';
import type { SessionStore } from '../sessionStore.ts';

/** Iterations that a profile times. */
const PROFILE_ROUNDS = 3;

/** What the visitor can do about speed. None of it changes a bit of a run. */
export interface SpeedActions {
  /** Finds out with the next iterations which kernels are fastest; false ends that. */
  measureKernels(wanted: boolean): void;
  /** Times the passes of the run, which goes on as if nothing had been; the answer arrives in `speed.profile`. */
  profileRun(): void;
  /** Measures the adapter in a copy and in a matrix product; the answer arrives in `speed.limits`. */
  measureAdapter(): void;
}

export function createSpeedActions(
  store: SessionStore,
  { trainer }: Pick<SessionPorts, 'trainer'>,
): SpeedActions {
  const waitFor = (what: 'profile' | 'limits') =>
    store.setState(({ speed }) => ({
      speed: { ...speed, problem: null, waitsFor: { ...speed.waitsFor, [what]: true } },
    }));
  return {
    measureKernels(wanted) {
      if (trainer && store.getState().speed.kernels) trainer.post({ type: 'measureKernels', wanted });
    },
    profileRun() {
      const { run, kept } = store.getState();
      if (!trainer || run === null || kept.openId !== null) return;
      waitFor('profile');
      trainer.post({ type: 'profile', rounds: PROFILE_ROUNDS });
    },
    measureAdapter() {
      if (!trainer) return;
      waitFor('limits');
      trainer.post({ type: 'measureAdapter' });
    },
  };
}
