import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { type FrameShape, wordsPerFrame } from '../../src/core/encodedDataset.ts';
import { outputSide } from '../../src/core/network.ts';
import type { NeuronParameters } from '../../src/core/neuron.ts';
import { createRandom, type Random } from '../../src/core/random.ts';
import { SURROGATES } from '../../src/core/surrogate.ts';
import type { ReceptiveField } from '../../src/reference/receptiveField.ts';
import { readBindingRoles } from '../../src/testing/kernelHead.ts';
import type { KernelPage, Words } from './kernelRun.ts';
import { vectorsOf } from './layouts.ts';

/** A bit pattern that no result has: as f32 it is -6.3e18. */
export const SENTINEL = 0xdeadbeef;
/** Words behind the end of every buffer that must stay what they were. */
const GUARD_WORDS = 8;

/** Content of an output before the run: sentinels, or zeros where the kernel sets bits one by one. */
export const unwritten = (words: number) => new Uint32Array(words).fill(SENTINEL);

export interface KernelCase {
  kernel: string;
  overrides?: Record<string, number>;
  params: Record<string, number>;
  window: Record<string, number>;
  /** Start content of every binding that the variant uses. */
  buffers: Record<string, Words>;
  /** Invocations with work; 0 = one workgroup. */
  invocations: number;
}

const roleTables = new Map<string, ReturnType<typeof readBindingRoles>>();

function rolesOf(kernel: string): ReturnType<typeof readBindingRoles> {
  const known = roleTables.get(kernel);
  if (known) return known;
  const path = new URL(`../../shaders/${kernel}.wgsl`, import.meta.url);
  const roles = readBindingRoles(readFileSync(path, 'utf8'));
  roleTables.set(kernel, roles);
  return roles;
}

/**
 * Runs a kernel once and hands back every buffer. Fails when a buffer that the kernel's head calls read has changed, or a word
 * behind the end of any buffer.
 * @returns Words by binding name, without the guard.
 */
export async function runCase(
  kernels: KernelPage,
  request: KernelCase,
): Promise<Record<string, Uint32Array>> {
  const { kernel, params, window, invocations } = request;
  const overrides = { WORKGROUP_SIZE: 64, ...request.overrides };
  const names = Object.keys(request.buffers);
  const guarded = Object.fromEntries(
    Object.entries(request.buffers).map(([name, words]) => {
      const padded = new Uint32Array(Math.ceil(words.length / 4) * 4 + GUARD_WORDS).fill(SENTINEL);
      padded.set(new Uint32Array(words.buffer, words.byteOffset, words.length));
      return [name, padded];
    }),
  );
  const outputs = await kernels.run({
    kernel,
    overrides,
    params,
    window,
    buffers: guarded,
    workgroups: [Math.max(1, Math.ceil(invocations / overrides.WORKGROUP_SIZE)), 1],
    outputs: names,
  });
  const results: Record<string, Uint32Array> = {};
  for (const name of names) {
    const { length } = request.buffers[name];
    const behind = outputs[name].slice(length);
    const same = sameWords(behind, guarded[name].slice(length));
    expect(same, `${kernel}/${name}: the words behind the end are what they were`).toBe(true);
    if (rolesOf(kernel).get(name) === 'reads') {
      expect(sameWords(outputs[name], guarded[name]), `${kernel}/${name} is only read`).toBe(true);
    }
    results[name] = outputs[name].slice(0, length);
  }
  return results;
}

