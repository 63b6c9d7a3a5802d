import { AppError } from '../../core/errors.ts';
import type { NetworkSpec } from '../../core/network.ts';
import type { NeuronParameters } from '../../core/neuron.ts';
import { buildStages, type Stage } from '../../core/plan/stages.ts';
import { NIR_VERSION, type NirGraph, type NirNode, type NirValue } from '../../data/nir/nirFile.ts';
import type { NamedTensor } from '../../trainer/messages.ts';

const BATCH_NORM_EPSILON = 1e-5;

/** A graph, and in what it is not the network. */
export interface NirExport {
  graph: NirGraph;
  remarks: string[];
}

const array = (shape: number[], data: ArrayLike<number>): NirValue => ({
  shape,
  data: Float64Array.from(data),
});
const filled = (shape: number[], value: number): NirValue =>
  array(shape, new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(value));
const scalar = (value: number): NirValue => array([], [value]);
const pair = (value: number): NirValue => array([2], [value, value]);

const nameOf = (name: string) => name.replaceAll('.', '_');

/** Weights and bias of a stage in evaluation, with batch norm worked in. */
function synapseOf(stage: Stage, tensors: ReadonlyMap<string, NamedTensor>) {
  const { prefix = '', bias = false, batchNormPrefix = '' } = stage.parameters ?? {};
  const get = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (!tensor)
      throw new AppError('weights-mismatch', `The weights lack ${name}.`, 'Export those of a run.');
    return tensor.values;
  };
  const weight = Float64Array.from(get(`${prefix}.weight`));
  const out = stage.outputShape.channels;
  const offset = bias ? Float64Array.from(get(`${prefix}.bias`)) : new Float64Array(out);
  if (batchNormPrefix !== '') {
    const [scale, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
      get(`${batchNormPrefix}.${part}`),
    );
    const perOut = weight.length / out;
    for (let c = 0; c < out; c++) {
      const gain = scale[c] / Math.sqrt(variance[c] + BATCH_NORM_EPSILON);
      for (let i = 0; i < perOut; i++) weight[c * perOut + i] *= gain;
      offset[c] = (offset[c] - mean[c]) * gain + shift[c];
    }
  }
  return { weight, offset, shape: tensors.get(`${prefix}.weight`)?.shape ?? [] };
}

/**
 * Neurons as NIR knows them. With Euler's rule v += dt/tau * (v_leak - v + r*I), tau = dt/(1 - beta) and r = 1/(1 - beta)
 * give v = beta*v + I; beta 1 is IF.
 */
function neuronNode(name: string, shape: number[], neuron: NeuronParameters, stepSeconds: number): NirNode {
  const isIf = neuron.beta === 1;
  const leak = 1 - neuron.beta;
  const values = new Map<string, NirValue>([
    ['r', filled(shape, isIf ? 1 : 1 / leak)],
    ['v_threshold', filled(shape, neuron.threshold)],
    ['v_reset', filled(shape, 0)],
  ]);
  if (!isIf) {
    values.set('tau', filled(shape, stepSeconds / leak));
    values.set('v_leak', filled(shape, 0));
  }
  return { name, type: isIf ? 'IF' : 'LIF', values };
}

/**
 * The network for inference as a NIR graph: the body and the last block's classifier. Batch norm goes into weights and biases;
 * dropout and the other classifiers serve training only.
 * @throws AppError `nir-inexpressible` for what NIR has no node for.
 */
