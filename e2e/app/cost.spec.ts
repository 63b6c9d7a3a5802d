import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { costCommand } from '../../src/cli/cost.ts';
import { figureCsv } from '../../src/core/cost/figureRows.ts';
import { makeFigure } from '../../src/session/cost/costFigures.ts';
import { decodeLink } from '../../src/session/linkCodec.ts';
import { violations } from './axe.ts';
import { addressWith, expectFinished, SMALL, trainButton, watchPage } from './support.ts';

/** 3 inputs, 2 neurons, 1 neuron, 2 classes; B = 2, T = 3, k = 2: intervals of 2 steps and of 1. */
const THREE_NEURONS = {
  ...{ input: 'frames', channels: 3, height: 1, width: 1, layers: '2FC-1FC', classes: 2 },
  ...{ T: 3, k: 2, n: 2, batch: 2 },
};

async function openCost(page: Page, settings: Record<string, unknown>): Promise<Locator> {
  await page.goto(addressWith(settings));
  await page.getByRole('tab', { name: 'Cost' }).click();
  const panel = page.getByRole('region', { name: 'Cost of one batch' });
  await expect(panel.getByRole('region', { name: 'Costs layer by layer' })).toBeVisible({ timeout: 30_000 });
  return panel;
}

/** The table of a quantity: {layer: its terms, then the sum}. */
async function layerTable(panel: Locator, quantity: string): Promise<Record<string, number[]>> {
  await panel.getByLabel('quantity').selectOption(quantity);
  const rows: Record<string, number[]> = {};
  for (const row of await panel
    .getByRole('region', { name: 'Costs layer by layer' })
    .getByRole('row')
    .all()) {
    const [name, ...cells] = await row.locator('th, td').allTextContents();
    if (name === 'layer') continue;
    // Without the block, and without the bar at the end.
    rows[name] = cells.slice(1, -1).map((text) => Number(text.replaceAll(',', '')));
  }
  return rows;
}

async function saved(page: Page, panel: Locator, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('button', { name: button }).click(),
  ]);
  return readFile(await download.path(), 'utf8');
}

async function printed(line: string[]): Promise<string> {
  let text = '';
  await costCommand(line, { print: (part) => (text += part), note() {} });
  return text;
}

test('a network counted by hand, term by term, and the command’s JSON and CSV', async ({ page }) => {
  const { stray } = watchPage(page);
  const panel = await openCost(page, THREE_NEURONS);
  // |W| = 6, 2, 2; |U| = 4, 2, 4; one middle step, two last steps.
  // Read forward 3(W+U), written forward 3U, read backward (W+2U, +W above the first) + 2(W above, U below), written back.
  expect(await layerTable(panel, 'access')).toEqual({
    fc1: [30, 12, 22, 22, 86],
    fc2: [12, 6, 12, 8, 38],
    classifier1: [18, 12, 20, 10, 60],
    total: [60, 30, 54, 40, 184],
  });
  // alpha 1/2: forward 3 B alpha M, through time (2 T - 2 ends) U, gradients 3 B alpha W.
  expect(await layerTable(panel, 'additions')).toEqual({
    fc1: [18, 8, 18, 44],
    fc2: [6, 4, 6, 16],
    classifier1: [6, 8, 6, 20],
    total: [30, 20, 30, 80],
  });
  // T B M, not for the layer that reads the block's input.
  expect(await layerTable(panel, 'macs')).toEqual({
    fc1: [0, 0],
    fc2: [12, 12],
    classifier1: [12, 12],
    total: [24, 24],
  });
  // 12 bytes per weight; 16 per neuron, sample and step of k.
  expect(await layerTable(panel, 'memory')).toEqual({
    fc1: [72, 128, 200],
    fc2: [24, 64, 88],
    classifier1: [24, 128, 152],
    total: [120, 320, 440],
  });

  const link = page.url();
  expect(await saved(page, panel, 'Save as JSON')).toBe(await printed([link]));
  await panel.getByLabel('k, of T = 3').fill('1');
  await panel.getByLabel('n, of L = 2').fill('1');
  await panel.getByLabel('n, of L = 2').press('Enter');
  await expect(panel).toHaveAttribute('aria-busy', 'false');
  await expect(panel.getByText('(1, 1)').first()).toBeVisible();
  expect(await saved(page, panel, 'Save as CSV')).toBe(
    await printed([link, '--k', '1', '--n', '1', '--csv']),
  );
  expect(stray).toEqual([]);
});

