import type { AdapterInfo } from '../trainer/messages.ts';
import { SHARED_DIGEST_DIGITS, toSharedRun } from './link/sharedRun.ts';
import { encodeLink, type SharedRun } from './linkCodec.ts';
import type { Session } from './session.ts';
import { readSetting, SESSION_FIELDS } from './sessionFields.ts';
import type { SessionState } from './sessionStore.ts';

/** The run that a link brought along, and the session that it is a run of. */
export interface SharedResult {
  session: Session;
  run: SharedRun;
}

/** Where a replay stands against the run that was shared. */
export interface Verdict {
  /** `waiting`: nothing to compare yet. `same`: to the last epoch. `other`: another session is trained. */
  state: 'waiting' | 'sameSoFar' | 'same' | 'differs' | 'other';
  /** One sentence for people. */
  text: string;
  /** Why it differs, for people; '' where it does not. */
  reason: string;
}

/** An adapter as one line: vendor, architecture, description, without repetitions. */
export function adapterText({ vendor, architecture, description, software }: AdapterInfo): string {
  const words = [...new Set([vendor, architecture, description].filter((word) => word !== ''))];
  return `${words.join(' ') || 'unnamed adapter'}${software ? ' (software)' : ''}`;
}

/** Settings that do not decide what is computed. */
const NOTES = new Set(['data.name', 'data.fingerprint', 'data.imageOrientation', 'epochs']);

/** Short names of the settings in which two sessions differ, notes and the number of epochs aside. */
export function differingSettings(a: Session, b: Session): string[] {
  return SESSION_FIELDS.filter(
    ({ path }) =>
      !NOTES.has(path) && JSON.stringify(readSetting(a, path)) !== JSON.stringify(readSetting(b, path)),
  ).map(({ short }) => short);
}

/** What stands between a run and its link; null where the link can hold its results. */
export function whyNotShared({ run, epochs, settings, gpu }: SessionState): string | null {
  if (!run || epochs.length === 0 || !gpu.adapter)
    return 'There is no finished epoch yet. Train it, or open a finished run under Runs.';
  if (run.changedMidway)
    return 'Settings were changed while it ran, so that no link leads to the same weights; train it anew to share results.';
  const other = differingSettings(settings, run.settings);
  if (other.length > 0) return `Settings were changed since (${other.join(', ')}). Undo that, or train anew.`;
  return null;
}

/** The part of the present run that a link holds; null where {@link whyNotShared} says why. */
export function presentRun(state: SessionState): SharedRun | null {
  if (whyNotShared(state) !== null || !state.gpu.adapter) return null;
  return resultsOf(state.epochs, state.gpu.adapter);
}

/** What a link holds of a run's epochs. @param epochs At least one. */
export function resultsOf(epochs: SessionState['epochs'], adapter: AdapterInfo): SharedRun {
  return toSharedRun(epochs, adapterText(adapter));
}

/** Compares the run that is trained with the one that was shared, epoch by epoch. Pure; called while it trains. */
export function compareWithShared(
  shared: SharedResult,
  { run, epochs, gpu }: Pick<SessionState, 'run' | 'epochs' | 'gpu'>,
): Verdict {
  const { digests, final } = shared.run;
  const waiting: Verdict = {
    state: 'waiting',
    text: `Train to see whether the result is the same as shared (${describeFinal(final)}).`,
    reason: '',
  };
  if (!run) return waiting;
  const settings = differingSettings(shared.session, run.settings);
  if (settings.length > 0 || run.changedMidway) {
    const what = settings.length > 0 ? settings.join(', ') : 'a setting, for a while';
    return {
      state: 'other',
      text: 'Not compared with what was shared: this run has other settings.',
      reason: `Changed: ${what}.`,
    };
  }
  const own = new Map(epochs.map(({ epoch, digest }) => [epoch, digest.slice(0, SHARED_DIGEST_DIGITS)]));
  let compared = -1;
  for (const { epoch, digest } of digests) {
    const mine = own.get(epoch);
    if (mine === undefined) continue;
    if (mine !== digest) {
      const from = digests.find((each) => each.epoch > compared)?.epoch ?? epoch;
      return {
        state: 'differs',
        text: `Differs from what was shared ${epoch === 0 ? 'from the start' : `from epoch ${from} on`}.`,
        reason: whyDifferent(shared, run.fingerprint, epoch, gpu.adapter),
      };
    }
    compared = epoch;
  }
  if (compared < 0) return waiting;
  const last = digests[digests.length - 1].epoch;
  if (compared < last)
    return {
      state: 'sameSoFar',
      text: `Same as shared up to epoch ${compared} of ${last}, to the last bit.`,
      reason: '',
    };
  return {
    state: 'same',
    text: `Same as shared: all weights after epoch ${last} are equal to the last bit (${describeFinal(final)}).`,
    reason: '',
  };
}

function describeFinal({ epoch, testAccuracyPerBlock }: SharedRun['final']): string {
  const accuracy = testAccuracyPerBlock[testAccuracyPerBlock.length - 1];
  return `test accuracy ${(100 * accuracy).toFixed(1)} % after epoch ${epoch}`;
}

function whyDifferent(
  { session, run }: SharedResult,
  fingerprint: string,
  epoch: number,
  adapter: AdapterInfo | null,
): string {
  const wanted = session.data.fingerprint;
  if (wanted !== undefined && wanted !== fingerprint)
    return `The recordings are others (fingerprint ${fingerprint.slice(0, 8)}, not ${wanted.slice(0, 8)}).`;
  if (epoch === 0)
    return 'The initial weights are others: it was made by another version of this page, or began with other weights.';
  const here = adapter ? adapterText(adapter) : 'unknown';
  if (here !== run.adapter)
    return `This is another adapter (${here}; shared from ${run.adapter}), and adapters round differently.`;
  return `The adapter has the same name (${here}); another version of the browser or of the driver can round differently.`;
}

/** The session and, where it may, the run's results as a link's fragment. */
export function shareFragment(state: SessionState): string {
  return encodeLink(state.settings, presentRun(state) ?? undefined);
}
