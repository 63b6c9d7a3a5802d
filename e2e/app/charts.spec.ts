import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { addressWith, SMALL, trainButton, watchPage } from './support.ts';

const TITLES = [
  'Accuracy',
  'Accuracy per block',
  'Training loss per block',
  'GPU memory',
  'Throughput',
  'Firing rate per layer',
  'Accuracy against steps seen',
];

const chart = (page: Page, title: string) =>
  page.getByRole('figure').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

async function save(page: Page, title: string, format: 'PNG' | 'SVG' | 'CSV') {
  const figure = chart(page, title);
  const opener = figure.getByRole('button', { name: `Zoom and save: ${title}` });
  if ((await opener.getAttribute('aria-expanded')) === 'false') await opener.click();
  const download = page.waitForEvent('download');
  await figure.getByRole('button', { name: format, exact: true }).click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

test('every chart has data after a run, can be zoomed, compared with pinned runs, and saved', async ({
  page,
}) => {
  test.setTimeout(240_000);
  const { stray } = watchPage(page);
  await page.goto(addressWith({ ...SMALL, train: 20, test: 10, epochs: 2 }));
  await page.getByRole('tab', { name: 'Charts', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Pin this run' })).toBeDisabled();
  await trainButton(page).click();
  const bar = page.getByRole('region', { name: 'The run' });
  await expect(bar).toContainText('finished', { timeout: 100_000 });
  for (const title of TITLES) {
    const lines = chart(page, title).locator('path.chart-line');
    await expect(lines.first(), title).toHaveAttribute('d', /^M[\d.]+ [\d.]+/);
  }
  // SMALL has two blocks: both splits of each.
  await expect(chart(page, 'Accuracy per block').locator('path.chart-line')).toHaveCount(4);

  // Under the pointer: the values of one epoch.
  const accuracy = chart(page, 'Accuracy');
  const body = accuracy.locator('.chart-body');
  const box = await body.boundingBox();
  if (!box) throw new Error('The chart is not on the page.');
  await page.mouse.move(box.x + box.width - 12, box.y + 80);
  await expect(accuracy.locator('.chart-tip')).toContainText(/epoch 2.*test.*%/);

  // A drag over the right half shows it alone; a double click shows all again.
  const ticks = accuracy.locator('.chart-axes > text');
  await expect(ticks.first()).toHaveText('0');
  await page.mouse.move(box.x + box.width / 2, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 30, box.y + 80, { steps: 4 });
  await page.mouse.up();
  await expect(ticks.first()).not.toHaveText('0');
  await body.dblclick();
  await expect(ticks.first()).toHaveText('0');
  const tools = accuracy.getByRole('button', { name: 'Zoom and save: Accuracy' });
  await tools.press('Enter');
  await accuracy.getByRole('button', { name: 'Zoom in' }).press('Enter');
  await expect(ticks.first()).not.toHaveText('0');
  await accuracy.getByRole('button', { name: 'Whole run' }).click();
  await expect(ticks.first()).toHaveText('0');
  await accuracy.getByRole('button', { name: 'Zoom in' }).press('Escape');
  await expect(tools).toBeFocused();

  // The run is pinned, and another (k, n) is trained beside it.
  await page.getByRole('button', { name: 'Pin this run' }).click();
  const pins = page.getByRole('list', { name: 'Pinned runs' });
  await expect(pins).toContainText('k 4, n 1');
  await page.getByRole('tab', { name: 'Train', exact: true }).click();
  await page.getByRole('slider', { name: /^n, / }).press('End');
  await expect(page.locator('.panel-train path.chart-line-pin').first()).toHaveAttribute('d', /^M/);
  await page.getByRole('button', { name: 'Rewind to the initial weights' }).click();
  await page.locator('.train-button').click();
  await expect(page.getByText(/^Finished \d+ epochs$/)).toBeVisible({ timeout: 100_000 });
  await page.getByRole('tab', { name: 'Charts', exact: true }).click();
  for (const title of TITLES)
    await expect(chart(page, title).locator('path.chart-line-pin').first(), title).toHaveAttribute('d', /^M/);

  const csv = await save(page, 'Training loss per block', 'CSV');
  expect(csv.name).toBe('spikelet-loss.csv');
  const rows = csv.bytes.toString().trim().split('\n');
  expect(rows[0]).toBe('run,series,epoch,value (loss)');
  const losses = (run: string, series: string) =>
    rows.filter((row) => row.startsWith(`${run},${series},`)).map((row) => Number(row.split(',').at(-1)));
  // The pinned run had two blocks, the new one has one.
  expect(losses('"k 4, n 1"', 'loss1').length).toBeGreaterThan(0);
  expect(losses('this run', 'loss1')).toEqual([]);
  expect(losses('this run', 'loss0').every((loss) => loss > 0 && Number.isFinite(loss))).toBe(true);

  const svg = (await save(page, 'GPU memory', 'SVG')).bytes.toString();
  expect(svg).toMatch(/^<svg xmlns/);
  expect(svg).toContain('GPU memory');
  expect(svg).toContain('k 4, n 1');
  expect(svg).not.toContain('var(--');
  const parsed = await page.evaluate((text) => {
    const file = new DOMParser().parseFromString(text, 'image/svg+xml');
    return {
      errors: file.querySelectorAll('parsererror').length,
      paths: file.querySelectorAll('path').length,
    };
  }, svg);
  expect(parsed.errors).toBe(0);
  expect(parsed.paths).toBeGreaterThanOrEqual(3);

  const png = (await save(page, 'Throughput', 'PNG')).bytes;
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  expect(png.readUInt32BE(16)).toBeGreaterThan(600);
  expect(png.length).toBeGreaterThan(4000);

  await page.getByRole('button', { name: 'Unpin k 4, n 1' }).click();
  // The view Train is hidden, and draws its charts anew when it is shown.
  await expect(page.getByRole('tabpanel').locator('path.chart-line-pin')).toHaveCount(0);
  expect(stray).toEqual([]);
});
