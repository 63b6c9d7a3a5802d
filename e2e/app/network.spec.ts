import { expect, test } from '@playwright/test';
import { addressWith, SMALL, trainButton, watchPage } from './support.ts';

const address = addressWith({ ...SMALL, layers: '4C5s2-AP2-32FC' });

test('layers are added, moved, changed and removed; grid, counts and forecast follow', async ({ page }) => {
  const { stray } = watchPage(page);
  await page.goto(address);
  await page.getByText('Network, neuron and optimizer').click();
  const editor = page.getByRole('region', { name: 'Layers' });
  const text = editor.getByRole('textbox', { name: 'layers, input first' });
  const counts = editor.getByRole('status');
  await expect(counts).toContainText('L = 2');
  const before = await page
    .getByRole('img', { name: /layers/ })
    .first()
    .boundingBox();

  await editor.getByRole('button', { name: /^conv1/ }).click();
  await editor.getByRole('button', { name: 'Add max pool' }).click();
  await expect(text).toHaveValue('4C5s2-MP2-AP2-32FC');
  await expect(editor.getByRole('button', { name: /^pool2/ })).toBeFocused();
  await editor.getByRole('button', { name: 'Add convolution' }).click();
  await expect(text).toHaveValue('4C5s2-MP2-8C3p1-AP2-32FC');
  await expect(counts).toContainText('L = 3');
  await expect(page.getByText('of L = 3')).toBeVisible();
  const after = await page
    .getByRole('img', { name: /layers/ })
    .first()
    .boundingBox();
  expect(after?.height).toBeGreaterThan(before?.height ?? Number.POSITIVE_INFINITY);

  await page.keyboard.press('Alt+ArrowDown');
  await expect(text).toHaveValue('4C5s2-MP2-AP2-8C3p1-32FC');
  await expect(editor.getByRole('button', { name: /^conv4/ })).toBeFocused();
  await editor.getByLabel('channels').fill('12');
  await editor.getByLabel('batch norm').check();
  await editor.getByLabel('dropout').fill('0.25');
  await expect(text).toHaveValue('4C5s2-MP2-AP2-12C3p1nd0.25-32FC');
  await editor.getByRole('button', { name: 'Remove pool2' }).click();
  await expect(text).toHaveValue('4C5s2-AP2-12C3p1nd0.25-32FC');

  const undo = editor.getByRole('button', { name: /^Undo/ });
  await expect(undo).toHaveText('Undo: remove pool2');
  for (let steps = 0; steps < 7; steps++) await undo.click();
  await expect(text).toHaveValue('4C5s2-AP2-32FC');
  await expect(undo).toBeDisabled();
  expect(stray).toEqual([]);
});

test('a value that does not fit says so in place, and keeps Train from starting until it is undone', async ({
  page,
}) => {
  await page.goto(address);
  await page.getByText('Network, neuron and optimizer').click();
  const editor = page.getByRole('region', { name: 'Layers' });
  await editor.getByRole('button', { name: /^conv1/ }).click();
  const row = editor.getByRole('listitem').filter({ hasText: 'conv1' });
  await expect(trainButton(page)).toBeEnabled();

  await row.getByLabel('kernel').fill('40');
  const reason = 'conv1 has a 40x40 kernel, but its input is 34x34 (padding 0).';
  await expect(row.getByRole('alert')).toContainText(reason);
  await expect(trainButton(page)).toBeDisabled();
  await expect(trainButton(page)).toHaveAccessibleDescription(
    new RegExp(`Training cannot start. ${asPattern(reason)}`),
  );

  await row.getByLabel('kernel').fill('99');
  await expect(row.getByRole('alert').filter({ hasText: 'kernel of conv1 is 99' })).toContainText(
    'allowed is a whole number from 1 to 64. 40 stays in use.',
  );
  await row.getByLabel('kernel').fill('5');
  await expect(row.getByRole('alert')).toHaveCount(0);
  await expect(trainButton(page)).toBeEnabled();

  await row.getByLabel('kernel').fill('35');
  await expect(trainButton(page)).toBeDisabled();
  await editor.getByRole('button', { name: 'Undo: kernel of conv1' }).click();
  await expect(row.getByLabel('kernel')).toHaveValue('5');
  await expect(trainButton(page)).toBeEnabled();
});

function asPattern(text: string): string {
  return text.replace(/[().]/g, '\\$&');
}

test('constants of one layer travel with the link', async ({ page, context }) => {
  await page.goto(address);
  await page.getByText('Network, neuron and optimizer').click();
  const row = page.getByRole('region', { name: 'Layers' }).getByRole('listitem').filter({ hasText: 'conv1' });
  await row.getByRole('button', { name: /^conv1/ }).click();
  await row.getByText('Neuron constants of its own').click();
  await row.getByLabel('threshold').fill('0.5');
  await row.getByLabel('surrogate', { exact: true }).selectOption('atan');
  await page.getByRole('button', { name: 'Share' }).click();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();

  const other = await context.newPage();
  await other.goto(link);
  await other.getByText('Network, neuron and optimizer').click();
  const restored = other
    .getByRole('region', { name: 'Layers' })
    .getByRole('listitem')
    .filter({ hasText: 'conv1' });
  await restored.getByRole('button', { name: /^conv1/ }).click();
  await expect(restored.getByText('Neuron constants of its own: threshold, surrogate')).toBeVisible();
  await expect(restored.getByLabel('threshold')).toHaveValue('0.5');
  await expect(restored.getByLabel('beta')).toHaveValue('');
});
