import type { FrameShape } from '../../core/encodedDataset.ts';
import { frameSize } from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
import { type LayerSpec, outputSide } from '../../core/network.ts';
import type { NirGraph, NirNode } from '../../data/nir/nirFile.ts';
import type { NamedTensor } from '../../trainer/messages.ts';
import { clampSchedule } from '../runPreparation.ts';
import type { Session } from '../session.ts';
import { type TakenWeights, withStartWeights } from './startWeights.ts';

function unsupported(what: string, instead = 'Remove it in the tool that wrote the file.'): never {
  throw new AppError('nir-unsupported', `The page cannot train this NIR graph: ${what}.`, instead);
}

/** The nodes from input to output. @throws AppError `nir-unsupported` for branches, loops and loose ends. */
function chainOf({ nodes, edges }: NirGraph): NirNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const inputs = nodes.filter(({ type }) => type === 'Input');
  if (inputs.length !== 1) unsupported(`it has ${inputs.length} inputs, one is needed`);
  const chain = [inputs[0]];
  while (chain[chain.length - 1].type !== 'Output') {
    const { name } = chain[chain.length - 1];
    const next = edges.filter(([from]) => from === name).map(([, to]) => to);
    if (next.length !== 1)
      unsupported(
        `node ${name} leads to ${next.length} nodes; branches, skip connections and recurrent connections are not read`,
      );
    const node = byName.get(next[0]);
    if (!node) unsupported(`node ${name} leads to ${next[0]}, which is not there`);
    if (chain.includes(node)) unsupported(`it goes round in a circle at ${node.name} (recurrence)`);
    if (edges.filter(([, to]) => to === node.name).length > 1)
      unsupported(`node ${node.name} has several inputs; skip connections are not read`);
    chain.push(node);
  }
  return chain;
}

function numbers(node: NirNode, key: string): { shape: number[]; data: Float64Array } {
  const value = node.values.get(key);
  if (value === undefined || typeof value === 'string')
    unsupported(`node ${node.name} (${node.type}) has no numbers "${key}"`);
  return value;
}

/** One number for both directions of an image. */
function square(node: NirNode, key: string, fallback: number): number {
  const value = node.values.get(key);
  if (value === undefined) return fallback;
  if (value === 'valid') return 0;
  if (typeof value === 'string') unsupported(`node ${node.name} has the ${key} "${value}"`);
  if (value.data.some((each) => each !== value.data[0]))
    unsupported(`node ${node.name} has different ${key} in y and x`);
  return value.data[0];
}

/** Weights on their way to their neurons. */
interface Synapse {
  kind: 'conv' | 'linear';
  name: string;
  out: number;
  kernel: number;
  stride: number;
  padding: number;
  weight: { shape: number[]; data: Float64Array };
  bias: Float64Array | null;
}

function readConv(node: NirNode, input: FrameShape): Synapse {
  const weight = numbers(node, 'weight');
  const [out, channels, height, width] = weight.shape;
  if (weight.shape.length !== 4 || height !== width)
    unsupported(`the kernel of ${node.name} is [${weight.shape.join(', ')}], square kernels are read`);
  if (square(node, 'dilation', 1) !== 1) unsupported(`${node.name} is dilated`);
  if (square(node, 'groups', 1) !== 1) unsupported(`${node.name} works in groups`);
  if (channels !== input.channels)
    unsupported(`${node.name} reads ${channels} channels, what comes in has ${input.channels}`);
  return {
    kind: 'conv',
    name: node.name,
    out,
    kernel: height,
    stride: square(node, 'stride', 1),
    padding: square(node, 'padding', 0),
    weight,
    bias: node.values.has('bias') ? numbers(node, 'bias').data : null,
  };
}

