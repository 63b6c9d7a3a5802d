import { expect, type Locator, type Page, test } from '@playwright/test';
import { planTraining } from '../../src/core/plan/planTraining.ts';
import type { Schedule } from '../../src/core/schedule.ts';
import { forecastTraining } from '../../src/session/forecast.ts';
import { decodeLink } from '../../src/session/linkCodec.ts';
import { expectedMeta, toTrainingConfig } from '../../src/session/session.ts';
import { formatBytes } from '../../src/ui/shared/format.ts';
import { addressWith, latestDigest, SMALL, trainButton } from './support.ts';

const value = (page: Page, symbol: 'k' | 'n') =>
  page.getByRole('textbox', { name: new RegExp(`^${symbol} `) });
const handle = (page: Page, symbol: 'k' | 'n') =>
  page.getByRole('slider', { name: new RegExp(`^${symbol}, `) });

/** @param at Where the target is taken hold of, shares of its width and height: lines cross each other. */
async function drag(
  page: Page,
  target: Locator,
  dx: number,
  dy: number,
  at = { x: 0.5, y: 0.5 },
): Promise<void> {
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (!box) throw new Error('The handle is not on the page.');
  const x = box.x + box.width * at.x;
  const y = box.y + box.height * at.y;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y + dy / 2);
  await page.mouse.move(x + dx, y + dy);
  await page.mouse.up();
}

/** The session that the Share button gives away. */
async function sharedSession(page: Page) {
  await page.getByRole('button', { name: 'Share' }).click();
  const link = page.getByRole('textbox', { name: 'Link' });
  const address = await link.inputValue();
  await page.getByRole('button', { name: 'Close' }).click();
  return decodeLink(new URL(address).hash).session;
}

/** The page's plan, forecast and link are those of this (k, n). */
async function expectSchedule(page: Page, schedule: Schedule): Promise<void> {
  await expect(value(page, 'k')).toHaveValue(String(schedule.truncationInterval));
  await expect(value(page, 'n')).toHaveValue(String(schedule.blockSize));
  const session = await sharedSession(page);
  expect(session.schedule).toEqual(schedule);
  const { peakBytes } = forecastTraining(session).value ?? { peakBytes: 0 };
  const shown = page.locator('.forecast-row').first();
  await expect(shown).toContainText(`k = ${schedule.truncationInterval}, n = ${schedule.blockSize}`);
  await expect(shown).toContainText(formatBytes(peakBytes));
}

test('borders follow mouse, keyboard and numbers; forecast and picture follow the borders', async ({
  page,
}) => {
  await page.goto('/');
  const forecast = page.getByText(/than full backpropagation through time|as full backpropagation/);
  await expect(value(page, 'k')).toHaveValue('5');

  await drag(page, handle(page, 'k'), 500, 0);
  await expect(value(page, 'k')).toHaveValue('20');
  await drag(page, handle(page, 'n'), 0, -300);
  await expect(value(page, 'n')).toHaveValue('4');
  await expect(forecast).toContainText('the same as full backpropagation');
  await expect(
    page.getByRole('img', { name: /all 20 steps at once and one block of all layers/ }),
  ).toBeVisible();

  await handle(page, 'k').press('Home');
  await handle(page, 'n').press('ArrowDown');
  await expect(value(page, 'k')).toHaveValue('1');
  await expect(value(page, 'n')).toHaveValue('3');
  await expect(forecast).toContainText('% less than full');
  await expect(
    page.getByRole('img', { name: /20 intervals of 1 steps and blocks of 3 of 4 layers/ }),
  ).toBeVisible();

  await value(page, 'k').fill('999');
  await value(page, 'k').press('Enter');
  await expect(value(page, 'k')).toHaveValue('20');
  await page.getByRole('button', { name: 'Smaller n' }).click();
  await expect(value(page, 'n')).toHaveValue('2');
});

test('a line of k and a line of n can be dragged anywhere, and plan, forecast and link follow', async ({
  page,
}) => {
  await page.goto(addressWith(SMALL));
  await expectSchedule(page, { truncationInterval: 4, blockSize: 1 });
  // The end of the second interval, pushed to the left until three steps fit twice before it.
  const lines = page.locator('.border-k');
  const second = lines.nth(1);
  const pitch = await lines
    .evaluateAll(([a, b]) => b.getBoundingClientRect().left - a.getBoundingClientRect().left)
    .then((width) => width / 4);
  await drag(page, second, -2 * pitch, 0, { x: 0.5, y: 0.95 });
  await expectSchedule(page, { truncationInterval: 3, blockSize: 1 });
  await expect(page.getByRole('img', { name: /3 intervals of 3 steps and blocks of 1 of 2/ })).toBeVisible();
  await drag(page, page.locator('.border-n').first(), 0, -200, { x: 0.9, y: 0.5 });
  await expectSchedule(page, { truncationInterval: 3, blockSize: 2 });
  await handle(page, 'k').press('PageDown');
  await handle(page, 'n').press('Home');
  await expectSchedule(page, { truncationInterval: 2, blockSize: 1 });
});

