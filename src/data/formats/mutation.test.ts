import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeDamage, tryDamage } from '../../testing/damageTrials.ts';
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
/** Of files above 100 kB, whose copies take some 100 ms each: all 10,000 are tried with the small ones that are written. */
const LARGE_FILE_TRIALS = ASKED_TRIALS ? Math.min(TRIALS, 1000) : 6;
const MAX_MS = 1000;

describe.skipIf(!hasSharedData)(
  `damaged files end in a result or an error with a code${NEEDS_SHARED_DATA}`,
  () => {
    it.for(SEEDS)('%s', { timeout: 3_600_000 }, async ([, path, length], { annotate }) => {
      const original = new Uint8Array(readFileSync(resolve(SHARED_DATA, path))).slice(0, length);
      const count = length > 100_000 ? LARGE_FILE_TRIALS : TRIALS;
      const name = path.replace(/^.*\//, '');
      const report = await tryDamage(original, (bytes) => inspectSource(memorySource(name, bytes)), count, 1);
      await annotate(describeDamage(report));
      expect(report.longestMs).toBeLessThan(MAX_MS);
      // Damage must reach the decoder and not only spoil the signature.
      expect(report.outcomes.get('unknown-format') ?? 0).toBeLessThan(count);
    });
  },
);
