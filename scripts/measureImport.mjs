// Imports a generated set of recordings of several GB in the browser, trains an epoch on it, and measures memory and
// responsiveness on the way. Not part of the tests: it takes minutes, and the size again on the disk.
//
//   node scripts/measureImport.mjs [GB, default 2] [folder | zip, default folder]
//
// Prints one line per phase: the peak of the page's memory with its workers (what the browser's own
// measureUserAgentSpecificMemory says: JavaScript heaps and buffers), the peak of the largest renderer process (resident
// set), the time, and the longest time for which the page's own thread did not answer.
import { once } from 'node:events';
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { Zip, ZipPassThrough } from 'fflate';
import { createServer } from 'vite';
import { browserArguments, ensureBrowser } from './browser.mjs';

const GB = Number(process.argv[2] ?? 2);
const KIND = process.argv[3] ?? 'folder';
const CLASSES = ['left', 'right'];
const PER_CLASS = 2;
const SENSOR = { width: 1280, height: 720 };
const PIECE_EVENTS = 1 << 17;
const MB = 1e6;
const SAMPLE_MS = 250;

const folder = mkdtempSync(join(tmpdir(), 'spikelet-import-'));

/**
 * One Prophesee DAT recording, piece by piece: a bar that moves to one side over noise.
 * @param {number} classIndex @param {number} number @param {number} bytes
 */
function* recordingPieces(classIndex, number, bytes) {
  const header = `% Date 2020-01-01\n% Version 2\n% Width ${SENSOR.width}\n% Height ${SENSOR.height}\n`;
  yield Buffer.concat([Buffer.from(header, 'latin1'), Buffer.from([12, 8])]);
  const piece = Buffer.alloc(PIECE_EVENTS * 8);
  let state = 1 + classIndex * 7919 + number;
  for (let event = 0; event * 8 < bytes; event += PIECE_EVENTS) {
    for (let i = 0; i < PIECE_EVENTS; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const t = Math.floor((event + i) / 64);
      const way = Math.floor(t / 100) % SENSOR.width;
      const x = (classIndex === 0 ? SENSOR.width - 1 - way : way) ^ (state >>> 30);
      const y = (state >>> 8) % SENSOR.height;
      piece.writeUInt32LE(t, 8 * i);
      piece.writeUInt32LE(((x % SENSOR.width) | (y << 14) | (((state >>> 5) & 1) << 28)) >>> 0, 8 * i + 4);
    }
    yield Buffer.from(piece);
  }
}

function* recordings() {
  const bytes = (GB * 1e9) / (CLASSES.length * PER_CLASS);
  for (const [classIndex, name] of CLASSES.entries()) {
    for (let number = 0; number < PER_CLASS; number++)
      yield { path: `${name}/${number}.dat`, pieces: recordingPieces(classIndex, number, bytes) };
  }
}

/** @param {import('node:fs').WriteStream} stream @param {Uint8Array} piece */
async function writeTo(stream, piece) {
  if (!stream.write(piece)) await once(stream, 'drain');
}

async function generate() {
  if (KIND === 'zip') {
    const path = join(folder, 'set.zip');
    const file = createWriteStream(path);
    const zip = new Zip((error, data) => {
      if (error) throw error;
      file.write(data);
    });
    for (const recording of recordings()) {
      const member = new ZipPassThrough(recording.path);
      zip.add(member);
      for (const piece of recording.pieces) {
        member.push(piece);
        if (file.writableNeedDrain) await once(file, 'drain');
      }
      member.push(new Uint8Array(0), true);
    }
    zip.end();
    file.end();
    await once(file, 'finish');
    return { input: 'Recording files', path, bytes: statSync(path).size };
  }
  const root = join(folder, 'set');
  let bytes = 0;
  for (const { path, pieces } of recordings()) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    const file = createWriteStream(join(root, path));
    for (const piece of pieces) {
      bytes += piece.length;
      await writeTo(file, piece);
    }
    file.end();
    await once(file, 'finish');
  }
  return { input: 'Recording folder', path: root, bytes };
}

