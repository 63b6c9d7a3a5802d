import { csvText } from '../cost/costReport.ts';
import type { JudgedClaim } from './claims.ts';
import { VERDICT_WORDS } from './verdicts.ts';

/** All verdicts as CSV: one line per part of a claim. */
export function claimsCsv(claims: readonly JudgedClaim[]): string {
  return csvText([
    ['claim', 'where', 'part', 'statement', 'stated', 'found', 'verdict', 'explanation'],
    ...claims.flatMap(({ number, where, parts }) =>
      parts.map(({ id, text, stated, found, verdict, explanation }) => [
        ...[number, where, id, text, stated, found],
        ...[VERDICT_WORDS[verdict], explanation],
      ]),
    ),
  ]);
}
