import { expect as expectFast, type Page, test } from '@playwright/test';
import { zipSync } from 'fflate';
import { violations } from './axe.ts';
import {
  addressWith,
  dropFiles,
  expectFinished,
  importDialog,
  latestDigest,
  SMALL,
  trainButton,
  watchPage,
} from './support.ts';

// Code of a part of the page is fetched when it is first shown.
const expect = expectFast.configure({ timeout: 30_000 });

async function noViolations(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
}

/** ATIS events at x = mark. */
const recording = (mark: number, count = 40) =>
  Uint8Array.from({ length: count * 5 }, (_, i) => [mark, 3, 0x80, Math.floor(i / 5), 7][i % 5]);

test('a dropped set is kept, trains after a reload without its files, to the same weights, and is deleted on demand', async ({
  page,
}) => {
  test.setTimeout(240_000);
  const { stray } = watchPage(page);
  const members = ['left', 'right'].flatMap((name, side) =>
    [1, 2, 3, 4, 5].map((n) => [`digits/${name}/${n}.bin`, recording(20 * side + n)] as const),
  );
  await page.goto(addressWith({ ...SMALL, epochs: 1, T: 4, k: 2, layers: '8FC', batch: 4 }));
  await dropFiles(page, [{ name: 'digits.zip', bytes: zipSync(Object.fromEntries(members)) }], false);
  const dialog = importDialog(page);
  await expect(dialog.getByRole('row')).toHaveCount(3);
  await noViolations(page);
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByText(/class \w+, (train|test), \d+ events/)).toBeVisible();
  await trainButton(page).click();
  await expectFinished(page);
  const { digest } = await latestDigest(page);

  await page.getByRole('tab', { name: 'Data sets' }).click();
  const panel = page.getByRole('region', { name: 'Data sets in this browser' });
  const set = panel.getByRole('listitem');
  await expect(set).toHaveCount(1);
  await expect(set).toContainText('digits');
  await expect(set).toContainText('10 samples of 2 classes');
  await noViolations(page);

  // The link carries the fingerprint; the files are not dropped again.
  await page.getByRole('tab', { name: 'Train', exact: true }).click();
  await page
    .getByRole('button', { name: /Share|link/i })
    .first()
    .click();
  await page.reload();
  await expect(page.getByText('Frames from this browser’s storage.')).toBeVisible();
  await expect(page.getByText(/class \w+, (train|test), \d+ events of stored frames/)).toBeVisible();
  await trainButton(page).click();
  await expectFinished(page);
  expect((await latestDigest(page)).digest).toBe(digest);

  // From a first visit, by the list.
  await page.goto('about:blank');
  await page.goto('/');
  await page.getByRole('tab', { name: 'Data sets' }).click();
  await panel.getByRole('button', { name: 'Open digits' }).click();
  await expect(panel.getByRole('status')).toContainText('digits is opened');
  await expect(set.getByText('in use')).toBeVisible();

  await panel.getByRole('button', { name: 'Delete digits' }).click();
  await panel.getByRole('button', { name: 'Keep digits' }).click();
  await expect(set).toHaveCount(1);
  await panel.getByRole('button', { name: 'Delete digits' }).click();
  await panel.getByRole('button', { name: 'Delete digits for good' }).click();
  await expect(panel.getByText('No data set is stored yet.')).toBeVisible();
  expect(stray).toEqual([]);
});

test('classes are shown before an import, and can be renamed, merged and left out', async ({ page }) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith(SMALL));
  const files = ['cat', 'dog', 'noise', 'wolf'].flatMap((name, i) =>
    [1, 2, 3].map((n) => ({
      name: `${name}/x_${n % 2 ? 'day' : 'night'}_${n}.bin`,
      bytes: recording(i + n),
    })),
  );
  await dropFiles(page, files, false);
  const dialog = importDialog(page);
  await expect(dialog.getByText('Classes come from folders.')).toBeVisible();
  await dialog.getByLabel('the class stands in').selectOption('a pattern on the path');
  await dialog.getByLabel(/regular expression/).fill('_(day|night)_');
  await expect(dialog.getByLabel('Name of class day')).toBeVisible();
  await dialog.getByLabel(/regular expression/).fill('(');
  await expect(dialog.getByRole('alert')).toContainText('is no regular expression');
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeDisabled();
  await dialog.getByLabel('the class stands in').selectOption('the folder');
  await dialog.getByLabel('Import noise').uncheck();
  await dialog.getByLabel('Name of class wolf').fill('dog');
  await dialog.getByLabel('Name of class wolf').press('Enter');
  await dialog.getByLabel('share that tests').fill('0.34');
  await dialog.getByLabel('split seed').fill('7');
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeEnabled();
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  const facts = page.getByRole('region', { name: 'Pick data' });
  await expect(facts.locator('dl > div', { hasText: 'classes' })).toContainText('2');
  await expect(facts.locator('dl > div', { hasText: 'training' })).toContainText('6');
  await expect(facts.locator('dl > div', { hasText: 'test' })).toContainText('3');
  await expect(page.getByLabel('split seed')).toHaveValue('7');

  await dropFiles(page, files, false);
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(facts.locator('dl > div', { hasText: 'training' })).toContainText('6');
  expect(stray).toEqual([]);
});

test('what stands before damage is offered, and kept when asked for', async ({ page }) => {
  await page.goto(addressWith(SMALL));
  const files = [
    { name: 'a/1.bin', bytes: recording(1) },
    { name: 'b/2.bin', bytes: recording(2).slice(0, 153) },
  ];
  await dropFiles(page, files);
  const panel = page.getByRole('region', { name: 'Pick data' });
  await expect(panel.getByRole('listitem').filter({ hasText: 'b/2.bin' })).toContainText(
    '30 events stand before it',
  );
  await panel.getByRole('button', { name: 'Read again and keep the 30 events before the damage' }).click();
  await expect(panel.getByRole('listitem').filter({ hasText: 'b/2.bin' })).toContainText(
    'events before are kept',
  );
  await expect(panel.locator('dl > div', { hasText: 'classes' })).toContainText('2');
});
