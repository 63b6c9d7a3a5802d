import { expect, type Page, test } from '@playwright/test';
import { createRandom } from '../../src/core/random.ts';
import {
  addressWith,
  expectFinished,
  keptRuns,
  latestDigest,
  MAY_CRASH,
  SMALL,
  trainButton,
  watchPage,
} from './support.ts';

// Runs survive a reload, a lost GPU process and a second tab, and end with the weights of an undisturbed run.
// More moments: SPIKELET_FAULTS=20 (docs/reliability.md).

test.use(MAY_CRASH);

const moments = Number(process.env.SPIKELET_FAULTS ?? 1);
// Long enough that a fast machine is still in the middle when the first checkpoint is kept.
const SETTINGS = { ...SMALL, train: 200, epochs: 10 };
const random = createRandom(3, 'test', 9);

async function trainToTheEnd(page: Page): Promise<string> {
  await page.goto(addressWith(SETTINGS));
  await trainButton(page).click();
  await expectFinished(page);
  const { epoch, digest } = await latestDigest(page);
  expect(epoch).toBe(SETTINGS.epochs);
  return digest;
}

/** Waits until the run has come so far: epochs with figures, and a part of the next. */
async function expectProgress(page: Page, epochs: number): Promise<void> {
  const epoch = Math.floor(epochs) + 1;
  const batch = Math.max(1, Math.floor((epochs % 1) * 20));
  const reached = await page.waitForFunction(
    ([wantedEpoch, wantedBatch]) => {
      const text = document.querySelector('.run-progress')?.textContent ?? '';
      const place = /epoch (\d+) of \d+, batch (\d+)/.exec(text);
      if (/^Finished/.test(text)) return 'too late';
      if (!place) return false;
      const [at, batchAt] = [Number(place[1]), Number(place[2])];
      return (at > wantedEpoch || (at === wantedEpoch && batchAt >= wantedBatch)) && 'there';
    },
    [epoch, batch],
    { timeout: 100_000, polling: 50 },
  );
  expect(await reached.jsonValue()).toBe('there');
}

/** Begins the run anew on the page where it is finished. */
async function trainAgain(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Train again' }).click();
  await expect(page.getByText(/^Finished/)).toHaveCount(0);
}

test('a run goes on after a reload, to the same weights', async ({ page }) => {
  test.setTimeout(240_000 + moments * 120_000);
  const { stray } = watchPage(page);
  const undisturbed = await trainToTheEnd(page);
  for (let moment = 0; moment < moments; moment++) {
    const before = await keptRuns(page);
    await trainAgain(page);
    await expectProgress(page, 2 + 6 * random.uniform());
    // The first checkpoint is kept after an epoch, when a second has passed; before that there is nothing to lose.
    const isKept = async () => (await keptRuns(page)).some((id) => !before.includes(id));
    await expect.poll(isKept, { intervals: [50] }).toBe(true);
    await expect(page.getByText(/^Finished/)).toHaveCount(0);
    await page.reload();
    const offer = page.getByRole('region', { name: 'A run that was interrupted' });
    await expect(offer).toContainText('was being trained when the page was closed', { timeout: 60_000 });
    // Nothing has started by itself.
    await expect(page.getByText('Ready', { exact: true })).toBeVisible();
    await offer.getByRole('button', { name: 'Go on with it' }).click();
    await expectFinished(page);
    expect(await latestDigest(page), `reload ${moment}`).toEqual({
      epoch: SETTINGS.epochs,
      digest: undisturbed,
    });
  }
  expect(stray).toEqual([]);
});

test('a run goes on after the GPU process was killed, to the same weights', async ({ page, browser }) => {
  test.setTimeout(240_000 + moments * 120_000);
  const { stray } = watchPage(page);
  const undisturbed = await trainToTheEnd(page);
  const session = await browser.newBrowserCDPSession();
  for (let moment = 0; moment < moments; moment++) {
    await trainAgain(page);
    await expectProgress(page, 9.8 * random.uniform());
    await session.send('Browser.crashGpuProcess' as 'Browser.close');
    await expectFinished(page);
    expect(await latestDigest(page), `GPU process killed ${moment}`).toEqual({
      epoch: SETTINGS.epochs,
      digest: undisturbed,
    });
    await expect(page.getByRole('alert')).toHaveCount(0);
  }
  expect(stray).toEqual([]);
});

