// npm test: installs what is missing, runs every check, ends with `N passed, N failed`.
//   npm test -- unit kernels    runs only the named steps
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './browser.mjs';
import { checkNode, ensurePackages } from './prepare.mjs';
import { npmCommand, ROOT, runProgram } from './process.mjs';
import { closingLine, countPlaywright, countVitest, settleCounts } from './testCounts.mjs';

/** @typedef {import('./testCounts.mjs').Counts} Counts */
/** @typedef {{ status: number, counts: Counts | null }} Outcome */
/** @typedef {{ name: string, run: (reportFile: string) => Promise<Outcome> }} Step */

/**
 * Runs the npm script `test:<name>`, so that a check is one command wherever it is run.
 * @param {string} name
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
function runTestScript(name, args, env = {}) {
  return runProgram(...npmCommand(['run', '--silent', `test:${name}`, '--', ...args]), { env });
}

/**
 * A check without tests of its own: passing it counts as one.
 * @param {string} name
 * @returns {Step}
 */
function check(name) {
  return {
    name,
    async run() {
      const status = await runTestScript(name, []);
      return { status, counts: { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 } };
    },
  };
}

/** @param {string} file @param {(report: any) => Counts} count */
function readReport(file, count) {
  try {
    return count(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** @returns {Step} */
function unitTests() {
  return {
    name: 'unit',
    async run(reportFile) {
      const args = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
      const status = await runTestScript('unit', args);
      return { status, counts: readReport(reportFile, countVitest) };
    },
  };
}

/** @param {string} name @returns {Step} */
function browserTests(name) {
  return {
    name,
    async run(reportFile) {
      const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile, CHROMIUM: await ensureBrowser() };
      const status = await runTestScript(name, ['--reporter=list,json'], env);
      return { status, counts: readReport(reportFile, countPlaywright) };
    },
  };
}

const STEPS = [
  check('format'),
  check('types'),
  check('lint'),
  unitTests(),
  check('bundle'),
  browserTests('kernels'),
  browserTests('gradients'),
  browserTests('e2e'),
];

/** @param {string[]} names */
function chooseSteps(names) {
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no test step ${unknown.join(', ')}. The steps are ${STEPS.map((step) => step.name).join(', ')}.`,
    );
  }
  return names.length === 0 ? STEPS : STEPS.filter((step) => names.includes(step.name));
}

async function main() {
  checkNode();
  const steps = chooseSteps(process.argv.slice(2));
  await ensurePackages();
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const reports = mkdtempSync(join(ROOT, '.cache', 'reports-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const summary = [];
  for (const step of steps) {
    process.stdout.write(`\n== ${step.name}\n`);
    const started = Date.now();
    let counts;
    try {
      const { status, counts: reported } = await step.run(join(reports, `${step.name}.json`));
      counts = settleCounts(status, reported);
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
      counts = settleCounts(1, null);
    }
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(7);
    summary.push(`${step.name.padEnd(10)} ${seconds} s   ${closingLine(counts)}`);
  }
  rmSync(reports, { recursive: true, force: true });
  process.stdout.write(`\n== summary\n${summary.join('\n')}\n\n${closingLine(total)}\n`);
  process.exit(total.failed === 0 ? 0 : 1);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
