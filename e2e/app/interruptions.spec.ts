import { readFileSync } from 'node:fs';
import { type CDPSession, expect, type Page, test } from '@playwright/test';
import { addressWith, expectFinished, latestDigest, MAY_CRASH, SMALL, trainButton } from './support.ts';

// What the GPU, the storage and the tab do to a run at moments other than training: it ends with the weights of an
// undisturbed run, and what was lost is said in a sentence.

test.use(MAY_CRASH);

const RUN = { ...SMALL, train: 60, test: 100, epochs: 2, T: 4, k: 2, dt: 75_000 };

async function begin(page: Page, settings: Record<string, unknown> = RUN): Promise<void> {
  await page.goto('about:blank');
  await page.goto(addressWith(settings));
  await trainButton(page).click();
}

async function finalDigest(page: Page): Promise<string> {
  await expectFinished(page);
  const { epoch, digest } = await latestDigest(page);
  expect(epoch).toBe(2);
  return digest;
}

/** Waits until the line of progress begins so. */
async function expectPlace(page: Page, beginning: string): Promise<void> {
  await page.waitForFunction(
    (text) => document.querySelector('.run-progress')?.textContent?.startsWith(text),
    beginning,
    { polling: 'raf', timeout: 60_000 },
  );
}

const crashGpu = (session: CDPSession) => session.send('Browser.crashGpuProcess' as 'Browser.close');

test('the GPU process is killed while a run starts up and while it evaluates: the weights are the same', async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  const session = await browser.newBrowserCDPSession();
  await begin(page);
  const undisturbed = await finalDigest(page);

  // Before anything is asked of it: the page has its adapter, and the device is gone.
  await page.goto('about:blank');
  await page.goto(addressWith(RUN));
  await expect(trainButton(page)).toBeEnabled();
  await crashGpu(session);
  await trainButton(page).click();
  expect(await finalDigest(page), 'killed before the start').toBe(undisturbed);

  await begin(page);
  await expectPlace(page, 'Preparing the GPU');
  await crashGpu(session);
  expect(await finalDigest(page), 'killed while starting up').toBe(undisturbed);

  await begin(page);
  await expectPlace(page, 'Evaluating, epoch 2');
  await crashGpu(session);
  expect(await finalDigest(page), 'killed while evaluating').toBe(undisturbed);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('the GPU process is killed while a sweep trains: its results are those of an undisturbed sweep', async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  const session = await browser.newBrowserCDPSession();
  await page.goto(addressWith({ ...RUN, epochs: 4 }));
  await page.getByRole('tab', { name: 'Compare & sweep' }).click();
  const panel = page.getByRole('region', { name: 'Sweep over (k, n)' });
  const digests: string[][] = [];
  for (const isDisturbed of [false, true]) {
    await panel.getByLabel('k, truncation intervals').fill('4, 2');
    await panel.getByLabel('n, block sizes').fill('1');
    await panel.getByLabel('seeds', { exact: true }).fill('1');
    await panel.getByRole('button', { name: 'Start the sweep' }).click();
    if (isDisturbed) {
      await expect(panel.getByText(/now k = 4, n = 1, seed 1/)).toBeVisible({ timeout: 60_000 });
      await crashGpu(session);
      await expect(panel.getByText(/now k = 2, n = 1, seed 1/)).toBeVisible({ timeout: 60_000 });
      await crashGpu(session);
    }
    await expect(panel.getByText(/2 of 2 runs done/)).toBeVisible({ timeout: 120_000 });
    const download = page.waitForEvent('download');
    await panel.getByRole('button', { name: 'Save results as CSV' }).click();
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    // The last column is a time.
    digests.push(lines.map((line) => line.replace(/,[^,]*$/, '')));
    if (!isDisturbed) {
      await panel.getByRole('button', { name: 'Discard the sweep' }).click();
      await panel.getByRole('button', { name: 'Discard it with its results' }).click();
      await panel.getByText('A new sweep').click();
    }
  }
  expect(digests[0]).toHaveLength(2);
  expect(digests[1]).toEqual(digests[0]);
});