function readLinear(node: NirNode, input: FrameShape): Synapse {
  const weight = numbers(node, 'weight');
  const [out, inputs] = weight.shape;
  if (weight.shape.length !== 2 || inputs !== frameSize(input))
    unsupported(
      `the weights of ${node.name} are [${weight.shape.join(', ')}], what comes in has ${frameSize(input)} values`,
    );
  return {
    kind: 'linear',
    name: node.name,
    out,
    kernel: 1,
    stride: 1,
    padding: 0,
    weight,
    bias: node.type === 'Affine' ? numbers(node, 'bias').data : null,
  };
}

/** A neuron layer: constants of the step, and what each channel's (linear: each neuron's) input is multiplied by. */
interface Neurons {
  beta: number;
  threshold: number;
  /** Gain and constant input per channel, with thresholds made equal. */
  gain: Float64Array;
  drive: Float64Array;
  hasReset: boolean;
}

/** The value of each channel; conv neurons of one channel must be equal. */
function perChannel(node: NirNode, key: string, channels: number): Float64Array {
  const { data } = numbers(node, key);
  if (data.length === 1) return new Float64Array(channels).fill(data[0]);
  const area = data.length / channels;
  if (!Number.isInteger(area)) unsupported(`${key} of ${node.name} has ${data.length} values`);
  const values = Float64Array.from({ length: channels }, (_, c) => data[c * area]);
  if (data.some((value, i) => value !== values[Math.floor(i / area)]))
    unsupported(`${key} of ${node.name} differs between neurons of one channel`);
  return values;
}

function readNeurons(node: NirNode, channels: number, stepSeconds: number): Neurons {
  const threshold = perChannel(node, 'v_threshold', channels);
  const resistance = perChannel(node, 'r', channels);
  let beta = 1;
  const drive = new Float64Array(channels);
  const gain = Float64Array.from(resistance);
  if (node.type === 'LIF') {
    const tau = perChannel(node, 'tau', channels);
    const leak = perChannel(node, 'v_leak', channels);
    if (tau.some((value) => value !== tau[0])) unsupported(`tau of ${node.name} differs between channels`);
    const share = stepSeconds / tau[0];
    if (!(share > 0 && share <= 1))
      unsupported(
        `the time constant of ${node.name} is ${tau[0]} s, but a step takes ${stepSeconds} s`,
        `Choose a time step (dt) of at most ${tau[0]} s.`,
      );
    // Euler's rule, as in NIR's own simulators: v += dt/tau * (v_leak - v + r*I).
    beta = 1 - share;
    for (let c = 0; c < channels; c++) {
      gain[c] *= share;
      drive[c] = share * leak[c];
    }
  }
  // Neurons whose thresholds differ fire alike when their inputs are scaled instead.
  for (let c = 0; c < channels; c++) {
    if (!(threshold[c] > 0)) unsupported(`a threshold of ${node.name} is ${threshold[c]}`);
    gain[c] *= threshold[0] / threshold[c];
    drive[c] *= threshold[0] / threshold[c];
  }
  const reset = node.values.get('v_reset');
  if (reset !== undefined && (typeof reset === 'string' || reset.data.some((value) => value !== 0)))
    unsupported(`${node.name} is reset to another value than 0`);
  return { beta, threshold: threshold[0], gain, drive, hasReset: reset !== undefined };
}

/** One population: what drives it, and its constants. */
interface Population {
  synapse: Synapse;
  neurons: Neurons;
  /** Factor on the weights, from sum pools below. */
  scale: number;
}

/** What the chain is made of, in order. */
type Part = { population: Population } | { pool: LayerSpec; neurons: Neurons | null };

const POOLS: Record<string, 'sum' | 'average'> = { SumPool2d: 'sum', AvgPool2d: 'average' };

