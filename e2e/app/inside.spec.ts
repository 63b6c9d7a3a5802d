import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { accuracy, addressWith, expectFinished, SMALL, trainButton, watchPage } from './support.ts';

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
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
  }
  expect(stray).toEqual([]);
});

test('without a run the view says what it will show', async ({ page }) => {
  await page.goto(addressWith(SMALL));
  await page.getByRole('tab', { name: 'Inside', exact: true }).click();
  await expect(page.getByText('Press Train: then every spike of every layer is shown here')).toBeVisible();
});