export function toNir(
  network: NetworkSpec,
  blockSize: number,
  tensors: readonly NamedTensor[],
  stepSeconds: number,
): NirExport {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const { stages, activations, blocks } = buildStages(network, blockSize);
  const last = blocks[blocks.length - 1].classifier;
  const { channels, height, width } = network.input.shape;
  const nodes: NirNode[] = [
    { name: 'input', type: 'Input', values: new Map([['shape', array([3], [channels, height, width])]]) },
  ];
  const edges: [string, string][] = [];
  /** Nodes that write an activation; two for the sum of a residual unit, which NIR forms at the next node. */
  const sources = new Map<number, string[]>([[0, ['input']]]);
  const connect = (froms: readonly string[], to: string) => {
    for (const from of froms) edges.push([from, to]);
  };
  for (const stage of stages) {
    if (stage.isClassifier && stage.id !== last) continue;
    const name = nameOf(stage.name);
    const inputs = stage.inputs.flatMap((id) => sources.get(id) ?? []);
    const { channels: out, height: rows, width: columns } = stage.outputShape;
    const shape = stage.isLinear ? [out] : [out, rows, columns];
    if (stage.kind === 'add') {
      sources.set(stage.output, inputs);
      continue;
    }
    let from = inputs;
    if (stage.kind === 'pool') {
      if (stage.pool === 'maximum') {
        throw new AppError(
          'nir-inexpressible',
          `NIR has no maximum pool (${stage.name}).`,
          'Use average pools, or take the weights away as safetensors.',
        );
      }
      const values = new Map<string, NirValue>([
        ['kernel_size', pair(stage.kernelHeight)],
        ['stride', pair(stage.stride)],
        ['padding', pair(0)],
      ]);
      nodes.push({ name, type: 'AvgPool2d', values });
      connect(from, name);
      from = [name];
    } else {
      const { weight, offset, shape: weightShape } = synapseOf(stage, byName);
      const isImage = stage.inputShape.height * stage.inputShape.width > 1;
      if (stage.isLinear && isImage) {
        const { channels: c, height: h, width: w } = stage.inputShape;
        const flatten = `${name}_flatten`;
        nodes.push({
          name: flatten,
          type: 'Flatten',
          values: new Map([
            ['start_dim', scalar(0)],
            ['end_dim', scalar(-1)],
            ['input_type', array([3], [c, h, w])],
          ]),
        });
        connect(from, flatten);
        from = [flatten];
      }
      const synapse = `${name}_weights`;
      const values = new Map<string, NirValue>([
        ['weight', array(weightShape, weight)],
        ['bias', array([out], offset)],
      ]);
      if (!stage.isLinear) {
        values.set('stride', pair(stage.stride));
        values.set('padding', pair(stage.padding));
        values.set('dilation', pair(1));
        values.set('groups', scalar(1));
        values.set('input_shape', array([2], [stage.inputShape.height, stage.inputShape.width]));
      }
      nodes.push({ name: synapse, type: stage.isLinear ? 'Affine' : 'Conv2d', values });
      connect(from, synapse);
      from = [synapse];
    }
    if (stage.lif) {
      const neurons = stage.kind === 'pool' ? `${name}_neurons` : name;
      nodes.push(neuronNode(neurons, shape, stage.neuron, stepSeconds));
      connect(from, neurons);
      from = [neurons];
    }
    sources.set(stage.output, from);
  }
  nodes.push({
    name: 'output',
    type: 'Output',
    values: new Map([['shape', array([1], [network.classCount])]]),
  });
  connect(sources.get(stages[last].output) ?? [], 'output');
  return {
    graph: { version: NIR_VERSION, nodes, edges },
    remarks: remarksOf(
      stages.filter(({ isClassifier, id }) => !isClassifier || id === last),
      activations[0].encoding === 'frames',
    ),
  };
}

/** What NIR does not say, or says otherwise. @param stages Those that are in the file. */
function remarksOf(stages: readonly Stage[], isStatic: boolean): string[] {
  const remarks: string[] = [];
  const soft = stages.filter(({ lif, neuron }) => lif && neuron.reset === 'soft');
  if (soft.length > 0)
    remarks.push(
      `NIR cannot express the soft reset by a constant of its own (theta = ${soft[0].neuron.theta}): it sets the membrane to v_reset after a spike, so a simulator that follows the file resets ${soft.length} populations to 0 and fires differently.`,
    );
  remarks.push(
    'NIR has no order of time steps: here a spike acts on the membrane of the next step, and a neuron fires when u >= threshold; simulators that use > differ where a membrane lies exactly on it.',
    'Surrogates, local classifiers, dropout and (k, n) serve training and are not in the file.',
  );
  if (isStatic) remarks.push('The image must be given anew at every step (direct encoding).');
  return remarks;
}
