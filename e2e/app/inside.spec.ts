import { expect, type Page, test } from '@playwright/test';
import { zipSync } from 'fflate';
import { violations } from './axe.ts';
import { atisBytes } from './recordings.ts';
import {
  accuracy,
  addressWith,
  dropFiles,
  expectFinished,
  SMALL,
  trainButton,
  watchPage,
} from './support.ts';

async function trainAndLook(page: Page): Promise<void> {
  await page.goto(addressWith({ ...SMALL, train: 60, test: 30, epochs: 1 }));
  await trainButton(page).click();
  await expectFinished(page);
}

const neuronSlider = (page: Page) => page.getByRole('slider', { name: /^Neuron of/ });

test('inside the network: spikes, membrane, counts and confusion agree with each other and with the accuracy', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  await trainAndLook(page);
  const testAccuracy = await accuracy(page, 'test accuracy');
  await page.getByRole('tab', { name: 'Inside', exact: true }).click();
  const inside = page.getByRole('region', { name: 'Inside the network' });
  await expect(neuronSlider(page)).toBeVisible({ timeout: 60_000 });

  // The neuron with most spikes is shown. Its raster says how many; its membrane is at the threshold or above then, and
  // only then: spike bits and f32 membranes are read from different buffers.
  const text = (await neuronSlider(page).getAttribute('aria-valuetext')) ?? '';
  const spikes = Number(/(\d+) spikes$/.exec(text)?.[1]);
  expect(spikes).toBeGreaterThan(0);
  const membrane = inside.getByRole('img', { name: /^Membrane of conv1, neuron/ });
  const drawn = await membrane.evaluate((svg) => {
    const number = (element: Element, name: string) => Number(element.getAttribute(name));
    const line = svg.querySelector('.threshold-line') as Element;
    const ticks = new Set(
      [...svg.querySelectorAll('.spike-tick')].map((tick) => number(tick, 'x1').toFixed(2)),
    );
    return [...svg.querySelectorAll('.membrane-dot')].map((dot) => ({
      fires: ticks.has(number(dot, 'cx').toFixed(2)),
      isAbove: number(dot, 'cy') <= number(line, 'y1'),
    }));
  });
  expect(drawn).toHaveLength(SMALL.T);
  expect(drawn.filter(({ fires }) => fires)).toHaveLength(spikes);
  for (const { fires, isAbove } of drawn) expect(fires).toBe(isAbove);

  // Another layer by its card, another neuron by the keyboard, another step by the slider.
  await inside.getByRole('button', { name: /^pool2: / }).click();
  await expect(inside.getByRole('heading', { name: 'Spike raster of pool2' })).toBeVisible();
  await neuronSlider(page).press('Home');
  await expect(inside.getByRole('heading', { name: 'Membrane of pool2, neuron 0' })).toBeVisible();
  await neuronSlider(page).press('ArrowDown');
  await expect(inside.getByRole('img', { name: /^Membrane of pool2, neuron 1 / })).toBeVisible();
  await inside.getByRole('slider', { name: 'Time step' }).press('End');
  await expect(inside.getByText(`after step ${SMALL.T}:`)).toBeVisible();

  // The matrix holds every test sample; its diagonal is the accuracy.
  const confusion = page.getByRole('region', { name: 'Confusion matrix' });
  const right = Math.round(30 * testAccuracy);
  await expect(
    confusion.getByText(`30 test samples with the weights after epoch 1: ${right} right`),
  ).toBeVisible();
  const cells = await confusion.locator('.matrix .matrix-cell').allInnerTexts();
  expect(cells.reduce((sum, count) => sum + Number(count), 0)).toBe(30);

  // A sample behind a wrong cell goes through the network, and is read out as the cell says.
  const cell = confusion.locator('.matrix-cell.wrong').filter({ hasText: /\d/ }).first();
  const [, label, predicted] =
    /class (\S+) read out as (\S+)/.exec((await cell.getAttribute('aria-label')) ?? '') ?? [];
  await cell.click();
  await confusion
    .getByRole('button', { name: /^Sample \d+, .* Look inside/ })
    .first()
    .click();
  await expect(inside.locator('.sample-verdict')).toContainText(`This is ${label}, read out as ${predicted}`);
  await expect(inside.locator('.sample-verdict')).toContainText('wrong');

  // Filters of the first layer, in OFF and ON; one leads to its map.
  const filters = page.getByRole('region', { name: 'First-layer filters' });
  await filters.getByRole('button', { name: /^Filter 2: OFF sum .*, ON sum / }).click();
  await expect(inside.getByRole('heading', { name: 'Spike raster of conv1' })).toBeVisible();
  await expect(neuronSlider(page)).toHaveAttribute('aria-valuetext', /map 2,/);

  // Everything is shown now: no rule is broken in either theme.
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    expect(await violations(page)).toEqual([]);
  }
  expect(stray).toEqual([]);
});