test('kept runs are named, compared, duplicated, exported, imported, opened and deleted', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith({ ...SMALL, epochs: 1 }));
  await trainButton(page).click();
  await expectFinished(page);
  const { digest } = await latestDigest(page);

  await page.getByRole('tab', { name: 'Runs' }).click();
  const list = page.getByRole('list', { name: 'Kept runs' });
  await expect(list.getByRole('listitem')).toHaveCount(1);
  const row = list.getByRole('listitem').first();
  await expect(row).toContainText('k = 4, n = 1');
  await expect(row).toContainText('on this page');
  await expect(page.getByText(/used of \d/)).toBeVisible();

  await row.getByLabel('Name of the run').fill('first try');
  await row.getByLabel('Name of the run').press('Enter');
  await row.getByLabel(/^Note on/).fill('n = 1 is enough');
  await row.getByLabel(/^Note on/).press('Enter');
  await row.getByRole('button', { name: 'Let it stay' }).click();
  await expect(row.getByRole('button', { name: 'Stays' })).toHaveAttribute('aria-pressed', 'true');
  await expect(row.getByLabel('Note on first try')).toHaveValue('n = 1 is enough');

  await row.getByRole('button', { name: 'Duplicate' }).click();
  await expect(list.getByRole('listitem')).toHaveCount(2);
  const copy = list.getByRole('listitem', { name: 'first try (copy)' });
  const download = page.waitForEvent('download');
  await copy.getByRole('button', { name: 'Export' }).click();
  const file = await (await download).path();
  await copy.getByRole('button', { name: 'Delete' }).click();
  await copy.getByRole('button', { name: 'Really delete?' }).click();
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await page.getByLabel('File of a run').setInputFiles(file);
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await page.getByLabel('File of a run').setInputFiles({
    name: 'broken.spelet-run',
    mimeType: '',
    buffer: Buffer.from('SPIKELET and then nothing'),
  });
  await expect(page.getByRole('alert', { name: 'Problem run-file-invalid' })).toBeVisible();
  await page.getByRole('button', { name: 'Hide this problem' }).click();

  // Over the live curves of every chart that shows this run, with its name in the list of pins.
  await row.getByRole('button', { name: 'Overlay in charts' }).click();
  await expect(row.getByRole('button', { name: 'In the charts' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('tab', { name: 'Charts', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Pinned runs' })).toContainText(/first try.*% after 1/);
  for (const title of ['Accuracy', 'Training loss per block', 'GPU memory', 'Firing rate per layer']) {
    const figure = page
      .getByRole('figure')
      .filter({ has: page.getByRole('heading', { name: title, exact: true }) });
    await expect(figure.locator('path.chart-line-pin').first(), title).toHaveAttribute('d', /^M/);
  }
  await page.getByRole('button', { name: 'Unpin first try' }).click();
  await page.getByRole('tab', { name: 'Runs' }).click();
  await expect(row.getByRole('button', { name: 'Overlay in charts' })).toHaveAttribute(
    'aria-pressed',
    'false',
  );

  for (const box of await page.getByRole('checkbox', { name: /^Compare/ }).all()) await box.check();
  const table = page.getByRole('region', { name: 'Comparison of runs' });
  await expect(table.getByRole('row', { name: /weights/ }).getByText(digest.slice(0, 8))).toHaveCount(2);
  await expect(table).toContainText('Their settings are the same.');

  // The run that is open is left alone when its copy is opened and trained on.
  await copy.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByText('Finished 1 epochs')).toBeVisible();
  expect((await latestDigest(page)).digest).toBe(digest);
  expect(stray).toEqual([]);
});

test('a second tab is told that the run is open in the first, and changes nothing', async ({
  page,
  context,
}) => {
  await page.goto(addressWith({ ...SMALL, epochs: 30 }));
  await trainButton(page).click();
  await expectProgress(page, 1.1);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText(/^Paused, epoch/)).toBeVisible();
  const before = await page.locator('.run-progress').textContent();

  const second = await context.newPage();
  await second.goto(addressWith({ ...SMALL, epochs: 30 }));
  await expect(second.getByRole('region', { name: 'A run that was interrupted' })).toHaveCount(0);
  await second.getByRole('tab', { name: 'Runs' }).click();
  const row = second.getByRole('list', { name: 'Kept runs' }).getByRole('listitem').first();
  await expect(row).toContainText('open in another tab');
  await expect(row.getByRole('button', { name: 'Delete' })).toBeDisabled();
  await row.getByRole('button', { name: 'Open' }).click();
  await second.getByRole('button', { name: 'Continue' }).click();
  await expect(second.getByRole('alert', { name: 'Problem run-busy' })).toContainText(
    'This run is open in another tab of this browser.',
    // The recordings are made first.
    { timeout: 90_000 },
  );
  await second.close();
  expect(await page.locator('.run-progress').textContent()).toBe(before);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expectProgress(page, 2.2);
});
