import { expect, test } from '@playwright/test';
import { zipSync } from 'fflate';
import { recordingsZip } from './recordings.ts';
import {
  accuracy,
  addressWith,
  dropFiles,
  expectFinished,
  expectRecording,
  SMALL,
  trainButton,
  watchPage,
} from './support.ts';

test('a dropped zip of .bin recordings trains, and accuracy rises far above chance', async ({ page }) => {
  test.setTimeout(180_000);
  const { stray } = watchPage(page);
  const { bytes } = await recordingsZip();
  await page.goto(addressWith({ ...SMALL, epochs: 4 }));
  await dropFiles(page, [{ name: 'digits.zip', bytes }]);
  const facts = page.getByRole('region', { name: 'Pick data' });
  await expectRecording(page);
  await expect(facts).toContainText('digits');
  await expect(facts.locator('dl')).toContainText('34 × 34');
  await expect(facts.locator('dl > div', { hasText: 'classes' })).toContainText('4');
  await trainButton(page).click();
  await expectFinished(page);
  // Four classes, 32 test recordings: chance is 25 %, and 60 % lies more than four standard errors above it.
  expect(await accuracy(page, 'test accuracy')).toBeGreaterThan(0.6);
  expect(stray).toEqual([]);
});

test('a bad file in a drop is listed by name, and the others load', async ({ page }) => {
  await page.goto('/');
  const good = (x: number) => {
    const event = (t: number) => [x, 3, 0x80, t >> 8, t & 255];
    return Uint8Array.from([0, 1000, 2000, 3000].flatMap(event));
  };
  const bytes = zipSync({
    'Train/left/1.bin': good(2),
    'Train/right/2.bin': good(30),
    'Test/left/3.bin': good(3),
    'Test/right/broken.bin': good(31).subarray(0, 13),
    'Test/right/4.bin': good(31),
  });
  await dropFiles(page, [{ name: 'sides.zip', bytes }]);
  const panel = page.getByRole('region', { name: 'Pick data' });
  await expect(panel.getByRole('listitem').filter({ hasText: 'broken.bin' })).toContainText('13');
  await expect(panel.getByText('1 file with problems')).toBeVisible();
  await expect(panel.locator('dl > div', { hasText: 'training' })).toContainText('2');
  await expect(panel.locator('dl > div', { hasText: 'test' })).toContainText('2');
});

test('a drop in which nothing can be read says so and keeps a page that trains', async ({ page }) => {
  await page.goto('/');
  await expectRecording(page);
  await dropFiles(page, [{ name: 'notes.bin', bytes: new Uint8Array(7) }]);
  await expect(page.getByRole('alert', { name: 'Problem no-recordings-loaded' })).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'notes.bin' })).toBeVisible();
  // What was loaded before is still there.
  await expectRecording(page);
  await expect(trainButton(page)).toBeEnabled();
});
