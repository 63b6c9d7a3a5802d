import { CHUNKS } from '../harness/backwardCase.ts';
import {
  BACKWARD_ROW_CASES,
  compareBackwardRows,
  describeBackwardRows,
} from '../harness/backwardRowCases.ts';
import { sameWords } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';

test.describe('synapseBackwardRows equals its twin', () => {
  describeBackwardRows('rows');

  for (const layer of [2, 3, 6].map((i) => BACKWARD_ROW_CASES[i])) {
    test(`the tile and the workgroup change no bit: ${layer.name}`, async ({ kernels }) => {
      const request = { variant: 'rows', layer, chunk: CHUNKS['whole interval'] } as const;
      const planned = await compareBackwardRows(kernels, request);
      const SHIFT = layer.field.kernelWidth - 1;
      const narrow = { TILE: 4, ABOVE: 4 + SHIFT, SHIFT, WHOLE: 0, FRAMES: 1, CHANNELS: 2 };
      expect(sameWords(await compareBackwardRows(kernels, { ...request, tile: narrow }), planned)).toBe(true);
      const { padding, outputShape, inputShape } = layer.field;
      const row = { TILE: inputShape.width, ABOVE: outputShape.width, SHIFT: padding, WHOLE: 1 };
      const frames = { ...row, FRAMES: 2, CHANNELS: 2 };
      expect(sameWords(await compareBackwardRows(kernels, { ...request, tile: frames }), planned)).toBe(true);
      const small = await compareBackwardRows(kernels, { ...request, workgroupSize: 16 });
      expect(sameWords(small, planned)).toBe(true);
    });
  }
});