function readParts(chain: NirNode[], input: FrameShape, stepSeconds: number): Part[] {
  const parts: Part[] = [];
  let shape = input;
  let synapse: Synapse | null = null;
  let scale = 1;
  let isAfterPool = false;
  const pass = (node: NirNode, made: Synapse) => {
    if (synapse) unsupported(`${node.name} follows ${synapse.name} without neurons in between`);
    synapse = made;
    const side = (length: number) =>
      made.kind === 'linear' ? 1 : outputSide(length, made.kernel, made.stride, made.padding);
    shape = { channels: made.out, height: side(shape.height), width: side(shape.width) };
    isAfterPool = false;
  };
  for (const node of chain.slice(1, -1)) {
    const pool = POOLS[node.type];
    if (node.type === 'Conv2d') pass(node, readConv(node, shape));
    else if (node.type === 'Affine' || node.type === 'Linear') pass(node, readLinear(node, shape));
    else if (node.type === 'Flatten') continue;
    else if (node.type === 'IF' || node.type === 'LIF') {
      const neurons = readNeurons(node, shape.channels, stepSeconds);
      const last = parts[parts.length - 1];
      if (synapse) parts.push({ population: { synapse, neurons, scale } });
      else if (isAfterPool && last && 'pool' in last)
        last.neurons = { ...neurons, ...scaledDrive(neurons, scale) };
      else unsupported(`${node.name} has no weights before it`);
      synapse = null;
      scale = 1;
      isAfterPool = false;
    } else if (pool) {
      if (synapse) unsupported(`${node.name} pools the currents of ${(synapse as Synapse).name}, not spikes`);
      const kernel = square(node, 'kernel_size', 1);
      const stride = square(node, 'stride', kernel);
      if (square(node, 'padding', 0) !== 0) unsupported(`${node.name} is padded`);
      parts.push({ pool: { kind: 'avgPool', kernel, stride, neuron: 'none' }, neurons: null });
      // A sum is the average times the area of the window: the factor goes to the weights above.
      if (pool === 'sum') scale *= kernel * kernel;
      const side = (length: number) => outputSide(length, kernel, stride, 0);
      shape = { channels: shape.channels, height: side(shape.height), width: side(shape.width) };
      isAfterPool = true;
    } else
      unsupported(
        `node ${node.name} is of type ${node.type}; Conv2d, Affine, Linear, IF, LIF, SumPool2d, AvgPool2d and Flatten are read`,
      );
  }
  if (synapse) unsupported(`the last weights (${(synapse as Synapse).name}) have no neurons after them`);
  return parts;
}

function scaledDrive({ gain }: Neurons, scale: number): { gain: Float64Array } {
  return { gain: gain.map((value) => value * scale) };
}

/** The weights of a population with gains, sums of pools and constant inputs worked into them. */
function tensorsOf(prefix: string, { synapse, neurons, scale }: Population): NamedTensor[] {
  const { weight, bias, out } = synapse;
  const perOut = weight.data.length / out;
  const tensors: NamedTensor[] = [
    {
      name: `${prefix}.weight`,
      shape: weight.shape,
      values: Float32Array.from(
        weight.data,
        (value, i) => value * scale * neurons.gain[Math.floor(i / perOut)],
      ),
    },
  ];
  if (hasBias({ synapse, neurons }))
    tensors.push({
      name: `${prefix}.bias`,
      shape: [out],
      values: Float32Array.from(
        { length: out },
        (_, c) => (bias?.[c] ?? 0) * neurons.gain[c] + neurons.drive[c],
      ),
    });
  return tensors;
}

const hasBias = ({ synapse, neurons }: Pick<Population, 'synapse' | 'neurons'>) =>
  synapse.bias !== null || neurons.drive.some((value) => value !== 0);

function inputShape(node: NirNode): FrameShape {
  const { data } = numbers(node, 'shape');
  if (data.length === 3) return { channels: data[0], height: data[1], width: data[2] };
  if (data.length === 1) return { channels: 1, height: 1, width: data[0] };
  return unsupported(
    `its input has the shape [${data.join(', ')}]; [channels, height, width] or [neurons] is read`,
  );
}

