import type { ErrorData } from '../../core/errors.ts';
import type { AdapterLimits, KernelReport, RunProfile, TrainerMessage } from '../../trainer/messages.ts';

export type { AdapterLimits, KernelReport, PassProfile, RunProfile } from '../../trainer/messages.ts';

type MessageOf<Type extends TrainerMessage['type']> = Extract<TrainerMessage, { type: Type }>;

/** What the page knows of the speed of the run and of the adapter. Not part of a session: no result depends on it. */
export interface SpeedState {
  /** Which kernels the run uses; null before the first run. */
  kernels: KernelReport | null;
  profile: RunProfile | null;
  limits: AdapterLimits | null;
  /** What was asked for and is not answered. */
  waitsFor: { profile: boolean; limits: boolean };
  /** Why the last question was not answered. */
  problem: ErrorData | null;
}

export function emptySpeed(): SpeedState {
  return {
    kernels: null,
    profile: null,
    limits: null,
    waitsFor: { profile: false, limits: false },
    problem: null,
  };
}

/** How an answer of the trainer changes what is known. Pure. */
export function reduceSpeed(
  state: SpeedState,
  message: MessageOf<'kernels' | 'profile' | 'adapterLimits'>,
): SpeedState {
  const { waitsFor } = state;
  switch (message.type) {
    case 'kernels':
      return { ...state, kernels: message.report };
    case 'profile':
      return {
        ...state,
        profile: message.profile ?? state.profile,
        waitsFor: { ...waitsFor, profile: false },
        problem: message.error,
      };
    case 'adapterLimits':
      return {
        ...state,
        limits: message.limits ?? state.limits,
        waitsFor: { ...waitsFor, limits: false },
        problem: message.error,
      };
  }
}
