/**
 * exact         the model's number rounds to the stated one, or the stated limit holds
 * close         the model's number is near the stated one; how near is said
 * onData        runs on the data at hand show it, with an interval
 * contradicted  model or runs show something else
 * undecided     the runs' intervals are too wide to say
 * notRun        it takes training runs that have not been made
 * notTestable   nothing here can show it
 */
export type Verdict = 'exact' | 'close' | 'onData' | 'contradicted' | 'undecided' | 'notRun' | 'notTestable';

/** Verdicts for people. */
export const VERDICT_WORDS: Record<Verdict, string> = {
  exact: 'reproduced exactly (model)',
  close: 'reproduced closely (model)',
  onData: 'reproduced on this data',
  contradicted: 'contradicted',
  undecided: 'not decided by these runs',
  notRun: 'not run yet',
  notTestable: 'not testable here',
};

/** What a check found. */
export interface PartOutcome {
  verdict: Verdict;
  /** What the paper says, as short as it can be. */
  stated: string;
  /** What was found: a number with its unit, or a sentence. */
  found: string;
  /** Why the two differ, or what the agreement is worth. */
  explanation: string;
}

/** From what weighs most to what weighs least in the verdict of a claim with several parts. */
const ORDER: readonly Verdict[] = ['contradicted', 'undecided', 'notRun', 'onData', 'close', 'exact'];

/**
 * The verdict of a whole claim: a contradicted part contradicts it, a part that is open leaves it open. Parts that
 * nothing here can show count only where there is no other.
 */
export function wholeVerdict(parts: readonly Verdict[]): Verdict {
  return ORDER.find((verdict) => parts.includes(verdict)) ?? 'notTestable';
}
