import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { frameBit, planesFor, wordsPerFrame, wordsPerStep } from '../../core/encodedDataset.ts';
import { memorySource } from '../byteSource.ts';
import { collectEvents } from '../collectEvents.ts';
import { atisBin } from '../formats/atisBin/atisBin.ts';
import { hasSharedData, NEEDS_SHARED_DATA, sharedBytes } from '../testSupport.ts';
import { encodeRecording } from './encodeRecording.ts';
import cases from './fixtures/libraryFrames.json' with { type: 'json' };
import type { BinningRule } from './settings.ts';

const STEPS = 20;
const shape = { channels: 2, height: 34, width: 34 };
const maxCount = 255;

/** u8[T][C][H][W] of packed counts. */
function unpacked(bits: Uint32Array): Uint8Array {
  const words = wordsPerFrame(shape);
  const stepWords = wordsPerStep({ shape, maxCount });
  const counts: number[] = [];
  for (let step = 0; step < STEPS; step++)
    for (let c = 0; c < 2; c++)
      for (let y = 0; y < shape.height; y++)
        for (let x = 0; x < shape.width; x++) {
          const bit = frameBit(shape, c, y, x);
          let count = 0;
          for (let plane = 0; plane < planesFor(maxCount); plane++)
            count += ((bits[step * stepWords + plane * words + (bit >>> 5)] >>> (bit & 31)) & 1) << plane;
          counts.push(count);
        }
  return Uint8Array.from(counts);
}

// Made by fixtures/libraryFrames.py, which follows the libraries' arithmetic in NumPy.
describe.skipIf(!hasSharedData)(
  `frames of real recordings as the libraries make them${NEEDS_SHARED_DATA}`,
  () => {
    it.each(cases.map((each) => [`${each.file} ${each.rule}, filter ${each.denoiseUs} us`, each] as const))(
      '%s',
      async (_, { file, rule, denoiseUs, events: eventCount, sha256 }) => {
        const source = memorySource('a.bin', sharedBytes(`nmnist_bin/NMNISTsmall/${file}`));
        const { events } = await collectEvents(atisBin, source);
        const bits = new Uint32Array(STEPS * wordsPerStep({ shape, maxCount }));
        const settings = {
          stepDurationUs: 10_000,
          stepCount: STEPS,
          frame: shape,
          binning: rule as BinningRule,
          maxCount,
          denoiseUs,
        };
        const facts = encodeRecording({ ...events, sensor: shape }, settings, shape, bits);
        expect(facts.eventCount - facts.noise).toBe(eventCount);
        expect(createHash('sha256').update(unpacked(bits)).digest('hex')).toBe(sha256);
      },
    );
  },
);
