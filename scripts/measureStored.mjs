// Trains on one data set twice: read from the browser's storage a batch at a time, and held in memory. Says what an
// iteration takes in either case (the evaluations of an epoch included), and that both end in the same weights. Not part of
// the tests: it takes minutes.
//
//   node scripts/measureStored.mjs [recordings, default 120]
//
// A recording has 20 frames of 128 x 128 pixels of two polarities, 80 KiB. The size up to which the page hands frames over
// in memory (IN_MEMORY_BYTES of src/data/stored/storedSets.ts) is moved on the way to the browser, so that the same frames
// come from the one place or the other.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { createServer } from 'vite';
import { browserArguments, ensureBrowser } from './browser.mjs';

const COUNT = Number(process.argv[2] ?? 120);
const SIDE = 128;
const EVENTS = 3000;
const EPOCHS = 5;
const BATCH = 8;
const LIMIT = 'IN_MEMORY_BYTES = 128 * 2 ** 20';

const folder = mkdtempSync(join(tmpdir(), 'spikelet-stored-'));

/** A Prophesee DAT recording: a bar that moves to one side over noise. @param {number} number */
function recording(number) {
  const header = `% Version 2\n% Width ${SIDE}\n% Height ${SIDE}\n`;
  const data = Buffer.alloc(EVENTS * 8);
  let state = number + 1;
  for (let i = 0; i < EVENTS; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const way = Math.floor((i * SIDE) / EVENTS);
    const x = (number % 2 === 0 ? way : SIDE - 1 - way) ^ (state >>> 30);
    data.writeUInt32LE(i * 200, 8 * i);
    data.writeUInt32LE((x | (((state >>> 8) % SIDE) << 14) | (((state >>> 5) & 1) << 28)) >>> 0, 8 * i + 4);
  }
  return Buffer.concat([Buffer.from(header, 'latin1'), Buffer.from([12, 8]), data]);
}

/** Trains one epoch in a fresh browser. @param {string} address @param {string} hash @param {number} limit */
async function train(address, hash, limit) {
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: browserArguments() });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(30 * 60_000);
    let isMoved = false;
    await page.route('**/stored/storedSets.ts*', async (route) => {
      const response = await route.fetch();
      const code = await response.text();
      isMoved ||= code.includes(LIMIT);
      await route.fulfill({ response, body: code.replace(LIMIT, `IN_MEMORY_BYTES = ${limit}`) });
    });
    await page.goto(`${address}#${hash}`);
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
    await page.getByLabel('Recording folder', { exact: true }).setInputFiles(join(folder, 'set'));
    await page
      .getByRole('dialog', { name: 'Check the import' })
      .getByRole('button', { name: 'Import', exact: true })
      .click();
    await page.getByText(/class \w+, (train|test), \d+ events/).waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    // Frames are made and kernels compiled before the first batch.
    await page.getByText(/epoch 1 of \d+, batch [1-9]/).waitFor();
    const startedAt = performance.now();
    const before = Number(
      /batch (\d+)/.exec((await page.getByText(/epoch 1 of \d+, batch/).textContent()) ?? '')?.[1],
    );
    await page.getByText(/^Finished \d+ epoch/).waitFor();
    const seconds = (performance.now() - startedAt) / 1000;
    await page.getByText('Epochs in figures').click();
    const digest = /sha256 ([0-9a-f]{64})/.exec(
      (await page.getByText(/^Weights after epoch \d+, sha256/).textContent()) ?? '',
    )?.[1];
    if (!isMoved) throw new Error(`src/data/stored/storedSets.ts has no ${LIMIT} any more.`);
    return { seconds, before, digest };
  } finally {
    await browser.close();
  }
}

let server;
try {
  for (let number = 0; number < COUNT; number++) {
    const way = number % 2 === 0 ? 'right' : 'left';
    mkdirSync(join(folder, 'set', way), { recursive: true });
    writeFileSync(join(folder, 'set', way, `${number}.dat`), recording(number));
  }
  server = await createServer({
    mode: 'test',
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0 },
  });
  await server.listen();
  const address = server.resolvedUrls?.local[0] ?? '';
  const { encodeLink } = await server.ssrLoadModule('/src/session/linkCodec.ts');
  const { defaultSession } = await server.ssrLoadModule('/src/session/session.ts');
  const { applySetting } = await server.ssrLoadModule('/src/session/sessionFields.ts');
  const settings = {
    T: 20,
    dt: 10_000,
    width: SIDE,
    height: SIDE,
    layers: '4C7s4-AP4-16FC',
    k: 10,
    n: 1,
    batch: BATCH,
    epochs: EPOCHS,
  };
  let session = defaultSession();
  for (const [name, value] of Object.entries(settings)) session = applySetting(session, name, value);
  const hash = encodeLink(session);
  const digests = new Set();
  for (const [name, limit] of /** @type {[string, number][]} */ ([
    ['from storage', 0],
    ['in memory', 2 ** 40],
    ['from storage', 0],
    ['in memory', 2 ** 40],
  ])) {
    const { seconds, before, digest } = await train(address, hash, limit);
    const batches = EPOCHS * Math.ceil((COUNT * 0.8) / BATCH) - before;
    digests.add(digest);
    process.stdout.write(
      `${name}: ${((1000 * seconds) / batches).toFixed(0)} ms an iteration (${batches} iterations and ${EPOCHS} evaluations, ${seconds.toFixed(1)} s)\n`,
    );
  }
  process.stdout.write(`weights: ${digests.size === 1 ? 'the same' : 'DIFFERENT'}\n`);
  process.exitCode = digests.size === 1 ? 0 : 1;
} finally {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
}