export function sameWords(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

/** A layer's geometry under test: what it sees, and how much of it there is. */
export interface LayerCase {
  name: string;
  field: ReceptiveField;
  batchSize: number;
  steps: number;
  /** Planes of the input's counts. */
  planes: number;
}

function layerCase(
  name: string,
  [channels, height, width]: readonly [number, number, number],
  out: number,
  [kernel, stride, padding]: readonly [number, number, number],
  [batchSize, steps, planes]: readonly [number, number, number],
): LayerCase {
  const field = {
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
  return { name, field, batchSize, steps, planes };
}

/** A linear layer: the kernel is the whole input. */
function linearCase(
  name: string,
  inputShape: FrameShape,
  out: number,
  [batchSize, steps, planes]: readonly [number, number, number],
): LayerCase {
  const field = {
    inputShape,
    outputShape: { channels: out, height: 1, width: 1 },
    kernelHeight: inputShape.height,
    kernelWidth: inputShape.width,
    stride: 1,
    padding: 0,
  };
  return { name, field, batchSize, steps, planes };
}

/**
 * Sizes that between them cross every boundary: one invocation; a workgroup minus one, exact, plus one (in vectors of four
 * output channels); channels that are no multiples of 4 and of 32; strides, paddings, left-over rows; several planes.
 */
export const SYNAPSE_CASES: LayerCase[] = [
  layerCase('one neuron', [1, 1, 1], 1, [1, 1, 0], [1, 1, 1]),
  linearCase('63 vectors', { channels: 5, height: 1, width: 1 }, 252, [1, 3, 1]),
  linearCase('64 vectors', { channels: 2, height: 3, width: 1 }, 256, [1, 2, 1]),
  linearCase('65 vectors', { channels: 33, height: 1, width: 1 }, 257, [1, 2, 1]),
  layerCase('odd channels, padding 1', [3, 5, 7], 5, [3, 1, 1], [3, 4, 1]),
  layerCase('channels across words, stride 2', [33, 5, 4], 6, [3, 2, 1], [2, 3, 1]),
  layerCase('stride 3, padding 2, rows left over', [2, 8, 9], 13, [4, 3, 2], [2, 3, 2]),
  layerCase('three planes', [7, 4, 5], 19, [2, 1, 0], [2, 3, 3]),
  linearCase('linear on a map', { channels: 6, height: 3, width: 5 }, 10, [5, 4, 1]),
  layerCase('eight channels, stride 2', [2, 6, 9], 8, [3, 2, 1], [2, 3, 1]),
  layerCase('a hundred inputs, sixteen channels', [4, 6, 7], 16, [5, 1, 0], [2, 3, 1]),
];

function poolCase(
  name: string,
  shape: readonly [number, number, number],
  kernel: number,
  stride: number,
  counts: readonly [number, number, number],
): LayerCase {
  return layerCase(name, shape, shape[0], [kernel, stride, 0], counts);
}

/** A convolution of stride 1. @param size Samples, steps and planes. */
export function convolution(
  name: string,
  [channels, height, width]: readonly [number, number, number],
  out: number,
  [kernel, padding]: readonly [number, number],
  [batchSize, steps, planes]: readonly [number, number, number],
): LayerCase {
  const side = (length: number) => length + 2 * padding - kernel + 1;
  const field = {
    inputShape: { channels, height, width },
    outputShape: { channels: out, height: side(height), width: side(width) },
    kernelHeight: kernel,
    kernelWidth: kernel,
    stride: 1,
    padding,
  };
  return { name, field, batchSize, steps, planes };
}

export const POOL_CASES: LayerCase[] = [
  poolCase('one neuron', [1, 2, 2], 2, 2, [1, 1, 1]),
  poolCase('63 vectors', [4, 14, 18], 2, 2, [1, 3, 1]),
  poolCase('64 vectors', [4, 16, 16], 2, 2, [1, 2, 1]),
  poolCase('65 vectors', [1, 10, 26], 2, 2, [1, 2, 1]),
  poolCase('odd channels, rows left over', [5, 5, 7], 2, 2, [3, 4, 1]),
  poolCase('overlapping windows', [33, 5, 5], 3, 2, [2, 3, 1]),
  poolCase('three planes, stride 1', [6, 4, 5], 2, 1, [2, 3, 3]),
];

/** The uniforms of a layer: geometry with `in` what it sees and `out` what it makes. */
export function layerParams({ field, batchSize, planes }: LayerCase): Record<string, number> {
  const { inputShape, outputShape } = field;
  return {
    batchSize,
    inHeight: inputShape.height,
    inWidth: inputShape.width,
    inChannels: inputShape.channels,
    inVectors: vectorsOf(inputShape.channels),
    inPlanes: planes,
    inWords: wordsPerFrame(inputShape),
    inScale: 1,
    outHeight: outputShape.height,
    outWidth: outputShape.width,
    outChannels: outputShape.channels,
    outVectors: vectorsOf(outputShape.channels),
    weightVectors: vectorsOf(outputShape.channels),
    outPlanes: 1,
    outWords: wordsPerFrame(outputShape),
    kernelHeight: field.kernelHeight,
    kernelWidth: field.kernelWidth,
    stride: field.stride,
    padding: field.padding,
  };
}

/** For kernels that read weights as halves. */
export const HALVES = { HALF_WEIGHTS: 1 };

/** Constants that are exact in binary, so that a few steps from dyadic currents are exact in f32 too. */
export const DYADIC_NEURON: NeuronParameters = {
  beta: 0.5,
  reset: 'soft',
  theta: 0.375,
  threshold: 0.5,
  surrogate: 'rectangular',
  surrogateWidth: 2,
  detachReset: false,
};

export function neuronParams(neuron: NeuronParameters): Record<string, number> {
  const { beta, theta, threshold, surrogateWidth, detachReset } = neuron;
  return { beta, theta, threshold, surrogateWidth, detachReset: detachReset ? 1 : 0 };
}

export const surrogateIndex = (neuron: NeuronParameters) => SURROGATES[neuron.surrogate].index;

/** Numbers for a test, a pure function of its seed. */
export class TestNumbers {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = createRandom(seed, 'test', 77);
  }

  integer(bound: number): number {
    return this.#random.integer(bound);
  }

  /** Counts from 0 to 2^planes - 1, about `density` of them not 0. */
  counts(length: number, planes: number, density = 0.4): Uint32Array {
    return Uint32Array.from({ length }, () =>
      this.#random.uniform() < density ? 1 + this.integer(2 ** planes - 1) : 0,
    );
  }

  /** Multiples of 1/256 from -1 to 1. */
  dyadic(length: number): Float32Array {
    return Float32Array.from({ length }, () => (this.integer(513) - 256) / 256);
  }

  /** About N(0, 1). */
  normal(length: number): Float32Array {
    return Float32Array.from({ length }, () => this.#random.normal());
  }

  /** From 0.5 to 1, of either sign, and none of them a half: rounded to one they are multiples of 2^-11. */
  betweenHalves(length: number): Float32Array {
    return Float32Array.from({ length }, () => {
      const offset = (this.integer(199) - 99.5) / 250;
      return ((this.integer(2) - 0.5) * 2 * (1025 + this.integer(1022) + offset)) / 2048;
    });
  }

  /** Uniform in [0, 1). */
  uniform(length: number): Float32Array {
    return Float32Array.from({ length }, () => this.#random.uniform());
  }
}
