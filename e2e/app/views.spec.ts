import { expect, test } from '@playwright/test';
import { addressWith, SMALL, trainButton, watchPage } from './support.ts';

test('views are tabs for mouse and keyboard, keep their state, are remembered, and show the run', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith({ ...SMALL, train: 20, test: 10, epochs: 1 }));
  const tab = (name: string) => page.getByRole('tab', { name, exact: true });
  await expect(tab('Train')).toHaveAttribute('aria-selected', 'true');
  await page.getByText('What is k?').click();

  await tab('Charts').click();
  await expect(page.getByRole('heading', { name: 'Charts of this run' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Choose (k, n)' })).toBeHidden();
  const bar = page.getByRole('region', { name: 'The run' });
  await expect(bar).toContainText('no run yet');
  await trainButton(page).click();
  await expect(bar).toContainText('finished', { timeout: 60_000 });
  for (const chart of [
    'Accuracy',
    'Training loss per block',
    'GPU memory',
    'Throughput',
    'Firing rate per layer',
  ]) {
    const lines = page
      .getByRole('figure')
      .filter({ has: page.getByRole('heading', { name: chart, exact: true }) });
    await expect(lines.locator('path[d^="M"]').first(), chart).toBeAttached();
  }

  await page.reload();
  await expect(tab('Charts')).toHaveAttribute('aria-selected', 'true');
  await tab('Charts').press('Home');
  await expect(tab('Train')).toBeFocused();
  await expect(page.getByRole('region', { name: 'Choose (k, n)' })).toBeVisible();
  await page.getByText('What is k?').click();
  await tab('Train').press('ArrowRight');
  await expect(tab('Charts')).toHaveAttribute('aria-selected', 'true');
  await tab('Charts').press('ArrowLeft');
  await expect(page.getByText('The truncation interval:')).toBeVisible();
  expect(stray).toEqual([]);
});
