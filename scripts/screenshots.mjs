// Takes the pictures of README and docs anew: node scripts/screenshots.mjs [--views]
// Trains a small network in the built page, then shows it at four widths in both themes, and some views beside; with
// --views those alone.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { createServer, preview } from 'vite';
import { browserArguments, ensureBrowser } from './browser.mjs';
import { ensureBuild } from './build.mjs';
import { ROOT } from './process.mjs';

/** @typedef {import('@playwright/test').Page} Page */

const IMAGES = join(ROOT, 'docs', 'images');
const QUALITY = 0.6;

/** Small enough for a software adapter; the network keeps the shape of the first visit's. */
const SETTINGS = {
  ...{ train: 150, test: 60, T: 12, dt: 25_000, layers: '6C5s2-AP2-12C3-48FC', k: 4, n: 1 },
  ...{ batch: 10, epochs: 5 },
};

const WIDTHS = [
  { width: 390, height: 1400, scale: 0.8 },
  { width: 768, height: 1250, scale: 0.7 },
  { width: 1440, height: 1080, scale: 0.8 },
  { width: 2560, height: 1400, scale: 0.5 },
];

/** Views that get a picture of their own, by tab; a tab that is not there is left out. */
const VIEWS = ['Charts', 'Inside', 'Cost', 'Learn', 'Compare & sweep'];

async function sessionFragment() {
  const server = await createServer({
    root: ROOT,
    mode: 'test',
    logLevel: 'error',
    server: { middlewareMode: true },
  });
  try {
    const { encodeLink } = await server.ssrLoadModule('/src/session/linkCodec.ts');
    const { defaultSession } = await server.ssrLoadModule('/src/session/session.ts');
    const { applySetting } = await server.ssrLoadModule('/src/session/sessionFields.ts');
    let session = defaultSession();
    for (const [name, value] of Object.entries(SETTINGS)) session = applySetting(session, name, value);
    return encodeLink(session);
  } finally {
    await server.close();
  }
}

/**
 * Saves what the window shows as WebP, which the browser itself writes.
 * @param {Page} page @param {Page} canvas a page that draws @param {string} name @param {number} scale
 */
async function picture(page, canvas, name, scale) {
  const png = (await page.screenshot()).toString('base64');
  const webp = await canvas.evaluate(
    async ({ data, factor, quality }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const target = document.createElement('canvas');
      target.width = Math.round(image.naturalWidth * factor);
      target.height = Math.round(image.naturalHeight * factor);
      const context = /** @type {CanvasRenderingContext2D} */ (target.getContext('2d'));
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, target.width, target.height);
      return target.toDataURL('image/webp', quality).split(',')[1];
    },
    { data: png, factor: scale, quality: QUALITY },
  );
  const bytes = Buffer.from(webp, 'base64');
  writeFileSync(join(IMAGES, `${name}.webp`), bytes);
  process.stdout.write(`docs/images/${name}.webp ${bytes.length} bytes\n`);
}

/** What a view shows once it is full: pictures of empty views say nothing. @type {Record<string, string[]>} */
const FULL = {
  Inside: ['.raster-all canvas', '.membrane-line', '.filter canvas', '.matrix-cell', '.example canvas'],
  Charts: ['path.chart-line'],
};

/** @param {Page} page Trains four points, so that there is something to compare; it ends the run of the page. */
async function sweep(page) {
  await page.getByRole('textbox', { name: 'k, truncation intervals' }).fill('12, 4');
  await page.getByLabel('seeds', { exact: true }).fill('1');
  await page.getByRole('button', { name: 'Start the sweep' }).click();
  await page.getByText('4 of 4 runs done').waitFor({ timeout: 300_000 });
}

/** @param {Page} page Waits until nothing is being fetched or planned. */
async function settle(page) {
  await page.waitForFunction(
    () =>
      document.querySelectorAll('[aria-busy="true"]').length === 0 &&
      !document.body.innerText.includes('Loading the'),
  );
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

const viewsOnly = process.argv.includes('--views');
await ensureBuild();
mkdirSync(IMAGES, { recursive: true });
const fragment = await sessionFragment();
const server = await preview({ root: ROOT, logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
const address = server.resolvedUrls?.local[0] ?? '';
const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: browserArguments() });
try {
  const canvas = await browser.newPage();
  const page = await browser.newPage({ reducedMotion: 'reduce', viewport: { width: 1440, height: 1080 } });

  if (!viewsOnly) {
    await page.goto(address);
    await page.getByText(/class \w+, (train|test), \d+ events/).waitFor({ timeout: 120_000 });
    await settle(page);
    await picture(page, canvas, 'lesson', 0.6);
  }

  await page.goto('about:blank');
  await page.goto(`${address}#${fragment}`);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText(/^Finished \d+ epochs$/).waitFor({ timeout: 600_000 });
  for (const { width, height, scale } of viewsOnly ? [] : WIDTHS)
    for (const theme of /** @type {const} */ (['light', 'dark'])) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: theme });
      await settle(page);
      await picture(page, canvas, `page-${width}-${theme}`, scale);
    }

  await page.setViewportSize({ width: 1440, height: 1080 });
  await page.emulateMedia({ colorScheme: 'light' });
  for (const name of VIEWS) {
    const tab = page.getByRole('tab', { name, exact: true });
    if ((await tab.count()) === 0) continue;
    await tab.click();
    if (name === 'Compare & sweep') await sweep(page);
    for (const part of FULL[name] ?? [])
      await page.locator(part).filter({ visible: true }).first().waitFor({ timeout: 120_000 });
    await settle(page);
    await picture(page, canvas, `view-${name.split(' ')[0].toLowerCase()}`, 0.6);
  }
} finally {
  await browser.close();
  await server.close();
}