test('rules, weights and what-if values change the counts; presets are there without being loaded', async ({
  page,
}) => {
  const panel = await openCost(page, THREE_NEURONS);
  await panel.getByLabel('network', { exact: true }).selectOption('lenet1-emnist');
  await panel.getByLabel('batch B').fill('128');
  await panel.getByLabel('batch B').press('Enter');
  await panel.getByText('Accounting rules').click();
  await panel.getByLabel('Count the neurons of pools').selectOption('yes');
  await panel.getByLabel('weight of MACs').fill('1');
  await panel.getByLabel('weight of MACs').press('Enter');
  await expect(panel.getByText('(1, 2)').first()).toBeVisible();
  await expect(panel).toHaveAttribute('aria-busy', 'false');
  const line = 'lenet1-emnist --k 1 --n 2 --batch 128 --rule countPoolNeurons=true --weight macs=1';
  expect(JSON.parse(await saved(page, panel, 'Save as JSON'))).toEqual(
    JSON.parse(await printed(line.split(' '))),
  );
  await panel.getByLabel('k, of T = 20').fill('21');
  await panel.getByLabel('k, of T = 20').press('Enter');
  await expect(panel.getByRole('alert')).toHaveText('Allowed is a whole number from 1 to 20.');
});

test('a run puts its bytes and its firing rates beside what was assumed', async ({ page }) => {
  const panel = await openCost(page, { ...SMALL, train: 20, test: 10, epochs: 1 });
  await expect(panel.getByRole('cell', { name: 'no run of this' })).toBeVisible();
  await page.getByRole('tab', { name: 'Train' }).click();
  await trainButton(page).click();
  await expectFinished(page);
  await page.getByRole('tab', { name: 'Cost' }).click();
  await expect(panel.getByRole('cell', { name: 'no run of this' })).toHaveCount(0);
  const memory = panel.getByRole('region', { name: 'Memory: formula, plan and measurement' });
  const [, planned, measured] = await memory
    .getByRole('row')
    .nth(1)
    .getByRole('cell')
    .evaluateAll((cells) => cells.map((cell) => cell.querySelector('.cost-exact')?.textContent ?? ''));
  expect(measured).toBe(planned);

  await panel.getByText('Spike densities: assumed beside measured').click();
  const densities = panel.getByRole('region', { name: 'Spike densities' });
  for (const layer of ['input', 'conv1', 'pool2', 'fc3']) {
    const cells = await densities
      .getByRole('row', { name: new RegExp(`^${layer} `) })
      .getByRole('cell')
      .allTextContents();
    expect(cells[0]).toBe('0.5000');
    expect(Number(cells[1])).toBeGreaterThanOrEqual(0);
    expect(Number(cells[1])).toBeLessThan(0.9);
  }
  const before = (await layerTable(panel, 'additions')).total;
  await panel.getByLabel('Count additions with measured densities').check();
  await expect(panel).toHaveAttribute('aria-busy', 'false');
  await expect(async () => {
    expect((await layerTable(panel, 'additions')).total.at(-1)).toBeLessThan(before.at(-1) ?? 0);
  }).toPass();
});

test('the paper’s figures are drawn from the equations, with the session’s network beside, and saved', async ({
  page,
}) => {
  await openCost(page, SMALL);
  const figures = page.getByRole('region', { name: 'The paper’s cost figures, drawn anew' });
  const { session } = decodeLink(new URL(page.url()).hash);
  for (const [number, charts, name] of [
    [9, 3, 'Figure 9: Memory access of one batch, LeNet'],
    [6, 6, 'Figure 6: GPU memory of training, LeNet'],
    [15, 2, 'Figure 15: What the best choice saves, and what it does to accuracy'],
  ] as const) {
    await figures.getByRole('radio', { name: `Fig. ${number}` }).check();
    await expect(figures.getByRole('heading', { name })).toBeVisible({ timeout: 20_000 });
    await expect(figures.getByRole('img', { name: new RegExp(`^Figure ${number}, `) })).toHaveCount(charts);
    const expected = makeFigure({ number, beside: 'session', session, measured: [], means: [] });
    expect(await saved(page, figures, 'Save numbers as CSV')).toBe(figureCsv(expected));
  }
  await figures.getByText('Numbers', { exact: true }).click();
  const numbers = figures.getByRole('region', { name: 'Numbers of figure 15' });
  await expect(
    numbers.getByRole('row', { name: /CIFAR10-DVS \(10, 1\): MACs – stated 99.64 percent/ }),
  ).toHaveCount(1);
  expect(await violations(page)).toEqual([]);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    figures.getByRole('button', { name: 'Save charts as SVG' }).click(),
  ]);
  const drawing = await readFile(await download.path(), 'utf8');
  expect(drawing).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  // A file of its own has no style sheet: nothing may refer to one.
  expect(drawing).not.toMatch(/var\(|class=/);
});