/**
 * Makes a network that can be trained of a NIR graph: a chain of weights and IF or LIF neurons. IF is LIF with beta 1, a
 * sum pool an average pool whose factor goes into the weights above, `r` and `v_leak` go into weights and biases. NIR before
 * version 1 does not say what a spike does to the membrane: the session's reset is kept.
 * @throws AppError `nir-unsupported` naming the node and what about it cannot be trained.
 */
export function takeNir(fileName: string, graph: NirGraph, session: Session): TakenWeights {
  const chain = chainOf(graph);
  const shape = inputShape(chain[0]);
  const stepSeconds = session.encoding.stepDurationUs / 1e6;
  const parts = readParts(chain, shape, stepSeconds);
  const last = parts[parts.length - 1];
  if (!last || 'pool' in last || last.population.synapse.kind !== 'linear')
    unsupported('its output is no layer of neurons behind Affine or Linear weights');
  const { synapse, neurons: output } = last.population;
  if (parts.length < 2)
    unsupported('it has one layer of neurons; a network here has at least one layer before its output');
  if (synapse.out < 2) unsupported(`it has ${synapse.out} output neuron; to classify takes at least 2`);

  const reset = output.hasReset ? 'hard' : session.neuron.reset;
  const { beta, threshold } = output;
  const layers: LayerSpec[] = [];
  const tensors: NamedTensor[] = [];
  for (const part of parts.slice(0, -1)) {
    if ('pool' in part) {
      const { neurons } = part;
      const isOwn = neurons && (neurons.beta !== beta || neurons.threshold !== threshold);
      if (
        isOwn ||
        neurons?.gain.some((value) => Math.abs(value - 1) > 1e-6) ||
        neurons?.drive.some((value) => value !== 0)
      )
        unsupported('the neurons after a pool have other constants than the output, or a gain');
      layers.push({ ...part.pool, ...(neurons && { neuron: 'lif' }) } as LayerSpec);
      continue;
    }
    const { synapse: own, neurons } = part.population;
    const constants =
      neurons.beta === beta && neurons.threshold === threshold
        ? {}
        : { neuron: { beta: neurons.beta, threshold: neurons.threshold, theta: neurons.threshold } };
    const bias = hasBias(part.population);
    tensors.push(...tensorsOf(`l${layers.length}`, part.population));
    layers.push(
      own.kind === 'conv'
        ? {
            kind: 'conv',
            out: own.out,
            kernel: own.kernel,
            stride: own.stride,
            padding: own.padding,
            bias,
            ...constants,
          }
        : { kind: 'linear', out: own.out, bias, ...constants },
    );
  }
  tensors.push(...tensorsOf(`classifier@${layers.length}`, last.population));
  const { channels, height, width } = shape;
  const width2 = session.neuron.surrogate === 'rectangular' ? 2 * threshold : session.neuron.surrogateWidth;
  const target: Session = clampSchedule({
    ...session,
    data: { ...session.data, classCount: synapse.out },
    encoding: { ...session.encoding, input: 'events', channels, height, width },
    network: { layers, classifier: { kind: 'trainable', bias: hasBias(last.population) } },
    neuron: { ...session.neuron, beta, threshold, theta: threshold, reset, surrogateWidth: width2 },
  });
  const taken = withStartWeights(target, fileName, tensors);
  return { ...taken, remarks: [...remarksOf(graph, output, target), ...taken.remarks] };
}

function remarksOf({ version }: NirGraph, output: Neurons, { neuron, encoding }: Session): string[] {
  const remarks = [
    `NIR ${version || 'of unknown version'}: the file says nothing of the length and number of time steps; this session has ${encoding.stepCount} of ${encoding.stepDurationUs} microseconds.`,
  ];
  if (!output.hasReset)
    remarks.push(
      `The file does not say what a spike does to the membrane. The session's reset is kept: ${neuron.reset} (soft subtracts the threshold, hard sets 0); choose the one of the tool that trained it.`,
    );
  return remarks;
}
