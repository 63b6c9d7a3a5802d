import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink } from '../linkCodec.ts';
import { checkSession } from '../session.ts';
import { armSession, EXPERIMENTS, isTrained, MEASURED } from './experiments.ts';
import { experimentsMarkdown } from './experimentsTable.ts';
import { planFigures } from './planFigures.ts';

const arms = EXPERIMENTS.flatMap((experiment) =>
  experiment.arms.map((arm) => ({ experiment, arm, session: armSession(experiment, arm) })),
);

describe('ready experiments', () => {
  it('have ids of their own', () => {
    expect(new Set(EXPERIMENTS.map(({ id }) => id)).size).toBe(EXPERIMENTS.length);
    expect(new Set(arms.map(({ arm }) => arm.id)).size).toBe(arms.length);
  });

  it.each(arms)('$arm.id is a whole session that its link restores', ({ session }) => {
    checkSession(session);
    expect(decodeLink(encodeLink(session))).toEqual({ session, problems: [] });
  });

  it.each(arms.filter(({ experiment }) => isTrained(experiment)))(
    '$arm.id has figures of every epoch',
    ({ arm, session }) => {
      const run = MEASURED.runs[arm.id];
      expect(run.testAccuracy).toHaveLength(session.epochs);
      expect(planFigures(session).planBytes).toBe(run.peakBytes);
    },
  );

  it.each(arms.filter(({ experiment }) => !isTrained(experiment)))(
    '$arm.id has the figures that equations and plan give',
    ({ arm, session }) => {
      expect(planFigures(session)).toEqual(MEASURED.plans[arm.id]);
    },
  );

  it('differ only in what their question is about', () => {
    for (const { arms: compared, shared } of EXPERIMENTS)
      for (const { settings } of compared)
        for (const name of Object.keys(settings))
          expect(compared.some((other) => other.settings[name] !== settings[name]) || name in shared).toBe(
            true,
          );
  });

  it('stand in docs/experiments.md with the same figures', () => {
    const text = readFileSync(new URL('../../../docs/experiments.md', import.meta.url), 'utf8');
    expect(text).toContain(experimentsMarkdown(MEASURED));
  });
});
