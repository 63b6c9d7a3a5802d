import { expect, type LaunchOptions, type Locator, type Page } from '@playwright/test';
import { encodeLink } from '../../src/session/linkCodec.ts';
import { defaultSession } from '../../src/session/session.ts';
import { applySetting } from '../../src/session/sessionFields.ts';

/** Small enough for a software adapter: an epoch takes a few seconds and already learns. */
export const SMALL = {
  train: 120,
  test: 40,
  T: 8,
  dt: 37_500,
  layers: '4C5s2-AP2-32FC',
  k: 4,
  n: 1,
  batch: 10,
  epochs: 2,
};

/**
 * For tests that end the GPU process: a browser gives up on a GPU that crashes too often, and Chromium refuses it to a page after
 * the second crash within minutes.
 */
export const MAY_CRASH = {
  launchOptions: async (
    { launchOptions }: { launchOptions: LaunchOptions },
    use: (options: LaunchOptions) => Promise<void>,
  ) => {
    const extra = ['--disable-gpu-process-crash-limit', '--disable-domain-blocking-for-3d-apis'];
    await use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...extra] });
  },
};

/** The runs that have a checkpoint in the browser's storage. */
export function keptRuns(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const ids = new Set<string>();
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('runs', { create: true });
    for await (const name of folder.keys()) {
      if (name.includes('.checkpoint')) ids.add(name.split('.')[0]);
    }
    return [...ids];
  });
}

/** Address of the page with these settings (short names) in its link. */
export function addressWith(settings: Record<string, unknown>): string {
  let session = defaultSession();
  for (const [name, value] of Object.entries(settings)) session = applySetting(session, name, value);
  return `/#${encodeLink(session)}`;
}

export function trainButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Train', exact: true });
}

/** Waits until the run is over. */
export async function expectFinished(page: Page): Promise<void> {
  await expect(page.getByText(/^Finished \d+ epochs$/)).toBeVisible({ timeout: 100_000 });
}

/** Waits until a recording is in the player: a built-in set takes a few seconds to make. */
export async function expectRecording(page: Page): Promise<void> {
  await expect(page.getByText(/class \w+, (train|test), \d+ events/)).toBeVisible({ timeout: 90_000 });
}

/** The value beside a name in the figures of the Train panel: 0..1 for a percentage. */
export async function accuracy(page: Page, name: 'test accuracy' | 'training accuracy'): Promise<number> {
  const figure = page.getByRole('region', { name: 'Train' }).locator('dl > div', { hasText: name });
  const text = await figure.getByRole('definition').textContent();
  return Number.parseFloat(text ?? '') / 100;
}

/** Number and digest of the latest epoch, from the epoch table, which is opened. */
export async function latestDigest(page: Page): Promise<{ epoch: number; digest: string }> {
  const line = page.getByText(/^Weights after epoch \d+, sha256/);
  const table = page.locator('details', { hasText: 'Epochs in figures' });
  if ((await table.getAttribute('open')) === null) await page.getByText('Epochs in figures').click();
  await expect(line).toBeVisible({ timeout: 60_000 });
  const match = /after epoch (\d+), sha256 ([0-9a-f]{64})/.exec((await line.textContent()) ?? '');
  return { epoch: Number(match?.[1]), digest: match?.[2] ?? '' };
}

/** The question about the classes of a drop of several recordings. */
export function importDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Check the import' });
}

/**
 * Drops files on the drop zone as a visitor would from the desktop.
 * @param isConfirmed False leaves the question about the classes of several recordings to the test; else they are imported
 *   as they are found.
 */
export async function dropFiles(
  page: Page,
  files: { name: string; bytes: Uint8Array }[],
  isConfirmed = true,
): Promise<void> {
  if (isConfirmed) {
    const dialog = importDialog(page);
    await page.removeLocatorHandler(dialog);
    await page.addLocatorHandler(dialog, async () => {
      await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    });
  }
  const packed = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
  const transfer = await page.evaluateHandle(async (list) => {
    const data = new DataTransfer();
    for (const { name, base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name));
    }
    return data;
  }, packed);
  await page
    .getByRole('region', { name: 'Your own recordings' })
    .dispatchEvent('drop', { dataTransfer: transfer });
  if (isConfirmed) await settleDrop(page);
}

/** Waits until a drop is read, and confirms its classes; a question about columns is left to the test. */
async function settleDrop(page: Page): Promise<void> {
  const job = page.locator('.data-status progress');
  const confirm = importDialog(page).getByRole('button', { name: 'Import', exact: true });
  const columns = page.getByRole('dialog', { name: 'What are the columns?' });
  // A small drop may be over before anyone looks.
  await job.waitFor({ timeout: 2000 }).catch(() => {});
  await expect
    .poll(
      async () => {
        // The handler of the dialog may have pressed it already.
        if (await confirm.isVisible()) await confirm.click({ timeout: 2000 }).catch(() => {});
        return (await columns.isVisible()) || (await job.count()) === 0;
      },
      { timeout: 90_000 },
    )
    .toBe(true);
}

/** Fails the test at its end when the page logged an error or asked another origin for anything. */
export function watchPage(page: Page): { stray: string[] } {
  const stray: string[] = [];
  page.on('pageerror', (error) => stray.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') stray.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.hostname !== '127.0.0.1')
      stray.push(`request: ${url}`);
  });
  return { stray };
}
