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

/**
 * Tasks of the page's main thread in a trace.
 * @param {{ traceEvents: { name: string, ph: string, pid: number, tid: number, dur?: number, tdur?: number, args?: any }[] }} trace
 * @returns {{ wallMs: number, cpuMs: number }[]} longest first
 */
export function mainThreadTasks({ traceEvents }) {
  const threads = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const busy = threads.map(({ pid, tid }) =>
    traceEvents.filter(
      (event) => event.ph === 'X' && event.pid === pid && event.tid === tid && /RunTask$/.test(event.name),
    ),
  );
  // The page's own renderer is the one with the most tasks; others belong to the browser's own pages.
  const tasks = busy.reduce((most, each) => (each.length > most.length ? each : most), []);
  return tasks
    .map(({ dur = 0, tdur = 0 }) => ({ wallMs: dur / 1000, cpuMs: tdur / 1000 }))
    .sort((a, b) => b.wallMs - a.wallMs);
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
    if (values.view) await page.getByRole('tab', { name: values.view, exact: true }).click();
    await page.evaluate(() => {
      const seen = /** @type {number[]} */ ([]);
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.push(duration);
      }).observe({ type: 'longtask' });
      Object.assign(globalThis, { spikeletLongTasks: seen });
    });
    const path = join(tmpdir(), `spikelet-trace-${process.pid}.json`);
    await browser.startTracing(page, { path, categories: ['toplevel', '__metadata'] });
    await page.waitForTimeout(1000 * seconds);
    const observed = await page.evaluate(
      () =>
        /** @type {{ spikeletLongTasks: number[] }} */ (/** @type {unknown} */ (globalThis))
          .spikeletLongTasks,
    );
    await browser.stopTracing();
    const tasks = mainThreadTasks(JSON.parse(readFileSync(path, 'utf8')));
    const longest = (/** @type {'wallMs' | 'cpuMs'} */ key) => Math.max(0, ...tasks.map((task) => task[key]));
    const over = (/** @type {'wallMs' | 'cpuMs'} */ key) =>
      tasks.filter((task) => task[key] > LIMIT_MS).length;
    const share = tasks.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / (10 * seconds);
    const lines = [
      `${seconds} s of training, view ${values.view ?? 'Train'}: ${tasks.length} tasks on the page's main thread`,
      `tasks over ${LIMIT_MS} ms: ${over('cpuMs')} by processor time, ${over('wallMs')} by the clock; PerformanceObserver saw ${observed.length}`,
      `longest task: ${longest('cpuMs').toFixed(1)} ms of processor time, ${longest('wallMs').toFixed(1)} ms by the clock`,
      `main thread busy: ${share.toFixed(1)} %`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    process.exitCode = over('cpuMs') > 0 ? 1 : 0;
  } finally {
    await browser.close();
    await server.close();
  }
}

if (import.meta.filename === process.argv[1]) await main();
