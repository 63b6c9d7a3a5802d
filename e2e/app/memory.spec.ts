import { expect, type Page, test } from '@playwright/test';
import { addressWith, expectFinished, SMALL, trainButton } from './support.ts';

const budget = (page: Page) => page.getByLabel('memory budget of this device, MiB');
const batch = 20;

/** Peak bytes of the forecast, in MiB. */
async function forecastMebibytes(page: Page): Promise<number> {
  const text = await page.locator('.forecast-bytes').first().textContent();
  const [number, unit] = (text ?? '').split('\u00a0');
  return Number(number) / (unit === 'KiB' ? 1024 : 1);
}

/** Training loss of an epoch, from the epoch table, which is opened. */
async function lossOfEpoch(page: Page, epoch: number): Promise<number> {
  const table = page.locator('details', { hasText: 'Epochs in figures' });
  if ((await table.getAttribute('open')) === null) await page.getByText('Epochs in figures').click();
  const row = table
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: String(epoch), exact: true }) });
  return Number(await row.getByRole('cell').nth(2).textContent());
}

test('a budget cuts the batch, stays on the device, and leaves the loss as it is', async ({ page }) => {
  const address = addressWith({ ...SMALL, train: 40, test: 20, batch, layers: '8C5-AP2-32FC', epochs: 1 });
  await page.goto(address);
  await expect(page.locator('.forecast-bytes').first()).toBeVisible({ timeout: 30_000 });
  const whole = await forecastMebibytes(page);
  await trainButton(page).click();
  await expectFinished(page);
  const loss = await lossOfEpoch(page, 1);

  await budget(page).fill((0.6 * whole).toFixed(2));
  const cut = page.getByText(
    /^To fit: batch of 20 in \d micro-batches of (up to )?\d+; same numbers, up to rounding/,
  );
  await expect(cut).toBeVisible();
  expect(await forecastMebibytes(page)).toBeLessThanOrEqual(0.6 * whole);
  await expect(page.getByText('Changed: memory budget. Train begins a new run.')).toBeVisible();
  expect(page.url()).toContain(address);
  await trainButton(page).click();
  await expect(page.getByText('Changed: memory budget.')).toHaveCount(0, { timeout: 30_000 });
  await expectFinished(page);
  await expect(page.getByText('equals the measured bytes')).toBeVisible();
  // Sums of large layers are grouped by micro-batch; e2e/gradients says where the bits are the same.
  expect(await lossOfEpoch(page, 1)).toBeCloseTo(loss, 3);

  await page.reload();
  await expect(cut).toBeVisible({ timeout: 30_000 });
});

test('what does not fit is refused before Train, with a remedy to press', async ({ page }) => {
  await page.goto(addressWith({ ...SMALL, T: 64, k: 64, n: 2, batch, layers: '16C5-AP2-32FC' }));
  await expect(page.locator('.forecast-bytes').first()).toBeVisible({ timeout: 30_000 });
  await budget(page).fill('3');
  const obstacle = page.getByRole('region', { name: 'Train' }).getByRole('status').first();
  await expect(obstacle).toContainText('does not fit into', { timeout: 60_000 });
  await expect(trainButton(page)).toBeDisabled();
  const remedy = obstacle.getByRole('button', { name: /^Set k = \d+, n = \d+, batch = \d+$/ });
  const [, k, n] = /k = (\d+), n = (\d+)/.exec((await remedy.textContent()) ?? '') ?? [];
  await remedy.click();
  await expect(page.getByRole('textbox', { name: /^k / })).toHaveValue(k);
  await expect(page.getByRole('textbox', { name: /^n / })).toHaveValue(n);
  await expect(trainButton(page)).toBeEnabled({ timeout: 60_000 });
  expect(await forecastMebibytes(page)).toBeLessThanOrEqual(3);

  await budget(page).fill('0');
  await expect(page.getByText('The memory budget is 0 MiB, allowed is 1 to')).toBeVisible();
});

test('accuracy against the number of steps seen is drawn after an epoch', async ({ page }) => {
  await page.goto(addressWith({ ...SMALL, train: 20, test: 10, epochs: 1 }));
  await trainButton(page).click();
  await expectFinished(page);
  const chart = page.getByRole('img', {
    name: /^Accuracy against steps seen\. After epoch 1, \d of 8 steps/,
  });
  await expect(chart).toBeVisible();
  const line = (await chart.locator('path.chart-line').getAttribute('d')) ?? '';
  expect(line.match(/[ML]/g)).toHaveLength(SMALL.T);
});
