import type { NeuronParameters } from '../core/neuron.ts';
import { SURROGATE_INDEX } from '../core/plan/planBuilder.ts';
import type { CommandPass, CommandPlan, CommandStep, PlacedBuffer } from '../gpu/commandPlan.ts';
import { Executor } from '../gpu/executor.ts';
import type { EngineDevice } from './engine.ts';

/** One population of independent neurons, driven by given currents and errors. */
export interface NeuronRunRequest {
  neuron: NeuronParameters;
  /** [start, stop) steps; state crosses the borders, gradient does not. */
  intervals: readonly (readonly [number, number])[];
  stepCount: number;
  cellCount: number;
  /** I, f32[stepCount][cellCount] */
  current: Float32Array;
  /** dLoss/dspike, f32[stepCount][cellCount] */
  gradSpikes: Float32Array;
}

/** All arrays are [stepCount][cellCount]. */
export interface NeuronRunRecord {
  spikes: Uint8Array;
  membrane: Float32Array;
  /** Surrogate derivative as the backward kernel computes it. */
  surrogate: Float32Array;
  /** gamma = dLoss/du */
  gradMembrane: Float32Array;
}

const ALIGNMENT = 256;

function layOut(sizes: Record<string, number>): { buffers: PlacedBuffer[]; bytes: number } {
  let offset = 0;
  const buffers = Object.entries(sizes).map(([name, bytes]) => {
    const placed = { name, heap: name === 'weights' ? 'parameters' : 'arena', slab: 0, offset, bytes };
    if (name === 'weights') return { ...placed, offset: 0 };
    offset += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return placed;
  });
  return { buffers, bytes: offset };
}

/** f32[steps][cells] to vec4f[steps][ceil(cells / 4)], padded with zeros. */
function padRows(values: Float32Array, cells: number, rowLength: number): Float32Array<ArrayBuffer> {
  const padded = new Float32Array((values.length / cells) * rowLength);
  for (let i = 0; i < values.length; i++) padded[Math.floor(i / cells) * rowLength + (i % cells)] = values[i];
  return padded;
}

function unpadRows(values: Float32Array, cells: number, rowLength: number): Float32Array {
  const rows = values.length / rowLength;
  const result = new Float32Array(rows * cells);
  for (let row = 0; row < rows; row++) {
    result.set(values.subarray(row * rowLength, row * rowLength + cells), row * cells);
  }
  return result;
}

/**
 * Runs lifForward and errorBackward alone, on given currents and errors: the neuron without a network around it.
 * The training path uses the same kernels; only where the current and the error come from differs.
 */
