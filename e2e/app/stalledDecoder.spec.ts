import { expect, test } from '@playwright/test';
import { strToU8, zipSync } from 'fflate';
import { addressWith, dropFiles, expectFinished, SMALL, trainButton } from './support.ts';

// It would answer in the place of the route.
test.use({ serviceWorkers: 'block' });

/** An ATIS recording of 40 events at one column. */
const recording = (x: number) =>
  Uint8Array.from(Array.from({ length: 40 }, (_, t) => [x, 3, 0x80, t >> 2, (t & 3) << 6]).flat());

test('a decoder that loops for ever is ended: the page says so, keeps the other files and trains on them', async ({
  page,
}) => {
  test.setTimeout(240_000);
  // The worker as it is delivered, but that for one file no decoder ever returns.
  let isChanged = false;
  await page.route('**/assets/dataWorker-*.js', async (route) => {
    const response = await route.fetch();
    const code = await response.text();
    const begin = /async decode\((\w+),\w+,\w+\)\{/g;
    isChanged = begin.test(code);
    const body = code.replace(begin, '$&while($1.name.endsWith("endless.bin")){}');
    await route.fulfill({ response, body });
  });
  await page.addInitScript(() => {
    const counts = { started: 0, ended: 0 };
    class CountedWorker extends Worker {
      readonly isData: boolean;
      constructor(address: string | URL, options?: WorkerOptions) {
        super(address, options);
        this.isData = String(address).includes('dataWorker');
        if (this.isData) counts.started++;
      }
      override terminate() {
        if (this.isData) counts.ended++;
        super.terminate();
      }
    }
    Object.assign(globalThis, { dataWorkers: counts, Worker: CountedWorker });
  });
  await page.clock.install();
  const settings = { ...SMALL, width: 34, height: 34, k: 2, layers: '8FC', batch: 2, epochs: 1 };
  await page.goto(addressWith(settings));
  await expect(page.getByRole('region', { name: 'Your own recordings' })).toBeVisible();
  const bytes = zipSync({
    'Train/left/1.bin': recording(2),
    'Train/left/2.bin': recording(3),
    'Train/right/endless.bin': recording(9),
    'Train/right/3.bin': recording(30),
    'Test/left/4.bin': recording(4),
    'Test/right/5.bin': recording(31),
    'notes.md': strToU8('made by hand'),
  });
  await dropFiles(page, [{ name: 'sides.zip', bytes }], false);
  const dialog = page.getByRole('dialog', { name: 'Check the import' });
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  const data = page.getByRole('region', { name: 'Pick data' });
  const status = page.locator('.data-status');
  await expect(status).toContainText('of 6');
  expect(isChanged).toBe(true);
  // The page answers while its worker hangs, and says on which file.
  await page.getByRole('tab', { name: 'Claims' }).click();
  await page.getByRole('tab', { name: 'Train', exact: true }).click();
  await page.clock.runFor(10_000);
  await expect(status).toContainText(/endless\.bin: no answer for \d+ s, given up at 30 s/);
  // Half a minute without a sign of life: the page's clock is turned on, the worker hangs in earnest.
  await page.clock.runFor(25_000);
  await expect(data.getByRole('listitem').filter({ hasText: 'endless.bin' })).toContainText(
    'the worker that read it hung and was ended',
    { timeout: 60_000 },
  );
  await expect(data.locator('dl > div', { hasText: 'training' })).toContainText('3');
  await expect(data.locator('dl > div', { hasText: 'test' })).toContainText('2');
  // The worker that hung is ended, and the one of before: what is left holds the recordings.
  await expect
    .poll(() => page.evaluate(() => (globalThis as unknown as { dataWorkers: object }).dataWorkers))
    .toEqual({ started: 3, ended: 2 });
  await page.clock.resume();
  await trainButton(page).click();
  await expectFinished(page);
});
