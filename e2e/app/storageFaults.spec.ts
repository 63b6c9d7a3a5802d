import { expect, type Page, test } from '@playwright/test';
import { recordingsZip } from './recordings.ts';
import {
  addressWith,
  dropFiles,
  expectFinished,
  keptRuns,
  latestDigest,
  SMALL,
  trainButton,
} from './support.ts';

// What the browser's storage and the tab do to a run: a sentence each, training goes on, and the weights are the same.

// Long enough for a checkpoint or two on the way.
const RUN = { ...SMALL, train: 200, test: 20, epochs: 5 };

// It would answer in the place of the routes.
test.use({ serviceWorkers: 'block' });

async function finalDigest(page: Page): Promise<string> {
  await expectFinished(page);
  return (await latestDigest(page)).digest;
}

async function begin(page: Page): Promise<void> {
  await page.goto('about:blank');
  await page.goto(addressWith(RUN));
  await trainButton(page).click();
}

let known: string | null = null;

/** Trains undisturbed, once, in a window of its own, whose storage is not that of the test. */
async function undisturbedDigest(page: Page): Promise<string> {
  if (known !== null) return known;
  const context = await page.context().browser()?.newContext();
  const other = await context?.newPage();
  if (!other) throw new Error('no second window');
  await other.goto(new URL(addressWith(RUN), page.url()).href);
  await trainButton(other).click();
  const digest = await finalDigest(other);
  await context?.close();
  known = digest;
  return digest;
}

/** Runs script text in front of every worker of the page. */
async function prependToWorkers(page: Page, script: string): Promise<void> {
  await page.route(/\/assets\/\w+Worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });
}

const problem = (page: Page, code: string) => page.getByRole('alert', { name: `Problem ${code}` });

async function expectEpoch(page: Page, epoch: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      const text = document.querySelector('.run-progress')?.textContent ?? '';
      return /^Finished/.test(text) || Number(/epoch (\d+) of/.exec(text)?.[1] ?? 0) >= wanted;
    },
    epoch,
    { timeout: 60_000, polling: 50 },
  );
}

test('a disk that is full: a sentence, and the same weights', async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto('/#v=1');
  const expected = await undisturbedDigest(page);
  const { origin } = new URL(page.url());
  const session = await page.context().newCDPSession(page);
  // The browser itself refuses the writes.
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 20_000 });
  await begin(page);
  await expect(problem(page, 'storage-full')).toContainText(
    'of the run could not be stored: the browser grants this page no more space.',
    { timeout: 100_000 },
  );
  await expect(problem(page, 'storage-full')).toContainText('Training goes on from memory.');
  expect(await finalDigest(page)).toBe(expected);
});

test('storage that is cleared while a run goes on: a sentence, the same weights, and it is kept again', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await page.goto('/#v=1');
  const expected = await undisturbedDigest(page);
  const { origin } = new URL(page.url());
  const session = await page.context().newCDPSession(page);
  await begin(page);
  await expect.poll(() => keptRuns(page), { timeout: 60_000 }).toHaveLength(1);
  // As by the button in the browser's settings.
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  await expect(problem(page, 'storage-wiped')).toContainText(
    "The browser's storage of this page was cleared while the run was going on.",
    { timeout: 100_000 },
  );
  expect(await finalDigest(page)).toBe(expected);
  await page.getByRole('tab', { name: 'Runs' }).click();
  await expect(page.getByRole('list', { name: 'Kept runs' }).getByRole('listitem')).toHaveCount(1);
});

test('storage that is refused, as in a private window: a sentence, and the same weights', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await page.goto('/#v=1');
  const expected = await undisturbedDigest(page);
  const refusing = `Object.defineProperty(StorageManager.prototype, 'getDirectory', {
    value: () => Promise.reject(new DOMException('refused', 'SecurityError')),
  });`;
  await page.addInitScript(refusing);
  await prependToWorkers(page, refusing);
  await begin(page);
  await expect(problem(page, 'storage-refused')).toContainText(
    'the browser refuses storage to this page, as private windows do',
    { timeout: 100_000 },
  );
  expect(await finalDigest(page)).toBe(expected);
  await page.getByRole('tab', { name: 'Runs' }).click();
  await expect(page.getByRole('region', { name: 'Runs', exact: true })).toContainText(
    'the browser refuses storage to this page',
  );
});

test('a hidden tab trains on, or pauses until it is back, as was chosen', async ({ page }) => {
  // What a browser does when another tab is shown.
  await page.addInitScript(() => {
    let isHidden = false;
    Object.defineProperty(Document.prototype, 'hidden', { get: () => isHidden });
    Object.defineProperty(Document.prototype, 'visibilityState', {
      get: () => (isHidden ? 'hidden' : 'visible'),
    });
    addEventListener('test-visibility', (event) => {
      isHidden = (event as CustomEvent<boolean>).detail;
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    });
  });
  const setHidden = (isHidden: boolean) =>
    page.evaluate((detail) => dispatchEvent(new CustomEvent('test-visibility', { detail })), isHidden);
  await page.goto(addressWith({ ...RUN, epochs: 40 }));
  await trainButton(page).click();
  await expectEpoch(page, 2);
  await setHidden(true);
  await expectEpoch(page, 3);
  await setHidden(false);

  await page.getByRole('tab', { name: 'Runs' }).click();
  // The checkpoint that was taken when the tab went out of sight.
  await expect(page.getByRole('list', { name: 'Kept runs' }).getByRole('listitem')).toHaveCount(1);
  await page.getByLabel('While this tab is hidden').selectOption('pause');
  await page.getByRole('tab', { name: 'Train', exact: true }).click();
  await setHidden(true);
  const line = page.locator('.run-progress');
  await expect(line).toContainText('Paused, epoch');
  const place = await line.textContent();
  await page.getByRole('tab', { name: 'Charts' }).click();
  await page.getByRole('tab', { name: 'Train', exact: true }).click();
  expect(await line.textContent()).toBe(place);
  await setHidden(false);
  await expect(line).toContainText('Training, epoch');
  // The choice outlives a reload.
  await page.reload();
  await page.getByRole('tab', { name: 'Runs' }).click();
  await expect(page.getByLabel('While this tab is hidden')).toHaveValue('pause');
});

test('a run on dropped recordings goes on after a reload without its files, to the same weights', async ({
  page,
}) => {
  test.setTimeout(240_000);
  const { bytes } = await recordingsZip();
  const settings = { ...RUN, T: 4, k: 2, dt: 75_000, epochs: 16 };
  await page.goto(addressWith(settings));
  await dropFiles(page, [{ name: 'recordings.zip', bytes }]);
  await trainButton(page).click();
  const undisturbed = await finalDigest(page);

  const before = await keptRuns(page);
  await page.getByRole('button', { name: 'Train again' }).click();
  await expect.poll(() => keptRuns(page), { timeout: 60_000 }).toHaveLength(before.length + 1);
  await page.reload();
  const offer = page.getByRole('region', { name: 'A run that was interrupted' });
  await offer.getByRole('button', { name: 'Go on with it' }).click({ timeout: 30_000 });
  expect(await finalDigest(page)).toBe(undisturbed);
  await expect(page.getByRole('alert')).toHaveCount(0);
});