test('the map has a cell for every (k, n), says what fits, and a cell that is clicked is chosen', async ({
  page,
}) => {
  await page.goto(addressWith(SMALL));
  const map = page.getByRole('table', { name: /^Map of \(k, n\)/ });
  await map.scrollIntoViewIfNeeded();
  await expect(map.getByRole('button')).toHaveCount(8 * 2);
  const cell = (k: number, n: number) =>
    map.getByRole('button', { name: new RegExp(`^k = ${k}, n = ${n},`) });
  const session = await sharedSession(page);
  const planned = (k: number, n: number) =>
    forecastTraining({ ...session, schedule: { truncationInterval: k, blockSize: n } }).value?.peakBytes ?? 0;
  for (const [k, n] of [
    [1, 1],
    [8, 1],
    [3, 2],
  ])
    await expect(cell(k, n)).toHaveAccessibleName(
      new RegExp(`, ${formatBytes(planned(k, n))}, the batch fits whole`),
    );
  await expect(map.getByRole('button', { name: /being planned/ })).toHaveCount(0, { timeout: 30_000 });
  await expect(map.getByRole('button', { name: /smallest figure of merit/ })).toHaveCount(1);
  await expect(cell(4, 1)).toHaveAttribute('aria-pressed', 'true');

  await cell(6, 2).click();
  await expectSchedule(page, { truncationInterval: 6, blockSize: 2 });
  await cell(6, 2).press('ArrowLeft');
  await page.keyboard.press('ArrowDown');
  await expect(cell(5, 1)).toBeFocused();
  await expect(page.getByText(/figure of merit 0\.\d{3}/)).toBeVisible();
  await page.keyboard.press('Enter');
  await expectSchedule(page, { truncationInterval: 5, blockSize: 1 });
});

test('the map marks what does not fit the memory budget as a whole', async ({ page }) => {
  const address = addressWith({ ...SMALL, batch: 100 });
  const { session } = decodeLink(new URL(address, 'http://x').hash);
  const cells = [1, 2, 3, 4, 8].flatMap((k) =>
    [1, 2].map((n) => {
      const schedule = { truncationInterval: k, blockSize: n };
      const planned = forecastTraining({ ...session, schedule });
      return { schedule, name: `k = ${k}, n = ${n},`, bytes: planned.value?.peakBytes ?? 0 };
    }),
  );
  const byBytes = [...cells].sort((a, b) => a.bytes - b.bytes);
  const budget = ((byBytes[0].bytes + byBytes[byBytes.length - 1].bytes) / 2 ** 21).toFixed(3);
  const fitOf = (schedule: Schedule) => {
    const { value } = forecastTraining(
      { ...session, schedule },
      undefined,
      Math.round(Number(budget) * 2 ** 20),
    );
    if (!value) return 'does not fit';
    return value.microBatches.count === 1 ? 'the batch fits whole' : 'fits in micro-batches';
  };
  const expected = cells.map((each) => ({ ...each, fit: fitOf(each.schedule) }));
  expect(new Set(expected.map(({ fit }) => fit)).size).toBeGreaterThan(1);
  await page.goto(address);
  await page.getByRole('textbox', { name: /memory budget/ }).fill(budget);
  const map = page.getByRole('table', { name: /^Map of \(k, n\)/ });
  await map.scrollIntoViewIfNeeded();
  for (const { name, fit } of expected)
    await expect(map.getByRole('button', { name: new RegExp(`^${name} .*, ${fit}`) })).toBeVisible({
      timeout: 30_000,
    });
});

