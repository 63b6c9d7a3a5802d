// Measures the ready experiments of the view Learn: node scripts/experiments.mjs [--plans]
// Trains every session that has no report yet in .cache/experiments (npm run train), computes the plans, and writes the
// figures into src/session/experiments/measured.json and docs/experiments.md. With --plans nothing is trained: the figures
// of trained sessions stay as they were measured.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'vite';
import { packageCommand, ROOT, runProgram } from './process.mjs';

const REPORTS = join(ROOT, '.cache', 'experiments');
const FIGURES = join(ROOT, 'src', 'session', 'experiments', 'measured.json');
const DOCUMENT = join(ROOT, 'docs', 'experiments.md');
const MARKS = /(<!-- measured: begin -->\n)[\s\S]*(<!-- measured: end -->)/;

const server = await createServer({
  root: ROOT,
  mode: 'test',
  logLevel: 'error',
  server: { middlewareMode: true },
});
/** @param {string} path @returns {Promise<any>} */
const load = (path) => server.ssrLoadModule(`/src/session/${path}`);

try {
  const { EXPERIMENTS, armSession, isTrained } = await load('experiments/experiments.ts');
  const { planFigures } = await load('experiments/planFigures.ts');
  const { experimentsMarkdown } = await load('experiments/experimentsTable.ts');
  const { encodeLink, sameValue } = await load('linkCodec.ts');
  mkdirSync(REPORTS, { recursive: true });

  /** @param {string} id @param {any} session */
  const trained = async (id, session) => {
    const file = join(REPORTS, `${id}.json`);
    const read = () => JSON.parse(readFileSync(file, 'utf8'));
    /** @param {any} report A report of another session is of no use. */
    const isSame = (report) =>
      sameValue({ ...report.session, data: { ...report.session.data, fingerprint: undefined } }, session);
    if (!existsSync(file) || !isSame(read())) {
      process.stderr.write(`Training ${id} ...\n`);
      const args = [join(ROOT, 'scripts', 'run.mjs'), 'train', encodeLink(session), '--report', file];
      const status = await runProgram(process.execPath, args, { quiet: true });
      if (status !== 0) throw new Error(`${id} could not be trained (exit status ${status}).`);
    }
    const { epochs, peakBytes, digest } = read();
    return {
      testAccuracy: epochs.map((/** @type {{ testAccuracy: number }} */ epoch) => epoch.testAccuracy),
      peakBytes,
      digest: digest.slice(0, 12),
    };
  };

  const plansOnly = process.argv.includes('--plans');
  /** @type {{ runs: Record<string, unknown>, plans: Record<string, unknown> }} */
  const figures = { runs: plansOnly ? JSON.parse(readFileSync(FIGURES, 'utf8')).runs : {}, plans: {} };
  for (const experiment of EXPERIMENTS)
    for (const arm of experiment.arms) {
      const session = armSession(experiment, arm);
      if (!isTrained(experiment)) figures.plans[arm.id] = planFigures(session);
      else if (!plansOnly) figures.runs[arm.id] = await trained(arm.id, session);
    }
  writeFileSync(FIGURES, `${JSON.stringify(figures, null, 2)}\n`);
  await runProgram(...packageCommand('@biomejs/biome', 'biome', ['format', '--write', FIGURES]), {
    quiet: true,
  });
  const text = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(DOCUMENT, text.replace(MARKS, `$1\n${experimentsMarkdown(figures)}\n$2`));
} finally {
  await server.close();
}
