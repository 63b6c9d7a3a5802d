import { expect, test } from '@playwright/test';
import { addressWith, SMALL, watchPage } from './support.ts';

test('changes of settings are taken back and made again, by buttons and by keys, and text fields keep their own undo', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith(SMALL));
  const k = page.getByRole('textbox', { name: /^k / });
  await expect(k).toHaveValue('4');
  const undo = page.getByRole('banner').getByRole('button', { name: /^Undo/ });
  const redo = page.getByRole('banner').getByRole('button', { name: /^Redo/ });
  await expect(undo).toBeDisabled();
  await expect(redo).toBeDisabled();

  await page.getByRole('slider', { name: /^k, truncation/ }).press('Home');
  await expect(k).toHaveValue('1');
  await undo.click();
  await expect(k).toHaveValue('4');
  await expect(undo).toBeDisabled();
  await redo.click();
  await expect(k).toHaveValue('1');

  const handle = page.getByRole('slider', { name: /^n, local/ });
  await handle.focus();
  await page.keyboard.press('Control+z');
  await expect(k).toHaveValue('4');
  await page.keyboard.press('Control+Shift+z');
  await expect(k).toHaveValue('1');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+y');
  await expect(k).toHaveValue('1');

  await k.focus();
  await page.keyboard.press('Control+z');
  await expect(undo).toBeEnabled();
  await expect(k).toHaveValue('1');
  expect(stray).toEqual([]);
});
