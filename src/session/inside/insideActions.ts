import type { SessionPorts } from '../ports.ts';
import type { SessionStore } from '../sessionStore.ts';
import type { InspectRequest } from './insideState.ts';

/** What the visitor can look at. A run goes on while it is looked at. */
export interface InsideActions {
  /** Sends a sample through the network; the answer arrives in `inside.inspection`. */
  inspectSample(request: InspectRequest): void;
  /** Asks for pictures of samples that are not there yet; they arrive in `inside.pictures`. */
  pictureSamples(samples: readonly number[]): void;
}

export function createInsideActions(
  store: SessionStore,
  { trainer }: Pick<SessionPorts, 'trainer'>,
): InsideActions {
  const hasRun = () => store.getState().run !== null;
  return {
    inspectSample(request) {
      if (!trainer || !hasRun()) return;
      store.setState(({ inside }) => ({ inside: { ...inside, isLooking: true } }));
      trainer.post({ type: 'inspectSample', ...request });
    },
    pictureSamples(samples) {
      const { pictures } = store.getState().inside;
      const missing = samples.filter((sample) => !pictures.has(sample));
      if (!trainer || !hasRun() || missing.length === 0) return;
      trainer.post({ type: 'pictureSamples', samples: missing });
    },
  };
}
