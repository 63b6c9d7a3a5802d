import { expect, test } from '@playwright/test';
import { addressWith, SMALL, trainButton, watchPage } from './support.ts';

test('a shared link restores every setting on another page and starts nothing', async ({ page, context }) => {
  await page.goto(addressWith({ ...SMALL, beta: 0.9 }));
  await page.getByRole('slider', { name: /^k, truncation/ }).press('ArrowLeft');
  await page.getByRole('textbox', { name: /^n / }).fill('2');
  await page.getByRole('textbox', { name: /^n / }).press('Enter');
  await page.getByRole('button', { name: 'Share' }).click();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  expect(page.url()).toBe(link);
  // The card lies over the page until Escape, which leads back to its button.
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Link' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Share' })).toBeFocused();

  const other = await context.newPage();
  const { stray } = watchPage(other);
  await other.goto(link);
  await expect(other.getByRole('textbox', { name: /^k / })).toHaveValue('3');
  await expect(other.getByRole('textbox', { name: /^n / })).toHaveValue('2');
  await other.getByText('Network, neuron and optimizer').click();
  await expect(other.getByRole('spinbutton', { name: /^beta/ })).toHaveValue('0.9');
  await expect(other.getByRole('textbox', { name: 'layers, input first' })).toHaveValue(SMALL.layers);
  await expect(other.getByText('Not loaded yet')).toBeVisible();
  await expect(trainButton(other)).toBeEnabled();
  expect(stray).toEqual([]);
});

test('a damaged link lists what was repaired, and the page works', async ({ page }) => {
  const { stray } = watchPage(page);
  const whole = addressWith({ ...SMALL, beta: 0.9 });
  await page.goto(whole.slice(0, -12));
  const repairs = page.getByRole('region', { name: 'Repairs of the link' });
  await expect(repairs).toContainText('The link was cut: its end is missing.');
  await expect(repairs).toContainText('could be read before the damage');
  await expect(trainButton(page)).toBeEnabled();
  await page.getByRole('button', { name: 'Hide the repairs' }).click();
  await expect(repairs).toHaveCount(0);
  expect(stray).toEqual([]);
});
