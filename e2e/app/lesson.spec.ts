import { expect, type Page, test } from '@playwright/test';
import { ANCHORS } from '../../src/ui/shared/anchors.ts';
import { addressWith, expectRecording, SMALL, trainButton, watchPage } from './support.ts';

const lesson = (page: Page) => page.getByRole('region', { name: 'Lesson' });
const next = (page: Page) => lesson(page).getByRole('button', { name: 'Next', exact: true });

test('the lesson leads a first visit to a trained network by the real controls, and does not come again', async ({
  page,
}) => {
  test.setTimeout(240_000);
  const { stray } = watchPage(page);
  await page.goto('/');
  await expect(lesson(page)).toContainText('What the network sees');
  await expectRecording(page);
  await expect(next(page)).toHaveCount(0);
  await expect(page.locator('.player[data-spotlit]')).toBeVisible();
  // What the first step asks for is in sight, and the head of the page still is.
  await expect(page.getByRole('heading', { level: 1 })).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('button', { name: 'Next recording' })).toBeInViewport({ ratio: 1 });
  await page.getByRole('button', { name: 'Next recording' }).click();
  await next(page).click();

  await expect(lesson(page)).toContainText('how far errors look back');
  await expect(next(page)).toHaveCount(0);
  await page.getByRole('tab', { name: 'Charts', exact: true }).click();
  await lesson(page).getByRole('button', { name: 'Go on with the lesson' }).click();
  await expect(page.locator('.stepper-k[data-spotlit]')).toBeVisible();
  await page.getByRole('slider', { name: /^k, truncation/ }).press('ArrowLeft');
  await expect(lesson(page)).toContainText('k is now 4 of 20 steps');
  await expect(lesson(page)).toContainText('full backpropagation through time takes');
  await next(page).click();

  // A reload goes on where it was.
  await page.reload();
  await expect(lesson(page)).toContainText('how many layers learn together');
  await page.getByRole('button', { name: 'Smaller n' }).click();
  await expect(lesson(page)).toContainText('n is now 1.');
  await next(page).click();

  await lesson(page).getByRole('button', { name: 'Take the small network' }).click();
  await trainButton(page).click();
  await next(page).click();
  await expect(lesson(page)).toContainText(/You have trained a spiking network: with k = \d+ and n = 1 it/, {
    timeout: 180_000,
  });
  await lesson(page).getByRole('button', { name: 'Done' }).click();
  await expect(lesson(page)).toHaveCount(0);

  await page.reload();
  await expect(trainButton(page)).toBeVisible();
  await expect(lesson(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Lesson', exact: true }).click();
  await expect(lesson(page)).toContainText('What the network sees');
  await lesson(page).getByRole('button', { name: 'Skip the lesson' }).click();
  await expect(lesson(page)).toHaveCount(0);
  expect(stray).toEqual([]);
});

test('in a low window the page is scrolled to what the lesson asks for', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 700 });
  await page.goto('/');
  await expect(page.locator('.player[data-spotlit]')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Next recording' })).toBeInViewport({ ratio: 1 });
});

test('a link shows no lesson by itself', async ({ page }) => {
  await page.goto(addressWith(SMALL));
  await expect(trainButton(page)).toBeVisible();
  await expect(lesson(page)).toHaveCount(0);
});

test('words are explained beside their fields, with the numbers of the settings, and show the real thing', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith({ ...SMALL, beta: 0.9 }));
  await page.getByText('Network, neuron and optimizer').click();
  await page.getByRole('button', { name: 'What is beta?' }).click();
  const card = page.getByRole('note', { name: 'What is beta?' });
  await expect(card).toContainText('after 22 steps');
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();

  await page.getByRole('button', { name: 'What is test accuracy?' }).click();
  await page.getByRole('note', { name: 'What is test accuracy?' }).getByRole('button').click();
  await expect(page.locator('.panel-train .figures[data-spotlit]')).toBeVisible();
  expect(stray).toEqual([]);
});

test('every place that an explanation points at is there', async ({ page }) => {
  await page.goto(addressWith(SMALL));
  for (const [id, { view, selector }] of Object.entries(ANCHORS)) {
    await page.locator(`#tab-${view}`).click();
    await expect(page.locator(`#view-${view} :is(${selector})`).first(), id).toBeVisible();
  }
});
