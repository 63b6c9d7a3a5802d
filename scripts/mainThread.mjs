// npm run measure:page: how long the page's main thread is busy at a stretch while the default network (LeNet-1) trains.
//   --seconds N  how long to watch (default 60)
//   --view NAME  a tab to show while it trains, as "Charts" (default: the three moves)
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import util from 'node:util';
import { browserArguments, ensureBrowser } from './browser.mjs';
import { ensureBuild } from './build.mjs';
import { findFreePort, ROOT } from './process.mjs';

/** A task that is longer delays what a visitor does. */
const LIMIT_MS = 50;

/** Longer tasks than this are told with what ran in them. */
const TOLD_MS = 20;
const MOST_TOLD = 5;

/** Sources of the browser whose tasks collect garbage: no code of the page runs in them. */
const COLLECTOR = /v8\/src\/heap\//;

/**
 * @typedef {object} Task
 * @property {number} wallMs
 * @property {number} cpuMs
 * @property {boolean} isCollector the browser's own garbage collection
 * @property {Map<string, number>} work processor time by kind of work; the time of what it called is not counted twice
 */

/**
 * Tasks of the page's main thread in a trace.
 * @param {{ traceEvents: { name: string, ph: string, pid: number, tid: number, ts: number, dur?: number, tdur?: number, args?: any }[] }} trace
 * @returns {Task[]} longest first, by processor time
 */
export function mainThreadTasks({ traceEvents }) {
  const threads = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const complete = threads.map(({ pid, tid }) =>
    traceEvents.filter((event) => event.ph === 'X' && event.pid === pid && event.tid === tid),
  );
  // The page's own renderer is the one with the most to do; others belong to the browser's own pages.
  const events = complete.reduce((most, each) => (each.length > most.length ? each : most), []);
  const tasks = /** @type {Task[]} */ ([]);
  const open = /** @type {{ name: string, end: number }[]} */ ([]);
  // What encloses comes before what it encloses.
  for (const { name, ts, dur = 0, tdur = 0, args } of events.sort(
    (a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0),
  )) {
    while (open.length > 0 && open[open.length - 1].end <= ts) open.pop();
    if (open.length === 0) {
      if (!/RunTask$/.test(name)) continue;
      const isCollector = COLLECTOR.test(args?.src_file ?? '');
      tasks.push({ wallMs: dur / 1000, cpuMs: tdur / 1000, isCollector, work: new Map() });
    }
    const { work } = tasks[tasks.length - 1];
    const caller = open[open.length - 1]?.name;
    if (caller) work.set(caller, (work.get(caller) ?? 0) - tdur / 1000);
    work.set(name, (work.get(name) ?? 0) + tdur / 1000);
    open.push({ name, end: ts + dur });
  }
  return tasks.sort((a, b) => b.cpuMs - a.cpuMs);
}

/** @param {Task} task @returns {string} */
function describe({ wallMs, cpuMs, isCollector, work }) {
  const parts = [...work]
    .filter(([, ms]) => ms >= 1)
    .sort((a, b) => b[1] - a[1])
    .map(([name, ms]) => `${name} ${ms.toFixed(1)}`);
  const what = isCollector ? 'garbage collection of the browser' : parts.join(', ');
  return `  ${cpuMs.toFixed(1)} ms (${wallMs.toFixed(1)} by the clock): ${what}`;
}

async function main() {
  const { values } = util.parseArgs({
    options: { seconds: { type: 'string', default: '60' }, view: { type: 'string' } },
  });
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds <= 600))
    throw new Error(`--seconds is ${values.seconds}, allowed is more than 0, at most 600.`);
  await ensureBuild();
  const { preview } = await import('vite');
  const { chromium } = await import('@playwright/test');
  const port = await findFreePort();
  const server = await preview({ root: ROOT, logLevel: 'warn', preview: { host: '127.0.0.1', port } });
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: browserArguments() });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.getByText(/class \w+, (train|test), \d+ events/).waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    // Until then the worker makes recordings, frames and kernels.
    await page.getByText(/epoch 1 of \d+, batch [1-9]/).waitFor({ timeout: 300_000 });
    await page.evaluate(() => {
      const seen = /** @type {number[]} */ ([]);
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.push(duration);
      }).observe({ type: 'longtask' });
      Object.assign(globalThis, { spikeletLongTasks: seen });
    });
    const path = join(tmpdir(), `spikelet-trace-${process.pid}.json`);
    await browser.startTracing(page, { path, categories: ['toplevel', 'devtools.timeline', '__metadata'] });
    // The first showing of the view is measured as well.
    if (values.view) await page.getByRole('tab', { name: values.view, exact: true }).click();
    await page.waitForTimeout(1000 * seconds);
    const observed = await page.evaluate(
      () =>
        /** @type {{ spikeletLongTasks: number[] }} */ (/** @type {unknown} */ (globalThis))
          .spikeletLongTasks,
    );
    await browser.stopTracing();
    const tasks = mainThreadTasks(JSON.parse(readFileSync(path, 'utf8')));
    const own = tasks.filter(({ isCollector }) => !isCollector);
    const collections = tasks.filter(({ isCollector, cpuMs }) => isCollector && cpuMs > LIMIT_MS);
    const longest = (/** @type {'wallMs' | 'cpuMs'} */ key) => Math.max(0, ...own.map((task) => task[key]));
    const over = (/** @type {'wallMs' | 'cpuMs'} */ key) => own.filter((task) => task[key] > LIMIT_MS).length;
    const share = tasks.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / (10 * seconds);
    const lines = [
      `${seconds} s of training, view ${values.view ?? 'Train'}: ${tasks.length} tasks on the page's main thread`,
      `tasks over ${LIMIT_MS} ms: ${over('cpuMs')} by processor time, ${over('wallMs')} by the clock; PerformanceObserver saw ${observed.length}`,
      `beside them, garbage collections of the browser over ${LIMIT_MS} ms of processor time: ${collections.length}`,
      `longest task: ${longest('cpuMs').toFixed(1)} ms of processor time, ${longest('wallMs').toFixed(1)} ms by the clock`,
      `main thread busy: ${share.toFixed(1)} %`,
    ];
    const told = tasks.filter(({ cpuMs }) => cpuMs > TOLD_MS).slice(0, MOST_TOLD);
    if (told.length > 0) lines.push('the longest, and what ran in them:', ...told.map(describe));
    process.stdout.write(`${lines.join('\n')}\n`);
    process.exitCode = over('cpuMs') > 0 ? 1 : 0;
  } finally {
    await browser.close();
    await server.close();
  }
}

if (import.meta.filename === process.argv[1]) await main();
