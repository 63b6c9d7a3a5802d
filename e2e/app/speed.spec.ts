import { expect, type Page, test } from '@playwright/test';
import { violations } from './axe.ts';
import { addressWith, expectFinished, SMALL, trainButton, watchPage } from './support.ts';

const kernels = (page: Page) => page.getByRole('region', { name: 'Kernels on this GPU' });

async function showSpeed(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Speed', exact: true }).click();
  await expect(kernels(page)).toBeVisible();
}

test('kernels are measured while a run trains, shown, and remembered for the next visit', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  const address = addressWith({ ...SMALL, train: 100, test: 20, epochs: 500 });
  await page.goto(address);
  await showSpeed(page);
  await expect(kernels(page)).toContainText('Press Train');
  await trainButton(page).click();
  const measure = kernels(page).getByRole('button', { name: 'Measure the kernels now' });
  await measure.click({ timeout: 60_000 });
  await expect(kernels(page).getByRole('status')).toHaveText('Measured on this adapter.', {
    timeout: 90_000,
  });
  const row = kernels(page).getByRole('row', { name: /^conv1/ });
  await expect(row).toContainText(/(event-driven|word-sparse|dense|subgroup), \d+\.\dx/);
  const found = await row.textContent();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();

  // The address of the page has none of it, and a new visit takes it up from the start.
  await page.goto('about:blank');
  await page.goto(address);
  await showSpeed(page);
  await trainButton(page).click();
  await expect(row).toHaveText(found ?? '', { timeout: 60_000 });
  await expect(kernels(page).getByRole('status')).toContainText('in an earlier run');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  expect(await violations(page, { include: '.speed-kernels' })).toEqual([]);
  expect(stray).toEqual([]);
});

test('weights in half precision are chosen, travel with the link, and are said where kernels are shown', async ({
  page,
  context,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith({ ...SMALL, train: 40, test: 20, epochs: 1 }));
  await page.getByText('Network, neuron and optimizer').click();
  const choice = page.getByLabel(/^weights that kernels read/);
  await expect(choice).toHaveValue('f32');
  await choice.selectOption('f16');
  await page.getByRole('button', { name: 'Share' }).click();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();

  const other = await context.newPage();
  await other.goto(link);
  await trainButton(other).click();
  await expectFinished(other);
  await showSpeed(other);
  await expect(kernels(other)).toContainText('Kernels read the weights in half precision (f16)');
  expect(stray).toEqual([]);
});

test('a profile says where the time goes and what bounds it, in a run that stands', async ({ page }) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith({ ...SMALL, train: 40, test: 20, epochs: 1 }));
  await showSpeed(page);
  const profile = page.getByRole('region', { name: 'Where the time goes' });
  await expect(profile.getByRole('button', { name: 'Profile the run' })).toBeDisabled();
  await profile.getByRole('button', { name: 'Measure what this GPU can do' }).click();
  await expect(profile.getByRole('status')).toContainText(/[1-9][\d.]* GB\/s.*[1-9][\d.]* GFLOP\/s/, {
    timeout: 60_000,
  });
  await page.getByRole('tab', { name: 'Train', exact: true }).click();
  await trainButton(page).click();
  await expectFinished(page);
  await showSpeed(page);
  await profile.getByRole('button', { name: 'Profile the run' }).click();
  const times = profile.getByRole('region', { name: 'Time per pass' });
  const row = times.getByRole('row', { name: /^lifForward\w* \/ conv1/ });
  await expect(row).toContainText(/\d ms.*%.*(bytes|operations), \d+ % of the limit/, { timeout: 60_000 });
  await expect(profile.getByRole('img', { name: /^Roofline: .*weightGrad\w*\/conv1/ })).toBeVisible();
  await profile.getByRole('radio', { name: 'by layer' }).check();
  await expect(
    profile.getByRole('region', { name: 'Time per layer' }).getByRole('row', { name: /^conv1/ }),
  ).toBeVisible();
  expect(await violations(page, { include: '.speed-profile' })).toEqual([]);
  expect(stray).toEqual([]);
});
