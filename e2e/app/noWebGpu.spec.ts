import { expect, test } from '@playwright/test';
import { expectRecording, trainButton, watchPage } from './support.ts';

test('without WebGPU the page names cause and remedy; data, plan and forecast work', async ({ page }) => {
  const { stray } = watchPage(page);
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined, configurable: true });
  });
  await page.goto('/');
  const notice = page.getByRole('region', { name: 'Train' }).getByRole('status').first();
  await expect(notice).toContainText('This browser does not offer WebGPU, which training needs.');
  await expect(notice).toContainText('Update Chrome');
  await expect(trainButton(page)).toBeDisabled();
  await expectRecording(page);
  const bytes = page.locator('.forecast-row').first();
  await expect(bytes).toContainText(/MiB$/);
  const before = (await bytes.textContent()) ?? '';
  await page.getByRole('slider', { name: /^k, / }).press('Home');
  await expect(bytes).not.toHaveText(before);
  expect(stray).toEqual([]);
});