export async function runNeuron(device: EngineDevice, request: NeuronRunRequest): Promise<NeuronRunRecord> {
  const { neuron, intervals, stepCount, cellCount } = request;
  const words = Math.ceil(cellCount / 32);
  const vectors = Math.ceil(cellCount / 4);
  const rowLength = 4 * vectors;
  const rectangular = neuron.surrogate === 'rectangular' && neuron.reset === 'soft';
  const RESET = neuron.reset === 'hard' ? 1 : 0;
  const { buffers, bytes } = layOut({
    weights: 16,
    inputs: stepCount * cellCount * 4,
    errors: stepCount * rowLength * 4,
    ones: rowLength * 4,
    membrane: cellCount * 4,
    spikes: stepCount * words * 4,
    windows: stepCount * words * 4,
    membranes: stepCount * cellCount * 4,
    intervalErrors: stepCount * rowLength * 4,
    gamma: stepCount * rowLength * 4,
    unused0: 16,
    unused1: 16,
    unused2: 16,
  });
  const { beta, theta, threshold, surrogateWidth, detachReset } = neuron;
  const params = {
    batchSize: 1,
    beta,
    theta,
    threshold,
    surrogateWidth,
    detachReset: detachReset ? 1 : 0,
    inHeight: 1,
    inWidth: 1,
    inChannels: cellCount,
    inVectors: vectors,
    inWords: words,
    inWholeSample: 1,
    outHeight: 1,
    outWidth: 1,
    outChannels: cellCount,
    outVectors: vectors,
    weightVectors: vectors,
    outWords: words,
    chunkSteps: stepCount,
  };
  const forward = (history: number): CommandPass => ({
    kernel: 'lifForward',
    label: 'lifForward/neuron',
    overrides: { SYNAPSE: 2, HISTORY: history, VECTORS: 1, RESET },
    params,
    buffers: {
      inputs: 'inputs',
      weights: 'weights',
      normalization: 'unused0',
      keepBits: 'unused1',
      membrane: 'membrane',
      spikes: 'spikes',
      surrogateHistory: history === 1 ? 'windows' : 'membranes',
    },
    invocations: vectors,
  });
  const backward = (errors: string, constant: number): CommandPass => ({
    kernel: 'errorBackward',
    label: 'errorBackward/neuron',
    overrides: {
      CONSTANT: constant,
      HISTORY: rectangular ? 1 : 2,
      RESET,
      SURROGATE: SURROGATE_INDEX[neuron.surrogate],
    },
    params,
    buffers: {
      errors,
      surrogateHistory: rectangular ? 'windows' : 'membranes',
      keepBits: 'unused0',
      gamma: 'gamma',
      gammaCarry: 'unused1',
    },
    invocations: vectors,
  });
  // Windows: first the intervals, then every single step (an error of 1 at a step alone gives the derivative itself).
  const spans = [...intervals.map(([start, stop]) => ({ start, stop }))];
  for (let t = 0; t < stepCount; t++) spans.push({ start: t, stop: t + 1 });
  const windows = spans.map(({ start, stop }) => ({
    stepStart: start,
    historyStart: start,
    stepCount: stop - start,
    isFirst: start === 0 ? 1 : 0,
  }));
  const passes = [
    forward(2),
    ...(rectangular ? [forward(1)] : []),
    backward('intervalErrors', 0),
    backward('ones', 1),
  ];
  const plan: CommandPlan = {
    slabs: [
      { heap: 'parameters', bytes: ALIGNMENT },
      { heap: 'arena', bytes },
      { heap: 'uniform', bytes: (passes.length + windows.length) * ALIGNMENT },
      { heap: 'readback', bytes },
    ],
    buffers,
    passes,
    windows,
  };
  const executor = await Executor.create(plan, device.executorParts());
  try {
    executor.writeWindows(windows);
    executor.write('inputs', new Float32Array(request.current));
    executor.write('ones', new Float32Array(rowLength).fill(1));
    const errors = padRows(request.gradSpikes, cellCount, rowLength);
    for (const pass of rectangular ? [0, 1] : [0]) {
      executor.zero(['spikes', 'windows']);
      await executor.run(intervals.map((_, window): CommandStep => ({ kind: 'run', pass, window })));
    }
    const spikeWords = new Uint32Array(await executor.read('spikes'));
    const spikes = new Uint8Array(stepCount * cellCount);
    for (let i = 0; i < spikes.length; i++) {
      const cell = i % cellCount;
      spikes[i] = (spikeWords[Math.floor(i / cellCount) * words + (cell >> 5)] >>> (cell & 31)) & 1;
    }
    const gamma = new Float32Array(stepCount * rowLength);
    const surrogate = new Float32Array(stepCount * rowLength);
    const intervalPass = passes.length - 2;
    for (const [window, [start, stop]] of intervals.entries()) {
      executor.write('intervalErrors', errors.slice(start * rowLength, stop * rowLength));
      await executor.run([{ kind: 'run', pass: intervalPass, window }]);
      const part = new Float32Array(await executor.read('gamma')).subarray(0, (stop - start) * rowLength);
      gamma.set(part, start * rowLength);
    }
    for (let t = 0; t < stepCount; t++) {
      await executor.run([{ kind: 'run', pass: intervalPass + 1, window: intervals.length + t }]);
      surrogate.set(new Float32Array(await executor.read('gamma')).subarray(0, rowLength), t * rowLength);
    }
    return {
      spikes,
      membrane: new Float32Array(await executor.read('membranes')),
      surrogate: unpadRows(surrogate, cellCount, rowLength),
      gradMembrane: unpadRows(gamma, cellCount, rowLength),
    };
  } finally {
    executor.destroy();
  }
}
