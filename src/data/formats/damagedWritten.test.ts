import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import { createRandom } from '../../core/random.ts';
import { damageBytes } from '../../testing/damageBytes.ts';
import { EVENT_FILE_WRITERS, npyBytes, type WrittenEvent } from '../../testing/eventFileWriters.ts';
import { memorySource } from '../byteSource.ts';
import { importData } from '../importData.ts';
import { inspectSource } from '../inspect.ts';
import { hasSharedData, NEEDS_SHARED_DATA, sharedBytes } from '../testSupport.ts';
import { previewText } from './text/textPreview.ts';

// Files that the tests write themselves, so that damage is tried on every machine; mutation.test.ts tries real files.

/** More with SPIKELET_MUTATIONS=10000. */
const TRIALS = Number(process.env.SPIKELET_MUTATIONS ?? 40);
const MAX_MS = 1000;

/** Runs what reads a damaged file, of which every end but a result or an error with a code is a failure. */
async function trials(
  original: Uint8Array,
  read: (bytes: Uint8Array) => Promise<unknown>,
  count = TRIALS,
): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  for (let trial = 0; trial < count; trial++) {
    const bytes = damageBytes(original, createRandom(2, 'test', trial));
    const startMs = performance.now();
    const outcome = await read(bytes).then(
      () => 'read',
      (error: unknown) => {
        if (!(error instanceof AppError) || error.code === '' || error.message === '')
          throw new Error(`trial ${trial}: ${error}`, { cause: error });
        return error.code;
      },
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    expect(performance.now() - startMs, `trial ${trial}: milliseconds`).toBeLessThan(MAX_MS);
  }
  // Damage must reach the decoder and not only spoil the signature.
  expect(outcomes.get('unknown-format') ?? 0, JSON.stringify([...outcomes])).toBeLessThan(count);
  return outcomes;
}

const inspect = (name: string) => (bytes: Uint8Array) => inspectSource(memorySource(name, bytes));

describe('damaged files end in a result or an error with a code', () => {
  it.each(EVENT_FILE_WRITERS.map((writer) => [`${writer.format} ${writer.variant}`, writer] as const))(
    '%s',
    async (_, { name, limits, write }) => {
      const events = Array.from({ length: 60 }, (_, i): WrittenEvent => {
        return [i * 97 + 5, (i * 7) % limits.x, (i * 11) % Math.min(limits.y, 200), i % 2];
      });
      await trials(write(events), inspect(name));
    },
    600_000,
  );

  it('stacks of frames', async () => {
    const cells = Array.from({ length: 3 * 2 * 4 * 5 }, (_, i) => (i % 7 === 0 ? i % 16 : 0));
    const file = Uint8Array.from(npyBytes("'|u1'", [3, 2, 4, 5], cells));
    expect([...(await trials(file, inspect('a.npy'))).keys()]).toContain('read');
  }, 600_000);

  it('the preview of a text file', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `${i * 10};${i};${40 - i};${i % 2}\n`).join('');
    const file = new TextEncoder().encode(`# made by hand\nt;x;y;p\n${lines}`);
    await trials(file, (bytes) => previewText(memorySource('a.csv', bytes)));
  }, 600_000);

  it.skipIf(!hasSharedData)(
    `spike trains${NEEDS_SHARED_DATA}`,
    async () => {
      const read = async (bytes: Uint8Array) => {
        const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
        const set = await importData([{ path: 'shd_train.h5', blob }]);
        for (const { error } of set.problems) expect(error.code).not.toBe('unexpected');
      };
      await trials(sharedBytes('derived/hdf5/shd_like.h5'), read, Math.min(TRIALS, 300));
    },
    600_000,
  );
});
