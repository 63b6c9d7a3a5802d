import { gzipSync } from 'node:zlib';
import { expect as expectFast, type Page, test } from '@playwright/test';
import { BlobReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { packTar } from 'modern-tar';
import { addressWith, dropFiles, importDialog, SMALL, watchPage } from './support.ts';

// Code of a part of the page is fetched when it is first shown.
const expect = expectFast.configure({ timeout: 30_000 });

type Members = Record<string, Uint8Array>;

/** Twelve ATIS events at x = mark. */
const recording = (mark: number) =>
  Uint8Array.from({ length: 60 }, (_, i) => [mark, 3, 0x80, Math.floor(i / 5), 7][i % 5]);

const MEMBERS: Members = {
  'Train/left/1.bin': recording(1),
  'Train/right/2.bin': recording(30),
  'Test/left/3.bin': recording(2),
  'Test/right/4.bin': recording(31),
};

async function zip(members: Members, options: { level?: number; zip64?: boolean; password?: string } = {}) {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { ...options, useWebWorkers: false });
  for (const [path, bytes] of Object.entries(members))
    await writer.add(path, new BlobReader(new Blob([bytes as Uint8Array<ArrayBuffer>])));
  return writer.close();
}

const tar = (members: Members) =>
  packTar(
    Object.entries(members).map(([name, body]) => ({
      header: { name, size: body.length, type: 'file' as const },
      body,
    })),
  );

const gzipped = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).map(([path, bytes]) => [`${path}.gz`, gzipSync(bytes)]));

const asFiles = (members: Members) => Object.entries(members).map(([name, bytes]) => ({ name, bytes }));

const KINDS: [string, () => Promise<{ name: string; bytes: Uint8Array }[]>][] = [
  ['a folder', async () => asFiles(MEMBERS)],
  ['zip, stored', async () => [{ name: 's.zip', bytes: await zip(MEMBERS, { level: 0 }) }]],
  ['zip, deflated', async () => [{ name: 's.zip', bytes: await zip(MEMBERS, { level: 9 }) }]],
  ['zip, Zip64', async () => [{ name: 's.zip', bytes: await zip(MEMBERS, { zip64: true }) }]],
  ['tar', async () => [{ name: 's.tar', bytes: await tar(MEMBERS) }]],
  ['tar.gz', async () => [{ name: 's.tar.gz', bytes: gzipSync(await tar(MEMBERS)) }]],
  ['gz of each file', async () => asFiles(gzipped(MEMBERS))],
  [
    'zip in zip',
    async () => {
      const inner = await zip(MEMBERS);
      return [{ name: 's.zip', bytes: await zip({ 'inner.zip': inner }, { level: 0 }) }];
    },
  ],
  [
    'tar.gz in zip',
    async () => {
      const inner = gzipSync(await tar(MEMBERS));
      return [{ name: 's.zip', bytes: await zip({ 'inner.tar.gz': inner }) }];
    },
  ],
];

async function expectSet(page: Page): Promise<void> {
  const panel = page.getByRole('region', { name: 'Pick data' });
  await expect(panel.locator('dl > div', { hasText: 'training' })).toContainText('2');
  await expect(panel.locator('dl > div', { hasText: 'test' })).toContainText('2');
  await expect(page.getByText(/class (left|right), (train|test), 12 events/)).toBeVisible();
}

test('every kind of container gives the same set', async ({ page }) => {
  const { stray } = watchPage(page);
  for (const [kind, files] of KINDS) {
    await test.step(kind, async () => {
      await page.goto('about:blank');
      await page.goto(addressWith(SMALL));
      await dropFiles(page, await files(), false);
      const dialog = importDialog(page);
      await expect(dialog.getByText('4 recordings')).toBeVisible();
      await expect(dialog.getByLabel('Name of class left')).toHaveValue('left');
      await dialog.getByRole('button', { name: 'Import', exact: true }).click();
      await expectSet(page);
      await expect(page.locator('.import-problems')).toHaveCount(0);
    });
  }
  expect(stray).toEqual([]);
});

test('an encrypted zip is refused by name, and says what to do', async ({ page }) => {
  await page.goto(addressWith(SMALL));
  const bytes = await zip({ 'a/1.bin': recording(1) }, { password: 'secret' });
  await dropFiles(page, [{ name: 'secret.zip', bytes }]);
  const item = page.getByRole('listitem').filter({ hasText: 'secret/a/1.bin' });
  await expect(item).toContainText('is encrypted');
  await expect(item).toContainText('Unpack it with its password');
});

test('what unpacks to a thousand times its size goes to the disk, and the page lives', async ({ page }) => {
  await page.goto(addressWith(SMALL));
  // As a recording of five bytes per event, 40 MB of zeros are eight million events of one pixel.
  const bytes = gzipSync(new Uint8Array(40_000_000), { level: 9 });
  await dropFiles(page, [{ name: 'zeros.bin.gz', bytes }]);
  await expect(page.getByText(/3000000 events, the first of 8000000/)).toBeVisible({ timeout: 90_000 });
  await page.getByRole('button', { name: /Saccade digits/ }).click();
  await expect(page.getByText(/class \d, (train|test), \d+ events/)).toBeVisible({ timeout: 90_000 });
});
