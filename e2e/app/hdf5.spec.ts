import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import * as h5 from 'h5wasm';
import { addressWith, dropFiles, expectRecording, SMALL, watchPage } from './support.ts';

const BLOSC = 32001;

/** A recording in DSEC's layout, its columns compressed with Blosc and Zstandard, as DSEC's are. */
async function bloscFile(x: number): Promise<Uint8Array> {
  const module = await h5.ready;
  module.FS.mkdirTree('/filters');
  module.insert_plugin_search_path('/filters', 0);
  module.FS.writeFile(
    '/filters/libblosc.so',
    new Uint8Array(readFileSync('node_modules/h5wasm-plugins/plugins/libH5Zblosc.so')),
  );
  const file = new h5.File('written.h5', 'w');
  const group = file.create_group('events');
  const count = 3000;
  const column = (name: string, data: Uint32Array | Uint16Array | Uint8Array) =>
    group.create_dataset({
      name,
      data,
      shape: [count],
      chunks: [1024],
      compression: BLOSC,
      compression_opts: [0, 0, 0, 0, 5, 1, 5],
    });
  column(
    't',
    Uint32Array.from({ length: count }, (_, i) => i * 100),
  );
  column(
    'x',
    Uint16Array.from({ length: count }, (_, i) => x + (i % 3)),
  );
  column(
    'y',
    Uint16Array.from({ length: count }, (_, i) => i % 30),
  );
  column(
    'p',
    Uint8Array.from({ length: count }, (_, i) => i % 2),
  );
  file.close();
  return module.FS.readFile('written.h5').slice();
}

test('HDF5 recordings compressed with Blosc are read in the page', async ({ page }) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith(SMALL));
  const [left, right] = [await bloscFile(2), await bloscFile(25)];
  await dropFiles(page, [
    { name: 'left/1.h5', bytes: left },
    { name: 'left/2.h5', bytes: left },
    { name: 'right/3.h5', bytes: right },
    { name: 'right/4.h5', bytes: right },
  ]);
  await expectRecording(page);
  await expect(page.getByText(/class \S+, (train|test), 3000 events/)).toBeVisible();
  const facts = page.getByRole('region', { name: 'Pick data' });
  await expect(facts.locator('dl > div', { hasText: 'sensor' })).toContainText('34 × 34');
  expect(stray).toEqual([]);
});
