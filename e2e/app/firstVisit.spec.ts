import { expect, test } from '@playwright/test';
import {
  accuracy,
  addressWith,
  expectFinished,
  expectRecording,
  latestDigest,
  SMALL,
  trainButton,
  watchPage,
} from './support.ts';

test('a first visit shows three moves, recordings that play, and a forecast, and asks no other machine', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  await page.goto('/');
  for (const move of ['Pick data', 'Choose (k, n)', 'Train'])
    await expect(page.getByRole('heading', { name: move, exact: false, level: 2 }).first()).toBeVisible();
  await expectRecording(page);
  await expect(page.getByRole('button', { name: /Saccade digits synthetic/ })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect(page.getByText(/than full backpropagation through time/)).toBeVisible();
  await expect(trainButton(page)).toBeEnabled();
  expect(stray).toEqual([]);
});

test('one click trains the built-in set; accuracy rises, memory is as forecast, and a rewind repeats it to the bit', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith({ ...SMALL, epochs: 3 }));
  await trainButton(page).click();
  await expectFinished(page);
  // Ten classes: a dead gradient stays at 10 %.
  expect(await accuracy(page, 'test accuracy')).toBeGreaterThan(0.35);
  await expect(page.getByText('equals the measured bytes')).toBeAttached();
  await expect(
    page.getByRole('img', { name: /^Accuracy\. Test accuracy of the last block is/ }),
  ).toBeVisible();
  const first = await latestDigest(page);
  expect(first.epoch).toBe(3);

  // Looked for in every frame: the first epoch may be over before a slower look.
  const beginning = page.waitForFunction(() =>
    /(Evaluating|Training), epoch 1 /.test(document.querySelector('.run-progress')?.textContent ?? ''),
  );
  await page.getByRole('button', { name: 'Train again' }).click();
  await beginning;
  await expectFinished(page);
  expect(await latestDigest(page)).toEqual(first);
  expect(stray).toEqual([]);
});

test('one step trains one batch and pauses', async ({ page }) => {
  await page.goto(addressWith(SMALL));
  await page.getByRole('button', { name: 'Train one step' }).click();
  await expect(page.getByText(/^Paused, epoch 1 of 2, batch 1 of 12$/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Train one step' }).click();
  await expect(page.getByText(/^Paused, epoch 1 of 2, batch 2 of 12$/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Rewind to the initial weights' }).click();
  await expect(page.getByText(/^Paused, epoch 1 of 2(, batch 0 of 12)?$/)).toBeVisible({ timeout: 60_000 });
});