/** Bytes in memory of the largest renderer among the descendants of this process; 0 where the system does not say. */
function rendererBytes() {
  try {
    const renderers = readdirSync('/proc').flatMap((pid) => {
      if (!/^\d+$/.test(pid)) return [];
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        if (!command.includes('--type=renderer') || !command.includes(folder)) return [];
        const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
        return rss ? [Number(rss[1]) * 1024] : [];
      } catch {
        return [];
      }
    });
    return Math.max(0, ...renderers);
  } catch {
    return 0;
  }
}

/**
 * Samples memory until `work` ends.
 * @param {import('@playwright/test').Page} page @param {string} name @param {() => Promise<void>} work
 */
async function measure(page, name, work) {
  let heap = 0;
  let resident = 0;
  let isOver = false;
  await page.evaluate(() => {
    const scope = /** @type {any} */ (globalThis);
    scope.longestGapMs = 0;
  });
  const startedAt = performance.now();
  const sampling = (async () => {
    while (!isOver) {
      resident = Math.max(resident, rendererBytes());
      const bytes = await page.evaluate(
        async () => (await /** @type {any} */ (performance).measureUserAgentSpecificMemory()).bytes,
      );
      heap = Math.max(heap, bytes);
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  isOver = true;
  await sampling;
  const gap = await page.evaluate(() => /** @type {any} */ (globalThis).longestGapMs);
  process.stdout.write(
    `${name}: ${seconds.toFixed(1)} s, page and workers ${(heap / MB).toFixed(0)} MB, ` +
      `renderer ${(resident / MB).toFixed(0)} MB, longest pause of the page ${gap.toFixed(0)} ms\n`,
  );
  return { heap, seconds };
}

let server;
let context;
try {
  const executablePath = await ensureBrowser();
  const set = await generate();
  process.stdout.write(
    `${KIND} of ${CLASSES.length * PER_CLASS} recordings, ${set.bytes} bytes, ${set.bytes >> 3} events\n`,
  );
  server = await createServer({
    logLevel: 'error',
    server: {
      host: '127.0.0.1',
      port: 0,
      // What measureUserAgentSpecificMemory asks for.
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
  });
  await server.listen();
  const address = server.resolvedUrls?.local[0] ?? '';
  context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath,
    args: [...browserArguments(), '--enable-blink-features=ForceEagerMeasureMemory'],
    viewport: { width: 1440, height: 900 },
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(30 * 60_000);
  await page.addInitScript(() => {
    const scope = /** @type {any} */ (globalThis);
    scope.longestGapMs = 0;
    let before = performance.now();
    setInterval(() => {
      const now = performance.now();
      scope.longestGapMs = Math.max(scope.longestGapMs, now - before - 20);
      before = now;
    }, 20);
  });
  // T = 10 steps of 100 ms, 64 x 36 pixels, one small layer: what is measured is the way of the data.
  const { encodeLink } = await server.ssrLoadModule('/src/session/linkCodec.ts');
  const { defaultSession } = await server.ssrLoadModule('/src/session/session.ts');
  const { applySetting } = await server.ssrLoadModule('/src/session/sessionFields.ts');
  const settings = {
    T: 10,
    dt: 100_000,
    width: 64,
    height: 36,
    layers: '16FC',
    k: 5,
    n: 1,
    batch: 2,
    epochs: 1,
  };
  let session = defaultSession();
  for (const [name, value] of Object.entries(settings)) session = applySetting(session, name, value);
  await page.goto(`${address}#${encodeLink(session)}`);
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor();

  await measure(page, 'at rest', () => page.waitForTimeout(1000));
  const imported = await measure(page, 'import', async () => {
    await page.getByLabel(set.input, { exact: true }).setInputFiles(set.path);
    await page
      .getByRole('dialog', { name: 'Check the import' })
      .getByRole('button', { name: 'Import', exact: true })
      .click();
    await page.getByText(/class \w+, (train|test), \d+ events/).waitFor();
  });
  process.stdout.write(`import rate ${(set.bytes / MB / imported.seconds).toFixed(0)} MB/s\n`);
  const trained = await measure(page, 'frames and an epoch', async () => {
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText(/^Finished \d+ epoch/).waitFor();
  });
  const peak = Math.max(imported.heap, trained.heap) / MB;
  process.stdout.write(`peak ${peak.toFixed(0)} MB; the bar is 300 MB: ${peak < 300 ? 'met' : 'MISSED'}\n`);
  process.exitCode = peak < 300 ? 0 : 1;
} finally {
  await context?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
}
