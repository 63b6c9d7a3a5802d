import { gzipSync } from 'node:zlib';
import { BlobReader, BlobWriter, ZipWriter } from '@zip.js/zip.js';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { describeDamage, tryDamage } from '../../testing/damageTrials.ts';
import {
  EVENT_FILE_WRITERS,
  type EventFileWriter,
  npyBytes,
  type WrittenEvent,
} from '../../testing/eventFileWriters.ts';
import { HDF5_WRITER } from '../../testing/hdf5Writer.ts';
import { memorySource } from '../byteSource.ts';
import { importData } from '../importData.ts';
import { inspectSource } from '../inspect.ts';
import { hasSharedData, NEEDS_SHARED_DATA, sharedBytes } from '../testSupport.ts';
import { previewText } from './text/textPreview.ts';

// Files that the tests write themselves, so that damage is tried on every machine; mutation.test.ts tries real files.

/** More with SPIKELET_MUTATIONS=10000. */
const ASKED_TRIALS = process.env.SPIKELET_MUTATIONS;
const TRIALS = Number(ASKED_TRIALS ?? 40);
/** Of whole imports and of HDF5 files, which take longer, where nothing is asked. */
const SLOW_TRIALS = ASKED_TRIALS ? TRIALS : 15;
const MAX_MS = 1000;
const TIMEOUT_MS = 3_600_000;

type Annotate = (message: string) => Promise<unknown>;

async function trials(
  annotate: Annotate,
  original: Uint8Array,
  read: (bytes: Uint8Array) => Promise<unknown>,
  count = TRIALS,
): Promise<string[]> {
  const report = await tryDamage(original, read, count, 2);
  await annotate(describeDamage(report));
  expect(report.longestMs).toBeLessThan(MAX_MS);
  // Damage must reach the decoder and not only spoil the signature.
  expect(report.outcomes.get('unknown-format') ?? 0).toBeLessThan(count);
  return [...report.outcomes.keys()];
}

const inspect = (name: string) => (bytes: Uint8Array) => inspectSource(memorySource(name, bytes));

/** 60 events in the writer's format. */
function written({ limits, write }: EventFileWriter): Uint8Array {
  const events = Array.from({ length: 60 }, (_, i): WrittenEvent => {
    return [i * 97 + 5, (i * 7) % limits.x, (i * 11) % Math.min(limits.y, 200), i % 2];
  });
  return write(events);
}

/** A whole drop of one file; every problem that it lists must have a code of its own. Says which there were. */
const importing = (path: string) => async (bytes: Uint8Array) => {
  const set = await importData([{ path, blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) }]);
  const codes = set.problems.map(({ error }) => error.code);
  expect(codes).not.toContain('unexpected');
  return [...new Set(codes)].sort().join(' + ') || 'read';
};

/** An ATIS recording of 20 events. */
const RECORDING = Uint8Array.from({ length: 100 }, (_, i) => [i >> 3, 3, 0x80, i >> 5, 7][i % 5]);
const MEMBERS = ['a/1.bin', 'a/2.bin', 'b/1.bin', 'b/2.bin'];

async function zipOfRecordings(level: number): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter(), { level, useWebWorkers: false });
  for (const path of MEMBERS) await writer.add(path, new BlobReader(new Blob([RECORDING])));
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

const tarOfRecordings = () =>
  packTar(MEMBERS.map((name) => ({ header: { name, size: RECORDING.length }, body: RECORDING })));

describe('damaged files end in a result or an error with a code', () => {
  it.for(EVENT_FILE_WRITERS.map((writer) => [`${writer.format} ${writer.variant}`, writer] as const))(
    '%s',
    { timeout: TIMEOUT_MS },
    async ([, writer], { annotate }) => {
      await trials(annotate, written(writer), inspect(writer.name));
    },
  );

  it('stacks of frames', { timeout: TIMEOUT_MS }, async ({ annotate }) => {
    const cells = Array.from({ length: 3 * 2 * 4 * 5 }, (_, i) => (i % 7 === 0 ? i % 16 : 0));
    const file = Uint8Array.from(npyBytes("'|u1'", [3, 2, 4, 5], cells));
    expect(await trials(annotate, file, inspect('a.npy'))).toContain('read');
  });

  it('the preview of a text file', { timeout: TIMEOUT_MS }, async ({ annotate }) => {
    const lines = Array.from({ length: 40 }, (_, i) => `${i * 10};${i};${40 - i};${i % 2}\n`).join('');
    const file = new TextEncoder().encode(`# made by hand\nt;x;y;p\n${lines}`);
    await trials(annotate, file, (bytes) => previewText(memorySource('a.csv', bytes)));
  });

  it.for([
    ['zip, stored', 'a.zip', () => zipOfRecordings(0)],
    ['zip, deflated', 'a.zip', () => zipOfRecordings(6)],
    ['tar', 'a.tar', tarOfRecordings],
    ['tar.gz', 'a.tar.gz', async () => new Uint8Array(gzipSync(await tarOfRecordings()))],
    ['gz', 'a.bin.gz', async () => new Uint8Array(gzipSync(RECORDING))],
  ] as const)('%s', { timeout: TIMEOUT_MS }, async ([, path, write], { annotate }) => {
    await trials(annotate, await write(), importing(path), SLOW_TRIALS);
  });

  it.skipIf(!hasSharedData)(
    `spike trains${NEEDS_SHARED_DATA}`,
    { timeout: TIMEOUT_MS },
    async ({ annotate }) => {
      // Every copy takes some 50 ms: 300 are the most.
      const count = Math.min(SLOW_TRIALS, 300);
      await trials(annotate, sharedBytes('derived/hdf5/shd_like.h5'), importing('shd_train.h5'), count);
    },
  );

  // Last: every damaged file costs the library some of its stack, and after some three thousand it stops.
  it('hdf5 columns', { timeout: TIMEOUT_MS }, async ({ annotate }) => {
    await trials(annotate, written(HDF5_WRITER), inspect(HDF5_WRITER.name), SLOW_TRIALS);
  });
});