/** Recordings of many classes, a spot each: 2 to learn from and 1 to test with. */
function manyClasses(classes: number): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  for (let label = 0; label < classes; label++)
    for (let recording = 0; recording < 3; recording++) {
      const places = Array.from({ length: 40 }, (_, i) => i);
      const events = {
        sensor: { width: 34, height: 34 },
        tUs: Float64Array.from(places, (i) => 1000 * i + 10 * recording),
        x: Uint16Array.from(places, (i) => (7 * label + i) % 34),
        y: Uint16Array.from(places, (i) => (3 * label + 5 * i) % 34),
        polarity: Uint8Array.from(places, (i) => i % 2),
      };
      const name = `thing${String(label).padStart(2, '0')}`;
      files[`${recording < 2 ? 'Train' : 'Test'}/${name}/${recording}.bin`] = atisBytes(events);
    }
  return zipSync(files, { level: 0 });
}

test('a confusion matrix of many classes is read by keyboard and on a phone, with the samples behind each cell', async ({
  page,
}) => {
  const CLASSES = 40;
  await page.goto(addressWith({ T: 2, dt: 20_000, layers: '2C5s4-16FC', k: 2, n: 2, batch: 20, epochs: 1 }));
  await dropFiles(page, [{ name: 'things.zip', bytes: manyClasses(CLASSES) }]);
  await trainButton(page).click();
  await expectFinished(page);
  await page.getByRole('tab', { name: 'Inside', exact: true }).click();
  const confusion = page.getByRole('region', { name: 'Confusion matrix' });
  await expect(confusion.getByRole('img', { name: /^Confusion matrix of 40 classes/ })).toBeVisible();

  // Every test sample is in one cell: walking along the row of a class finds it.
  await confusion.getByLabel('True class').selectOption('thing12');
  await confusion.getByLabel('Read out as', { exact: true }).selectOption('thing00');
  const chosen = confusion.locator('.matrix-cell[aria-pressed="true"]');
  await expect(chosen).toHaveAccessibleName(/ samples of class thing12 read out as thing00$/);
  await chosen.focus();
  let found = 0;
  for (let predicted = 0; predicted < CLASSES; predicted++) {
    const name = `thing${String(predicted).padStart(2, '0')}`;
    await expect(chosen).toHaveAccessibleName(new RegExp(` of class thing12 read out as ${name}$`));
    await expect(chosen).toBeFocused();
    const count = Number(/^\d+/.exec((await chosen.getAttribute('aria-label')) ?? '')?.[0]);
    found += count;
    await expect(
      confusion.getByRole('button', { name: /^Sample \d+, class thing12 read out as/ }),
    ).toHaveCount(count);
    await page.keyboard.press('ArrowRight');
  }
  expect(found).toBe(1);
  await page.keyboard.press('PageDown');
  await page.keyboard.press('Home');
  await expect(chosen).toHaveAccessibleName(/class thing22 read out as thing00$/);
  await expect(chosen).toBeFocused();

  for (const [width, theme] of [
    [390, 'light'],
    [1440, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: theme });
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    // Readable without scrolling sideways, and wide enough for a finger.
    const table = confusion.locator('.matrix-scroll');
    await expect
      .poll(() => table.evaluate((box) => box.scrollWidth - box.clientWidth), { message: `at ${width}` })
      .toBe(0);
    expect((await chosen.boundingBox())?.width).toBeGreaterThanOrEqual(40);
    expect(await violations(page)).toEqual([]);
  }
});

test('without a run the view says what it will show', async ({ page }) => {
  await page.goto(addressWith(SMALL));
  await page.getByRole('tab', { name: 'Inside', exact: true }).click();
  await expect(page.getByText('Press Train: then every spike of every layer is shown here')).toBeVisible();
});
