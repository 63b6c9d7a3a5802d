import { describe, expect, it } from 'vitest';
import { closingLine, countPlaywright, countVitest, settleCounts } from './testCounts.mjs';

describe('test counts', () => {
  it('counts a flaky browser test as failed', () => {
    const stats = { expected: 5, unexpected: 1, flaky: 2, skipped: 3 };
    expect(countPlaywright({ stats })).toEqual({ passed: 5, failed: 3, skipped: 3 });
  });

  it('counts pending and todo unit tests as skipped', () => {
    const report = { numPassedTests: 7, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
    expect(countVitest(report)).toEqual({ passed: 7, failed: 1, skipped: 3 });
  });

  it.each([
    ['all passed', 0, { passed: 3, failed: 0, skipped: 0 }, 0],
    ['failed tests are not counted twice', 1, { passed: 3, failed: 2, skipped: 0 }, 2],
    ['a crash after passing tests', 1, { passed: 3, failed: 0, skipped: 0 }, 1],
    ['no report', 127, null, 1],
    ['no report although the runner was content', 0, null, 1],
    ['no tests at all', 0, { passed: 0, failed: 0, skipped: 0 }, 1],
    ['only skipped tests', 0, { passed: 0, failed: 0, skipped: 4 }, 0],
  ])('settles the failures of a step: %s', (_case, status, counts, failed) => {
    expect(settleCounts(status, counts).failed).toBe(failed);
  });

  it('closes with one line', () => {
    expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(closingLine({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped');
  });
});
