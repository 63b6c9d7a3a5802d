import { describe, expect, it } from 'vitest';
import { frameSize } from '../core/encodedDataset.ts';
import { outputSide } from '../core/network.ts';
import { createRandom } from '../core/random.ts';
import { poolBackward } from './poolBackward.ts';
import { poolForward } from './poolForward.ts';
import { type ReceptiveField, weightCount } from './receptiveField.ts';
import { synapticCurrent } from './synapse.ts';
import { synapseBackward } from './synapseBackward.ts';
import { weightGrad } from './weightGrad.ts';

function field(
  [channels, height, width]: number[],
  out: number,
  kernel: number,
  stride: number,
  padding: number,
): ReceptiveField {
  return {
    inputShape: { channels, height, width },
    outputShape: {
      channels: out,
      height: outputSide(height, kernel, stride, padding),
      width: outputSide(width, kernel, stride, padding),
    },
    kernelHeight: kernel,
    kernelWidth: kernel,
    stride,
    padding,
  };
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

function randomArray(length: number, stream: number): Float64Array {
  const random = createRandom(7, 'test', stream);
  return Float64Array.from({ length }, () => random.normal());
}

describe('synapticCurrent', () => {
  it('is a cross-correlation with zeros around the map', () => {
    const oneToOne = field([1, 2, 3], 1, 3, 1, 1);
    const kernel = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    // A single 1 at (y 0, x 1) is seen through kernel element (1 - outY, 2 - outX).
    const current = synapticCurrent(oneToOne, kernel, null, [0, 1, 0, 0, 0, 0]);
    expect([...current]).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it('strides, drops what is left over, sums channels and adds the bias', () => {
    const strided = field([2, 5, 5], 2, 2, 2, 0);
    expect(strided.outputShape).toEqual({ channels: 2, height: 2, width: 2 });
    const weights = Float64Array.from({ length: weightCount(strided) }, (_, i) => (i < 8 ? 1 : 10));
    const current = synapticCurrent(strided, weights, [0.5, -1], new Float64Array(2 * 25).fill(1));
    expect([...current]).toEqual([8.5, 8.5, 8.5, 8.5, 79, 79, 79, 79]);
  });

  it('of a linear layer reads the input flattened in C, H, W order', () => {
    const linear: ReceptiveField = {
      inputShape: { channels: 2, height: 1, width: 2 },
      outputShape: { channels: 1, height: 1, width: 1 },
      kernelHeight: 1,
      kernelWidth: 2,
      stride: 1,
      padding: 0,
    };
    expect([...synapticCurrent(linear, [1, 10, 100, 1000], null, [1, 2, 3, 4])]).toEqual([4321]);
  });
});

const FIELDS: [string, ReceptiveField][] = [
  ['3x3, padding 1', field([2, 5, 4], 3, 3, 1, 1)],
  ['3x3, stride 2, padding 2', field([3, 6, 5], 2, 3, 2, 2)],
  ['2x2, stride 3', field([1, 7, 8], 4, 2, 3, 0)],
  ['whole input', field([5, 3, 3], 6, 3, 1, 0)],
];

// I = W x is linear in both: gamma . (W x) is the same number seen from the current, the input and the weights.
describe.each(FIELDS)('the adjoint identity for %s', (_name, shape) => {
  const frames = 3;
  const x = randomArray(frames * frameSize(shape.inputShape), 1);
  const gamma = randomArray(frames * frameSize(shape.outputShape), 2);
  const weights = randomArray(weightCount(shape), 3);
  const bias = randomArray(shape.outputShape.channels, 4);
  const expected = dot(gamma, synapticCurrent(shape, weights, null, x));

  it('holds for synapseBackward', () => {
    expect(dot(synapseBackward(shape, weights, gamma), x)).toBeCloseTo(expected, 10);
  });

  it('holds for weightGrad', () => {
    expect(dot(weightGrad(shape, x, gamma).weights, weights)).toBeCloseTo(expected, 10);
  });

  it('holds for the bias', () => {
    const withBias = dot(gamma, synapticCurrent(shape, weights, bias, x));
    expect(dot(weightGrad(shape, x, gamma).bias, bias)).toBeCloseTo(withBias - expected, 10);
  });
});

describe('pools', () => {
  const overlapping = field([1, 3, 3], 1, 2, 1, 0);
  const x = [1, 0, 0, 0, 0, 1, 1, 0, 1];

  it('average: forward and backward are adjoint', () => {
    expect([...poolForward(overlapping, 'average', x)]).toEqual([0.25, 0.25, 0.25, 0.5]);
    expect([...poolBackward(overlapping, 'average', [4, 0, 0, 0], x)]).toEqual([1, 1, 0, 1, 1, 0, 0, 0, 0]);
    const gamma = randomArray(4, 5);
    const error = poolBackward(overlapping, 'average', gamma, x);
    expect(dot(error, x)).toBeCloseTo(dot(gamma, poolForward(overlapping, 'average', x)), 12);
  });

  it('maximum: the first of the largest, in row-major order, gets all', () => {
    expect([...poolForward(overlapping, 'maximum', x)]).toEqual([1, 1, 1, 1]);
    // Windows: (0,0); (1,2); (2,0); (1,2) before (2,2).
    expect([...poolBackward(overlapping, 'maximum', [1, 2, 4, 8], x)]).toEqual([1, 0, 0, 0, 0, 10, 4, 0, 0]);
  });

  it('maximum: a window of zeros sends its error to its first element', () => {
    expect([...poolBackward(overlapping, 'maximum', [1, 2, 4, 8], new Float64Array(9))]).toEqual([
      1, 2, 0, 4, 8, 0, 0, 0, 0,
    ]);
  });
});
