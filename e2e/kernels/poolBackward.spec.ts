import type { PoolKind } from '../../src/reference/poolForward.ts';
import {
  BACKWARD_VARIANTS,
  CHUNK_STEPS,
  CHUNKS,
  type Chunk,
  compareBackward,
} from '../harness/backwardCase.ts';
import { type LayerCase, POOL_CASES } from '../harness/kernelCase.ts';
import { test } from '../harness/kernelTest.ts';
import { poolAbove } from '../harness/poolAbove.ts';

const OVERLAPPING = POOL_CASES.find(({ name }) => name.startsWith('overlapping')) ?? POOL_CASES[0];
/** The layer below the pool is what has the invocations. */
const SIZES: LayerCase[] = [
  ...POOL_CASES,
  ...[63, 64, 65].map((vectors) => ({
    name: `${vectors} vectors of neurons`,
    field: {
      inputShape: { channels: 4, height: 1, width: vectors },
      outputShape: { channels: 4, height: 1, width: vectors - 1 },
      kernelHeight: 1,
      kernelWidth: 2,
      stride: 1,
      padding: 0,
    },
    batchSize: 1,
    steps: CHUNK_STEPS,
    planes: 1,
  })),
];

test.describe('poolBackward equals its twin', () => {
  const caseOf = (layer: LayerCase, kind: PoolKind, chunk: Chunk, wholeSample = false) => ({
    kernel: 'poolBackward' as const,
    shape: layer.field.inputShape,
    batchSize: layer.batchSize,
    stepCount: CHUNK_STEPS,
    chunk,
    above: poolAbove(layer, kind, chunk, wholeSample),
  });

  for (const kind of ['average', 'maximum'] as const) {
    for (const layer of SIZES) {
      test(`${layer.name}, ${kind}`, async ({ kernels }) => {
        await compareBackward(kernels, {
          lif: true,
          surrogate: 'rectangular',
          ...caseOf(layer, kind, CHUNKS['whole interval']),
        });
      });
    }

    for (const [name, variant] of Object.entries(BACKWARD_VARIANTS)) {
      for (const part of ['whole interval', 'middle chunk']) {
        if (variant.sumSteps && part !== 'whole interval') continue;
        test(`${kind}, ${name}, ${part}`, async ({ kernels }) => {
          await compareBackward(kernels, { ...caseOf(OVERLAPPING, kind, CHUNKS[part]), ...variant });
        });
      }
    }
  }

  test('maximum over what lies in the input of the whole sample', async ({ kernels }) => {
    await compareBackward(kernels, {
      lif: true,
      surrogate: 'rectangular',
      ...caseOf(OVERLAPPING, 'maximum', CHUNKS['middle chunk'], true),
    });
  });
});
