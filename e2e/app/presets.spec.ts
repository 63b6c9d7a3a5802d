import { expect, type Page, test } from '@playwright/test';
import { addressWith, SMALL, watchPage } from './support.ts';

const value = (page: Page, symbol: 'k' | 'n') =>
  page.getByRole('textbox', { name: new RegExp(`^${symbol} `) });

test('a preset changes plan and link, says what it changed, and goes away by Undo and by Back', async ({
  page,
  context,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith(SMALL));
  await page.getByRole('heading', { name: 'Presets' }).click();
  await page.getByRole('button', { name: 'Use SEW-ResNet18 / Tiny-ES-ImageNet' }).click();
  const note = page.getByRole('status', { name: 'What the preset changed' });
  await expect(note).toContainText('event recordings of at least 64×64 pixels, 200 classes');
  await note.getByText(/^\d+ settings changed$/).click();
  await expect(note).toContainText('batch: 10 to 32');
  await expect(value(page, 'k')).toHaveValue('4');
  await expect(page.getByText('of L = 17')).toBeVisible();
  await expect(page.getByText('of T = 8')).toBeVisible();
  await expect(page.getByText(/ M parameters, 2 updates per batch/)).toBeVisible({ timeout: 30_000 });

  const other = await context.newPage();
  await other.goto(page.url());
  await expect(value(other, 'n')).toHaveValue('4');
  await other.getByRole('heading', { name: 'Presets' }).click();
  await expect(other.getByRole('button', { name: 'Use SEW-ResNet18' })).toHaveText('In use');
  await other.close();

  await note.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('of L = 2')).toBeVisible();
  await expect(note).toHaveCount(0);

  await page.getByRole('button', { name: 'Use LeNet-1 / N-MNIST' }).click();
  await expect(note).toContainText('It trains on your data, Saccade digits.');
  await expect(page.getByText('of L = 4')).toBeVisible();
  await page.goBack();
  await expect(page.getByText('of L = 2')).toBeVisible();
  await expect(value(page, 'k')).toHaveValue(String(SMALL.k));
  expect(stray).toEqual([]);
});

test('every value of a preset is marked as the paper’s or ours, with a reason', async ({ page }) => {
  await page.goto(addressWith(SMALL));
  await page.getByRole('heading', { name: 'Presets' }).click();
  const card = page.getByRole('listitem').filter({ hasText: 'AlexNet / CIFAR10-DVS' });
  await card.getByText('Everything, with reasons').click();
  const rows = card.locator('dl').last().locator('div');
  expect(await rows.count()).toBeGreaterThan(15);
  for (const row of await rows.all()) await expect(row).toContainText(/(paper|inferred|ours).*\w{3}/);
  await expect(rows.filter({ hasText: /^layers/ })).toContainText('ours');
  await expect(rows.filter({ hasText: /^batch/ })).toContainText('paper');
});
