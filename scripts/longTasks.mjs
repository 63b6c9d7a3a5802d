// Measures how long the main thread of the page is busy at a time while LeNet trains: node scripts/longTasks.mjs
//   --seconds N   how long it is watched (default 60)
// Builds the page, serves it, trains the first visit's session (LeNet-1 shape) and prints JSON: tasks of the main thread
// above 50 ms as the browser reports them, and the longest piece of our own code in any frame that took longer.
import util from 'node:util';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { browserArguments, ensureBrowser } from './browser.mjs';
import { ensureBuild } from './build.mjs';
import { ROOT } from './process.mjs';

const { values } = util.parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const seconds = Number(values.seconds);
if (!(seconds >= 1 && seconds <= 3600))
  throw new Error(`--seconds is ${values.seconds}, allowed is 1 to 3600.`);

/** In the page: collects from now on, whatever the browser can report. */
function observe() {
  const found = { tasks: /** @type {number[]} */ ([]), scripts: /** @type {object[]} */ ([]) };
  Object.assign(globalThis, { foundTasks: found });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) found.tasks.push(Math.round(duration));
  }).observe({ type: 'longtask' });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      for (const script of /** @type {any} */ (entry).scripts)
        found.scripts.push({
          ms: Math.round(script.duration),
          from: script.sourceFunctionName || script.invoker,
        });
  }).observe({ type: 'long-animation-frame' });
}

await ensureBuild();
const server = await preview({ root: ROOT, logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: browserArguments() });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(server.resolvedUrls?.local[0] ?? '');
  await page.getByText(/class \w+, (train|test), \d+ events/).waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText(/^Training, epoch 1 of/).waitFor({ timeout: 120_000 });
  await page.evaluate(observe);
  await page.waitForTimeout(seconds * 1000);
  const progress = await page
    .getByText(/^(Training|Evaluating|Finished)\b.*epoch/)
    .first()
    .textContent();
  const { tasks, scripts } = await page.evaluate(() => /** @type {any} */ (globalThis).foundTasks);
  scripts.sort((/** @type {any} */ a, /** @type {any} */ b) => b.ms - a.ms);
  const report = {
    seconds,
    progress,
    tasksAbove50ms: tasks.length,
    longestTaskMs: Math.max(0, ...tasks),
    longestOwnCode: scripts[0] ?? null,
    ownCodeAbove50ms: scripts.filter((/** @type {any} */ script) => script.ms > 50).length,
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} finally {
  await browser.close();
  await server.close();
}
