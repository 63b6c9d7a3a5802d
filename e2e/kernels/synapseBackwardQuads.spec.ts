import { CHUNKS } from '../harness/backwardCase.ts';
import {
  BACKWARD_ROW_CASES,
  compareBackwardRows,
  describeBackwardRows,
} from '../harness/backwardRowCases.ts';
import { sameWords } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';

test.describe('synapseBackwardQuads equals its twin', () => {
  describeBackwardRows('quadRows');

  for (const layer of BACKWARD_ROW_CASES) {
    test(`the bits of synapseBackwardRows, in workgroups of any size: ${layer.name}`, async ({ kernels }) => {
      const request = { layer, chunk: CHUNKS['whole interval'] };
      const rows = await compareBackwardRows(kernels, { ...request, variant: 'rows' });
      const quads = { ...request, variant: 'quadRows' } as const;
      expect(sameWords(await compareBackwardRows(kernels, quads), rows)).toBe(true);
      const small = await compareBackwardRows(kernels, { ...quads, workgroupSize: 16 });
      expect(sameWords(small, rows)).toBe(true);
      const SHIFT = layer.field.kernelWidth - 1;
      const LOADS = Math.ceil((3 * layer.field.kernelWidth) / 4);
      const tile = { TILE: 3, ABOVE: 3 + SHIFT, SHIFT, WHOLE: 0, LOADS, CHANNELS: 3 };
      expect(sameWords(await compareBackwardRows(kernels, { ...quads, tile }), rows)).toBe(true);
    });
  }
});