test('the order of the plan is shown pass by pass, with what a pass reads and writes', async ({ page }) => {
  // Two steps, two blocks of one layer: one iteration is short enough to be walked through.
  const address = addressWith({ ...SMALL, T: 2, k: 1 });
  await page.goto(address);
  const { session } = decodeLink(new URL(address, 'http://x').hash);
  const plan = planTraining({ config: toTrainingConfig(session, expectedMeta(session)) });
  const expected = plan.trainProgram.flatMap((step) => {
    if (step.kind !== 'run') return [];
    const { kind, block, stage, kernel } = plan.passes[step.pass];
    const place = `Interval ${plan.windows[step.window].interval + 1}, block ${block + 1}: `;
    if (kind === 'loss') return [`${place}the local classifier`];
    if (kind === 'update') return [`${place}weights change, ${stage} (${kernel})`];
    return [`${place}${kind === 'forward' ? 'forward' : 'backward'}, ${stage} (${kernel})`];
  });
  expect(expected.length).toBeGreaterThan(20);
  const next = page.getByRole('button', { name: 'Next pass' });
  const line = page.locator('.walk-line');
  const shown: string[] = [];
  for (let pass = 0; shown.length < expected.length && pass < 2 * expected.length; pass++) {
    await next.click();
    await expect(line).toContainText(`${pass + 1} of`);
    const text = (await line.textContent()) ?? '';
    if (!text.includes('memory is free again')) shown.push(text);
  }
  for (const [index, text] of expected.entries()) expect(shown[index]).toContain(text);
  await expect(line).toContainText(`Interval 2, block 2: weights change, classifier2`);
  const details = page.getByRole('group', { name: 'What this pass reads and writes' });
  await expect(details).toContainText('classifier2 weight gradients');
  await expect(details).toContainText('classifier2 momentum');
  await next.click();
  await expect(line).toContainText('memory is free again');
  await next.click();
  await expect(page.getByText('Each tile is one block')).toBeVisible();

  const position = page.getByRole('slider', { name: 'Pass shown' });
  await position.press('Home');
  await expect(line).toContainText('Interval 1, block 1: forward, conv1');
  await expect(page.locator('.light-now-forward')).toHaveCount(1);
  await page.getByRole('button', { name: 'Show the order' }).click();
  await expect(line).toContainText(/Interval 2, block \d: /, { timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop the order' }).click();
  await expect(page.getByText('Each tile is one block')).toBeVisible();
});

test('a cell tells its layer, step, firing rate and bytes, under the pointer and by keyboard', async ({
  page,
}) => {
  await page.goto(addressWith({ ...SMALL, train: 20, test: 10, epochs: 500 }));
  const probe = page.getByRole('button', { name: /^Cell / });
  await probe.focus();
  await expect(probe).toHaveAccessibleName(/^Cell conv1, step 1: no firing rate yet, holds \d/);
  await probe.press('ArrowUp');
  await probe.press('ArrowRight');
  await expect(probe).toHaveAccessibleName(/^Cell pool2, step 2: /);
  await trainButton(page).click();
  // While the run trains, its iterations light up by themselves.
  await expect(page.locator('.lights rect').first()).toBeAttached({ timeout: 100_000 });
  await expect(page.locator('.walk-line')).toContainText('Slowed down.');
  await expect(probe).toHaveAccessibleName(/^Cell pool2, step 2: fires \d/, { timeout: 100_000 });
  const tip = page.locator('.cell-tip');
  await page.locator('.grid-box .cell').first().hover();
  await expect(tip).toContainText('conv1');
  await expect(tip).toContainText(/step\s*1/);
  // Rates are those of a step: a membrane that begins at zero fires less at first.
  await expect(tip).toContainText(/firing rate.*%mean of all steps.*%/);
  const shades = await page
    .locator('.grid-box .cells')
    .first()
    .locator('.cell')
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('style')));
  expect(new Set(shades).size).toBeGreaterThan(1);
});

test('changing (k, n) while training keeps the weights', async ({ page }) => {
  test.setTimeout(240_000);
  await page.goto(addressWith({ ...SMALL, train: 20, test: 10, epochs: 500 }));
  await trainButton(page).click();
  const epoch = async (at: number) => {
    await expect(async () => expect((await latestDigest(page)).epoch).toBeGreaterThanOrEqual(at)).toPass({
      timeout: 100_000,
    });
    return latestDigest(page);
  };
  const initial = await epoch(0);
  await epoch(Math.max(1, initial.epoch + 1));
  // With a learning rate of 0 weights stand still: from here on only a re-plan could change them.
  await page.getByText('Network, neuron and optimizer').click();
  const rate = page.getByRole('spinbutton', { name: /^learning rate/ });
  await rate.fill('0');
  await rate.press('Enter');
  const still = await epoch((await latestDigest(page)).epoch + 2);
  expect((await epoch(still.epoch + 1)).digest).toBe(still.digest);
  expect(still.digest).not.toBe(initial.digest);

  await handle(page, 'k').press('Home');
  await expect(value(page, 'k')).toHaveValue('1');
  const after = await epoch((await latestDigest(page)).epoch + 2);
  expect(after.digest).toBe(still.digest);
  await handle(page, 'n').press('End');
  await expect(value(page, 'n')).toHaveValue('2');
  // Fewer blocks have fewer classifiers, so the digest is another one; the run goes on counting.
  await epoch((await latestDigest(page)).epoch + 2);
  await expect(page.getByText('Changed since this run began')).toHaveCount(0);
});
