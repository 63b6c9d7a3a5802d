import { test } from '../harness/kernelTest.ts';
import { describeNarrowGradient } from '../harness/narrowGradientCases.ts';

test.describe('weightGradMasks equals its twin', () => {
  describeNarrowGradient('masks');
});
