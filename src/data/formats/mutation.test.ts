import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import { createRandom, type Random } from '../../core/random.ts';
import { memorySource } from '../byteSource.ts';
import { inspectSource } from '../inspect.ts';
import { hasSharedData, NEEDS_SHARED_DATA, SHARED_DATA } from '../testSupport.ts';

/** Files that every format is tried with, cut to a size at which thousands of trials are quick. */
const SEEDS: [format: string, path: string, bytes: number][] = [
  ['atis-bin', 'nmnist_bin/NMNISTsmall/1.bs2', 4000],
  ['aedat2', 'aedat2/alexouyang_alex_walking_again.aedat', 9000],
  ['aedat3', 'derived/aedat3/plain_dvs128_walk.aedat', 40_000],
  ['aedat4', 'aedat4/aestream_davis.aedat4', 60_000],
  ['prophesee-dat', 'prophesee_dat/loris_NCARS_obj_004397_td.dat', 8000],
  ['prophesee-evt2', 'prophesee_evt2/faery_evt2.raw', 8000],
  ['prophesee-evt21', 'derived/prophesee_evt21/evt21_little.raw', 8000],
  ['prophesee-evt3', 'prophesee_evt3/expelliarmus_evt3_sample.raw', 8000],
  ['event-stream', 'es/loris_test.es', 8000],
  ['npy', 'derived/npy/tonic_structured_xytp_packed13.npy', 8000],
  ['npz', 'derived/npz/es_imagenet_like.npz', 20_000],
  ['text', 'derived/text/rpg_seconds_t_x_y_p.txt', 8000],
  ['mat5', 'derived/mat/asl_dvs_like_uncompressed_double.mat', 700_000],
  ['hdf5', 'derived/hdf5/dsec_like_contiguous.h5', 600_000],
  ['ros-bag', 'rosbag/event_camera_py_test_events_1.bag', 820_000],
];

/** More with SPIKELET_MUTATIONS=10000, for every format alike; the default keeps the suite quick. */
const ASKED_TRIALS = process.env.SPIKELET_MUTATIONS;
const TRIALS = Number(ASKED_TRIALS ?? 60);
/** Of files above 100 kB, where nothing is asked. */
const LARGE_FILE_TRIALS = ASKED_TRIALS ? TRIALS : 6;
const MAX_MS = 1000;

const HOSTILE_BYTES = [0x00, 0xff, 0x7f, 0x80, 0x01];

/** Cuts, flips, overwrites, removes, repeats: one to three changes, more often near the start, where headers are. */
function mutate(original: Uint8Array, random: Random): Uint8Array {
  let bytes = original.slice();
  const place = () =>
    random.integer(2) ? random.integer(bytes.length) : random.integer(Math.min(256, bytes.length));
  for (let change = random.integer(3); change >= 0 && bytes.length > 8; change--) {
    const at = place();
    switch (random.integer(5)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        bytes[at] ^= 1 << random.integer(8);
        break;
      case 2:
        bytes.fill(HOSTILE_BYTES[random.integer(HOSTILE_BYTES.length)], at, at + 1 + random.integer(8));
        break;
      case 3:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(16)));
        break;
      default:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 16)));
    }
  }
  return bytes;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** How one damaged file ends: the format that read it, or the code of the refusal. */
async function outcomeOf(name: string, bytes: Uint8Array, trial: number): Promise<string> {
  try {
    return (await inspectSource(memorySource(name, bytes))).format;
  } catch (error) {
    if (!(error instanceof AppError)) throw new Error(`trial ${trial}: ${error}`, { cause: error });
    if (error.message === '' || error.code === '') throw new Error(`trial ${trial}: an error without text`);
    return error.code;
  }
}

describe.skipIf(!hasSharedData)(
  `damaged files end in a result or an error with a code${NEEDS_SHARED_DATA}`,
  () => {
    it.each(SEEDS)(
      '%s',
      async (format, path, length) => {
        const original = new Uint8Array(readFileSync(resolve(SHARED_DATA, path))).slice(0, length);
        const trials = length > 100_000 ? LARGE_FILE_TRIALS : TRIALS;
        const name = path.replace(/^.*\//, '');
        const outcomes = new Map<string, number>();
        for (let trial = 0; trial < trials; trial++) {
          const bytes = mutate(original, createRandom(1, 'test', trial));
          let startMs = performance.now();
          const outcome = await outcomeOf(name, bytes, trial);
          if (performance.now() - startMs > MAX_MS) {
            // A busy machine can stop any program for a second; the same file a second time tells.
            startMs = performance.now();
            await outcomeOf(name, bytes, trial);
          }
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          expect(performance.now() - startMs, `trial ${trial}: milliseconds`).toBeLessThan(MAX_MS);
        }
        // The mutations must reach the decoder and not only spoil the signature.
        const refusedAtOnce = outcomes.get('unknown-format') ?? 0;
        expect(refusedAtOnce, JSON.stringify([...outcomes])).toBeLessThan(trials);
        expect(
          [...outcomes.values()].reduce((sum, count) => sum + count, 0),
          format,
        ).toBe(trials);
      },
      600_000,
    );
  },
);
