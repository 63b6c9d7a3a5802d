// Reads how many tests passed and failed from the reports that the test runners write.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests?: number }} report
 *   of Vitest's JSON reporter
 * @returns {Counts}
 */
export function countVitest(report) {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/**
 * A flaky test is one that passed only when repeated: counted as failed.
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number } }} report
 *   of Playwright's JSON reporter
 * @returns {Counts}
 */
export function countPlaywright({ stats }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

/**
 * Counts of a step whose runner ended with `status`. A runner that failed without a failed test in its report (it
 * crashed, found no tests, or wrote no report) counts as one failure, so that no failure can be lost; a runner that
 * reports no test at all has tested nothing and has failed too.
 * @param {number} status exit status
 * @param {Counts | null} counts null when there is no readable report
 * @returns {Counts}
 */
export function settleCounts(status, counts) {
  const settled = counts ?? { passed: 0, failed: 0, skipped: 0 };
  const ranNothing = settled.passed + settled.failed + settled.skipped === 0;
  if (settled.failed === 0 && (status !== 0 || ranNothing)) return { ...settled, failed: 1 };
  return settled;
}

/**
 * The closing line: `12 passed, 0 failed`, with `, 3 skipped` only where there are any.
 * @param {Counts} counts
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
