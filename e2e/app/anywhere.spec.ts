import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { ensureBuild } from '../../scripts/build.mjs';
import { ROOT } from '../../scripts/process.mjs';
import { StaticServer } from '../harness/staticServer.ts';
import { addressWith, expectFinished, SMALL, trainButton, watchPage } from './support.ts';

// The built page, as a static host serves it.
const server = new StaticServer('/some/deep/path/');

test.beforeAll(async () => {
  test.setTimeout(240_000);
  await ensureBuild();
  await server.start(join(ROOT, 'dist'));
});

test.afterAll(() => server.remove());

const settings = { ...SMALL, train: 20, test: 10, epochs: 1 };
const address = (values: Record<string, unknown> = settings) => server.address + addressWith(values).slice(1);

async function showEveryView(page: Page): Promise<void> {
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await expect(page.getByRole('tabpanel').getByText(/^Loading the/)).toHaveCount(0);
    await expect(page.getByText('could not be fetched')).toHaveCount(0);
  }
  await page.getByRole('tab').first().click();
}

test('under a deep path every view works, the content policy refuses nothing, and no other origin is asked', async ({
  page,
}) => {
  const asked: string[] = [];
  page.context().on('request', (request) => asked.push(request.url()));
  const { stray } = watchPage(page);
  await page.goto(address());
  await trainButton(page).click();
  await expectFinished(page);
  await showEveryView(page);
  await page.getByText('Network, neuron and optimizer').click();
  await expect(page.getByRole('region', { name: 'Layers' })).toBeVisible();
  await page.getByRole('heading', { name: 'Presets' }).click();
  await expect(page.getByRole('button', { name: 'Use LeNet-1 / N-MNIST' })).toBeVisible();

  const outside = asked.filter((url) => !url.startsWith(server.address) && !/^(data|blob):/.test(url));
  expect(outside).toEqual([]);
  expect(asked.length).toBeGreaterThan(10);
  expect(stray).toEqual([]);
});

test('after the first visit the page opens, shows every view and trains without a network', async ({
  page,
}) => {
  await page.goto(address());
  await expect(page.getByText('Stored in this browser: works without a network.')).toBeVisible({
    timeout: 60_000,
  });
  await server.stop();
  try {
    const { stray } = watchPage(page);
    await page.reload();
    await trainButton(page).click();
    await expectFinished(page);
    await showEveryView(page);
    expect(stray).toEqual([]);
  } finally {
    await server.listen();
  }
});

test('a new version waits for the visitor, comes with one click, and is then the one stored', async ({
  page,
}) => {
  await page.goto(address());
  await expect(page.getByText('Stored in this browser: works without a network.')).toBeVisible({
    timeout: 60_000,
  });
  const notice = page.getByRole('status', { name: 'New version' });
  await expect(notice).toHaveCount(0);

  const index = join(server.folder, 'index.html');
  const before = await readFile(index, 'utf8');
  await writeFile(index, before.replace('<title>', '<title>Newer: '));
  await appendFile(join(server.folder, 'serviceWorker.js'), '\n// newer\n');
  const workerFile = join(server.folder, 'serviceWorker.js');
  const worker = await readFile(workerFile, 'utf8');
  await writeFile(workerFile, worker.replace(/"version":"\w+"/, '"version":"newer"'));
  await page.reload();
  await expect(notice).toContainText('A new version of Spikelet is ready');
  await notice.getByRole('button', { name: 'Reload with the new version' }).click();
  await expect(notice).toHaveCount(0);
  await expect
    .poll(() => page.evaluate(async () => (await caches.keys()).join()), { timeout: 30_000 })
    .toBe('spikelet /some/deep/path/ newer');
  await server.stop();
  await page.reload();
  await expect(page).toHaveTitle(/^Newer: /);
  await server.listen();
});

test('the web manifest names icons that are there, in the sizes it says', async ({ page }) => {
  await page.goto(address());
  const facts = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
    const manifest = await (await fetch(link?.href ?? '')).json();
    const icons = manifest.icons as { src: string; sizes: string; type: string }[];
    const sizes = await Promise.all(
      icons.map(async ({ src }) => {
        const image = new Image();
        image.src = new URL(src, link?.href).href;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }),
    );
    return { startUrl: new URL(manifest.start_url, link?.href).href, icons, sizes };
  });
  expect(facts.startUrl).toBe(server.address);
  for (const [index, { sizes, type }] of facts.icons.entries())
    if (type === 'image/png') expect(facts.sizes[index]).toBe(sizes);
  expect(facts.icons.length).toBeGreaterThan(2);
});
