import { expect, type Page, test } from '@playwright/test';
import { zipSync } from 'fflate';
import { addressWith, dropFiles, expectFinished, SMALL, trainButton, watchPage } from './support.ts';

/** Two recordings of 100 ms on the 34x34 sensor: a burst of five events of one pixel, then one event every 10 ms. */
function zip(): Uint8Array {
  const event = (t: number, x: number, y: number, on: number) => [
    x,
    y,
    (on << 7) | (t >> 16),
    (t >> 8) & 255,
    t & 255,
  ];
  const recording = (x: number) =>
    Uint8Array.from([
      ...[0, 1, 2, 3, 4].flatMap((t) => event(t, x, 5, 1)),
      ...Array.from({ length: 10 }, (_, i) => event(10_000 * (i + 1), x, 20, 0)).flat(),
    ]);
  return zipSync({
    'Train/left/1.bin': recording(2),
    'Train/right/2.bin': recording(30),
    'Test/left/3.bin': recording(3),
    'Test/right/4.bin': recording(31),
  });
}

/** The view; the hidden Train view has fields of the same names. */
const view = (page: Page) => page.getByRole('region', { name: 'Recording and frames' });

async function openPlayer(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(addressWith({ ...SMALL, T: 4, dt: 20_000 }));
  await dropFiles(page, [{ name: 'sides.zip', bytes: zip() }]);
  await page.getByRole('tab', { name: 'Recording' }).click();
  await expect(view(page).getByText('15 events')).toBeVisible();
}

const fact = (page: Page, name: string) =>
  page.locator('.encoding-facts > div', { hasText: name }).locator('dd');
const step = (page: Page, number: number) =>
  page.getByRole('button', { name: new RegExp(`^Step ${number}, `) });
/** What a canvas shows, as one number. */
const picture = (page: Page, selector: string) =>
  page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
      0,
      0,
      canvas.width,
      canvas.height,
    );
    return data.reduce((sum, value, i) => (sum * 31 + value * (i % 7)) % 1_000_003, 7);
  });

test('every setting of the frames shows at once what the network will see', async ({ page }) => {
  const { stray } = watchPage(page);
  await openPlayer(page);
  // 0 to 80 ms in four steps of 20 ms: 5 + 7 events, of which 4 + 3 fall on a bit that was set.
  await expect(page.getByRole('img', { name: /The network gets 0 µs to 80 ms/ })).toBeVisible();
  await expect(step(page, 1)).toHaveAccessibleName('Step 1, 6 events');
  await expect(fact(page, 'events used')).toHaveText('80.0 %');
  await expect(fact(page, 'on a bit that was set')).toHaveText('46.7 %');
  await expect(fact(page, 'empty steps')).toHaveText('0 of 4');

  await view(page).getByLabel('how time is cut into steps').selectOption('counts');
  await expect(fact(page, 'above the count 15')).toHaveText('0.0 %');
  await view(page).getByLabel('counts up to').fill('3');
  await expect(fact(page, 'above the count 3')).toHaveText('13.3 %');

  // 8 steps of 20 ms are longer than the recording.
  await view(page).getByLabel('T, time steps').fill('8');
  await expect(fact(page, 'empty steps')).toHaveText('2 of 8');
  await view(page).getByLabel('how time is cut into steps').selectOption('tonicTimeBins');
  await expect(view(page).getByLabel('dt, ms')).toHaveCount(0);
  await expect(fact(page, 'empty steps')).toHaveText('0 of 8');
  await view(page).getByLabel('how time is cut into steps').selectOption('spikingJellyNumber');
  await expect(step(page, 1)).toHaveAccessibleName('Step 1, 1 events');
  await expect(step(page, 8)).toHaveAccessibleName('Step 8, 8 events');

  await view(page).getByLabel('what is taken of the sensor').selectOption('crop');
  await view(page).getByLabel('height, pixels').fill('10');
  await expect(fact(page, 'outside the frame')).toHaveText('66.7 %');
  await view(page).getByLabel('polarity').selectOption('merged');
  await view(page).getByLabel('start after the first event, ms').fill('5');
  await expect(fact(page, 'before the start')).toHaveText('33.3 %');
  await view(page).getByLabel('width, pixels').fill('40');
  await expect(view(page).getByRole('alert')).toContainText('the sensor has only 34x34');
  await view(page).getByRole('button', { name: 'Set width = 34, height = 10' }).click();
  await expect(view(page).getByRole('alert')).toHaveCount(0);
  await page.getByRole('button', { name: "The paper's rule" }).click();
  await expect(fact(page, 'before the start')).toHaveText('0.0 %');
  expect(stray).toEqual([]);
});

test('the player is worked with the keyboard alone and stands still where motion is unwanted', async ({
  page,
}) => {
  await openPlayer(page);
  const scrub = page.getByRole('slider', { name: 'Time shown' });
  await expect(scrub).toHaveAttribute('aria-valuetext', '0 µs of 100 ms');
  await expect(page.getByText('network, step 1 of 4')).toBeVisible();
  await scrub.focus();
  await page.keyboard.press('End');
  await expect(scrub).toHaveAttribute('aria-valuetext', '100 ms of 100 ms');
  await expect(page.getByText('network: outside the steps')).toBeVisible();
  await page.keyboard.press('Home');

  const cloud = page.getByRole('button', { name: /^Events in x, y and time/ });
  await cloud.focus();
  const before = await picture(page, '.cloud canvas');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => picture(page, '.cloud canvas')).not.toBe(before);
  await page.keyboard.press('Enter');
  await expect.poll(() => picture(page, '.cloud canvas')).toBe(before);

  await page.getByRole('button', { name: 'One step on' }).press('Enter');
  await expect(page.getByText('network, step 2 of 4')).toBeVisible();
  await step(page, 4).press('Enter');
  await expect(step(page, 4)).toHaveAttribute('aria-current', 'step');
  await page.getByRole('button', { name: 'Next recording' }).press('Enter');
  await expect(view(page).getByLabel('recording of 4')).toHaveValue('2');

  // Ten times real time: 100 ms go round many times, so that the time shown moves on.
  await page.getByRole('slider', { name: 'speed' }).press('End');
  await expect(page.getByText('10 × real time')).toBeVisible();
  await page.getByRole('button', { name: 'Play the recording' }).press('Enter');
  const first = await scrub.getAttribute('aria-valuetext');
  await expect.poll(() => scrub.getAttribute('aria-valuetext')).not.toBe(first);
  await page.getByRole('button', { name: 'Stop the player' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Play the recording' })).toBeVisible();
});

test('a network trains on frames of counts, in as much memory as was forecast', async ({ page }) => {
  await page.goto(
    addressWith({ ...SMALL, T: 4, dt: 20_000, binning: 'counts', maxCount: 7, batch: 2, epochs: 1 }),
  );
  await dropFiles(page, [{ name: 'sides.zip', bytes: zip() }]);
  await expect(page.getByText('15 events')).toBeVisible();
  await trainButton(page).click();
  await expectFinished(page);
  const figures = page.getByRole('region', { name: 'Train' }).locator('dl');
  await expect(figures.getByText('equals the measured bytes')).toBeAttached();
});
