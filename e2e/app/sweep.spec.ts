import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { SWEEP_COLUMNS } from '../../src/session/sweep/sweepCsv.ts';
import { violations } from './axe.ts';
import { addressWith, watchPage } from './support.ts';

// Two body layers, four steps: a run takes about a second on a software adapter.
const TINY = {
  train: 60,
  test: 20,
  T: 4,
  dt: 75_000,
  layers: '4C5s2-AP2-12FC',
  k: 4,
  n: 1,
  batch: 6,
  epochs: 4,
};

const sweepPanel = (page: Page) => page.getByRole('region', { name: 'Sweep over (k, n)' });

/** Defines a sweep of four runs; nothing is started. */
async function defineFourRuns(page: Page): Promise<void> {
  const panel = sweepPanel(page);
  await panel.getByLabel('k, truncation intervals').fill('4, 2');
  await panel.getByLabel('seeds', { exact: true }).fill('1');
  await expect(panel.getByText('4 runs of 4 points, 16 epochs')).toBeVisible();
}

async function expectEnd(page: Page): Promise<void> {
  await expect(sweepPanel(page).getByText('4 of 4 runs done')).toBeVisible({ timeout: 90_000 });
}

/** Lines of the CSV without their last column, the seconds, which are the machine's. */
async function saveCsv(page: Page): Promise<string[]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    sweepPanel(page).getByRole('button', { name: 'Save results as CSV' }).click(),
  ]);
  const text = await readFile(await download.path(), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/,[^,]*$/, ''));
}

test('a sweep survives a reload in the middle and ends with the same CSV; its results travel as a link', async ({
  page,
  context,
}) => {
  test.setTimeout(240_000);
  const { stray } = watchPage(page);
  await page.goto(addressWith(TINY));
  await page.getByRole('tab', { name: 'Compare & sweep' }).click();
  const panel = sweepPanel(page);
  await defineFourRuns(page);
  await panel.getByRole('button', { name: 'Start the sweep' }).click();
  await expectEnd(page);
  const undisturbed = await saveCsv(page);
  expect(undisturbed[0]).toBe(SWEEP_COLUMNS.slice(0, -1).join(','));
  expect(undisturbed.filter((line) => line.includes(',done,4,'))).toHaveLength(4);

  await panel.getByRole('button', { name: 'Discard the sweep' }).click();
  await panel.getByRole('button', { name: 'Discard it with its results' }).click();
  await panel.getByText('A new sweep').click();
  await defineFourRuns(page);
  await panel.getByRole('button', { name: 'Start the sweep' }).click();
  // The second run begins when the first one is stored.
  await expect(panel.getByText(/now k = (4, n = 1|2, n = 2)/)).toBeVisible({ timeout: 60_000 });
  await page.reload();
  // Nothing goes on by itself; what was trained is there.
  await expect(panel.getByText(/[123] of 4 runs done/)).toBeVisible({ timeout: 30_000 });
  await panel.getByRole('button', { name: 'Go on with the sweep' }).click();
  await expectEnd(page);
  expect(await saveCsv(page)).toEqual(undisturbed);

  await panel.getByRole('button', { name: 'Share results as a link' }).click();
  await expect(panel.getByText(/^The link is .* characters/)).toBeVisible();
  const guest = await context.newPage();
  await guest.goto(page.url());
  await guest.getByRole('tab', { name: 'Compare & sweep' }).click();
  await expect(sweepPanel(guest).getByText('This sweep came with a link.')).toBeVisible();
  expect(await saveCsv(guest)).toEqual(undisturbed);
  await guest.close();

  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await violations(page)).toEqual([]);

  // A cell opens as a session.
  await panel.getByRole('button', { name: /^k = 2, n = 2: .* 1 run. Open as a session$/ }).click();
  await expect(page.getByRole('tab', { name: 'Train' })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('tab', { name: 'Charts' }).click();
  await expect(page.getByRole('region', { name: 'The run' })).toContainText('k = 2, n = 2');
  expect(stray).toEqual([]);
});

test('the queue is held, reordered and shortened; a paused sweep gives way to Train, a running one says so', async ({
  page,
}) => {
  await page.goto(addressWith({ ...TINY, epochs: 60 }));
  await page.getByRole('tab', { name: 'Compare & sweep' }).click();
  const panel = sweepPanel(page);
  await panel.getByLabel('k, truncation intervals').fill('4, 2');
  await panel.getByLabel('seeds', { exact: true }).fill('1');
  await panel.getByRole('button', { name: 'Start the sweep' }).click();
  await expect(panel.getByText(/now k = 4, n = 2, seed 1/)).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'A sweep is training' })).toBeVisible();

  await panel.getByRole('button', { name: 'Pause the sweep' }).click();
  await expect(panel.getByText(/paused in k = 4, n = 2, seed 1/)).toBeVisible();
  await panel.getByText('Queue: 4 runs').click();
  const runs = panel.locator('.sweep-queue li');
  await panel.getByRole('button', { name: 'First: k = 2, n = 1, seed 1' }).click();
  await panel.getByRole('button', { name: 'Remove k = 4, n = 1, seed 1' }).click();
  await expect(panel.getByText('Queue: 3 runs')).toBeVisible();
  await expect(runs.nth(0)).toContainText('k = 4, n = 2, seed 1 now');

  // The page's own run takes the trainer; the run that was cut waits again.
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  // The trainer finishes the batch it is at, which takes its time on a busy machine.
  await expect(panel.getByText('waits for you to go on')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('region', { name: 'The run' }).getByText('training')).toBeVisible({
    timeout: 60_000,
  });
  await panel.getByText('Left out: 1 runs').click();
  await expect(panel.getByText('k = 4, n = 1, seed 1 removed')).toBeVisible();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
});
