import { expect, type Locator, type Page, test } from '@playwright/test';
import { addressWith, latestDigest, SMALL, trainButton } from './support.ts';

const value = (page: Page, symbol: 'k' | 'n') =>
  page.getByRole('textbox', { name: new RegExp(`^${symbol} `) });
const handle = (page: Page, symbol: 'k' | 'n') =>
  page.getByRole('slider', { name: new RegExp(`^${symbol}, `) });

async function drag(page: Page, target: Locator, dx: number, dy: number): Promise<void> {
  const box = await target.boundingBox();
  if (!box) throw new Error('The handle is not on the page.');
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y + dy / 2);
  await page.mouse.move(x + dx, y + dy);
  await page.mouse.up();
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

test('the order of the plan can be watched, pass by pass', async ({ page }) => {
  // Two steps, two blocks of one layer: one iteration is short enough to be walked through.
  await page.goto(addressWith({ ...SMALL, T: 2, k: 1 }));
  const kinds = ['forward', 'local classifier', 'backward', 'weights change'];
  const expected = [1, 2].flatMap((interval) =>
    [1, 2].flatMap((block) => kinds.map((kind) => `Interval ${interval}, block ${block}: ${kind}`)),
  );
  const next = page.getByRole('button', { name: 'Next pass' });
  for (const text of expected) {
    await next.click();
    await expect(page.getByText(text)).toBeVisible();
  }
  await next.click();
  await expect(page.getByText('Each tile is one block')).toBeVisible();

  await page.getByRole('button', { name: 'Show the order' }).click();
  await expect(page.getByText(/^Interval 1, block \d: /)).toBeVisible();
  await page.getByRole('button', { name: 'Stop the order' }).click();
  await expect(page.getByText('Each tile is one block')).toBeVisible();
});

test('changing (k, n) while training keeps the weights', async ({ page }) => {
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
