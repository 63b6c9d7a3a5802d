import { expect, type Page, test } from '@playwright/test';
import { addressWith, expectFinished, SMALL, trainButton, watchPage } from './support.ts';

// Two sick sessions, diagnosed and cured by the buttons of the page. Every finding is provoked and cured in
// src/session/doctor/diagnose.test.ts.

const TINY = { ...SMALL, train: 60, test: 20, epochs: 2 };

const finding = (page: Page, title: RegExp) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title }) });

async function openFindings(page: Page): Promise<void> {
  await page.getByText(/^\d+ findings? of the doctor$/).click();
}

test('a first layer with weights far too small is called silent, and cured by the gain that is offered', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith({ ...TINY, firstLayerGain: 0.01 }));
  await expect(page.getByText('The doctor looks at the run once it trains.')).toBeVisible();
  await trainButton(page).click();
  await expectFinished(page);
  await openFindings(page);
  const silent = finding(page, /conv1 is silent/);
  await expect(silent).toContainText('fires in 0 % of neuron steps');
  // What follows from it says so and offers nothing of its own.
  await expect(finding(page, /stands at 1\/N_c = 0\.1/)).toContainText(
    'It follows from the above: conv1 is silent',
  );
  const remedy = silent.getByRole('button', { name: /^Set first-layer gain 0\.01 → \d/ });
  await remedy.click();
  await expect(silent).toContainText(/firstLayerGain = [\d.]+ is set\./);
  await silent.getByRole('button', { name: 'Train a new run' }).click();
  await expectFinished(page);
  await expect(page.getByText('conv1 is silent')).toHaveCount(0);

  // The same findings stand in the view Inside.
  await page.getByRole('tab', { name: 'Inside', exact: true }).click();
  await expect(page.getByRole('heading', { name: /^Doctor/ })).toBeVisible();
  await expect(page.getByText('conv1 is silent')).toHaveCount(0);
  expect(stray).toEqual([]);
});

test('a run that ends in NaN is named, and trains to its end with the learning rate that is offered', async ({
  page,
}) => {
  await page.goto(addressWith({ ...TINY, epochs: 6, lr: 1000, weightDecay: 0.01 }));
  await trainButton(page).click();
  // The run stands at its last checkpoint, and says why.
  await expect(page.getByRole('alert', { name: 'Problem not-finite' })).toBeVisible({ timeout: 100_000 });
  await expect(page.getByText(/^Paused, epoch/)).toBeVisible();
  await openFindings(page);
  const broken = finding(page, /A weight became infinite, or no number at all/);
  await expect(broken).toContainText('Learning rate times weight decay is 10');
  await broken.getByRole('button', { name: 'Set learning rate 1000 → 0.05' }).click();
  await broken.getByRole('button', { name: /^Train/ }).click();
  await expectFinished(page);
  await expect(page.getByText(/A weight became infinite, or no number at all/)).toHaveCount(0);
});
