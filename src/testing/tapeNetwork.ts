import type { FrameShape } from '../core/encodedDataset.ts';
import { cutBlocks, inferShapes, type LayerShape, layerName, sewHasShortcutConv } from '../core/network.ts';
import type { NeuronParameters } from '../core/neuron.ts';
import { SURROGATES } from '../core/surrogate.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { type Node, Tape } from './tape.ts';

/** Membranes and spikes of a population, [B][C][H][W], as numbers: what crosses the border of an interval. */
export interface TapeState {
  u: number[];
  s: number[];
}

export interface TapeInterval {
  config: TrainingConfig;
  /** By interface name. */
  tensors: ReadonlyMap<string, ArrayLike<number>>;
  /** The interval's input, [steps][B][C][H][W]. */
  input: ArrayLike<number>;
  labels: ArrayLike<number>;
  /** Keep masks by layer name, [B][C][H][W]. */
  masks: ReadonlyMap<string, ArrayLike<number>>;
  /** Read and replaced; empty before the first interval. */
  states: Map<string, TapeState>;
}

export interface TapeResult {
  /** Per block. */
  losses: number[];
  /** Of the sum of all blocks' losses, for every tensor; blocks are detached from each other. */
  gradients: Map<string, Float64Array>;
  /** Running mean and variance after this interval, by tensor name. */
  running: Map<string, Float64Array>;
}

/** Values at each step: [steps] of [B][C][H][W]. */
type Steps = Node[][];

/**
 * Runs one interval of a network forward on a tape, all blocks in the paper's order, and differentiates the losses. Written
 * from the forward equations of docs/maths.md alone.
 */
export function runTapeInterval(request: TapeInterval): TapeResult {
  const network = new TapeNetwork(request);
  return network.run();
}

class TapeNetwork {
  readonly #request: TapeInterval;
  readonly #tape = new Tape();
  readonly #tensors: Map<string, Node[]>;
  readonly #running = new Map<string, Float64Array>();
  readonly #batch: number;

  constructor(request: TapeInterval) {
    this.#request = request;
    this.#batch = request.labels.length;
    this.#tensors = new Map([...request.tensors].map(([name, values]) => [name, this.#tape.leaves(values)]));
  }

  run(): TapeResult {
    const { config } = this.#request;
    const shapes = inferShapes(config.network);
    const blocks = cutBlocks(config.network, config.schedule.blockSize);
    let x = this.#input(shapes[0].input);
    const losses = blocks.map(({ start, stop }, block) => {
      x = x.map((step) => step.map((node) => this.#tape.detach(node)));
      for (const layer of shapes.slice(start, stop)) x = this.#layer(layer, x);
      const classes = { channels: config.network.classCount, height: 1, width: 1 };
      const top = shapes[stop - 1].output;
      const current = this.#dense(`c${block}`, top, classes, x, config.network.classifier.bias);
      return this.#loss(this.#lif(`c${block}`, config.network.neuron, current));
    });
    const total = this.#tape.gradients(this.#tape.sum(losses));
    const gradients = new Map(
      [...this.#tensors].map(([name, nodes]) => [name, Float64Array.from(nodes, (node) => total[node])]),
    );
    return { losses: losses.map((loss) => this.#tape.value(loss)), gradients, running: this.#running };
  }

  #input(shape: FrameShape): Steps {
    const perStep = this.#batch * shape.channels * shape.height * shape.width;
    const { input } = this.#request;
    return Array.from({ length: input.length / perStep }, (_, t) =>
      this.#tape.leaves(Array.from(input).slice(t * perStep, (t + 1) * perStep)),
    );
  }

  #layer({ spec, index, input, output }: LayerShape, x: Steps): Steps {
    const name = `l${index}`;
    const shared = this.#request.config.network.neuron;
    switch (spec.kind) {
      case 'conv':
      case 'linear': {
        const current =
          spec.kind === 'conv'
            ? this.#convolution(name, input, output, x, spec)
            : this.#dense(name, input, output, x, spec.bias);
        const driving = spec.batchNorm ? this.#batchNorm(`${name}.bn`, output, current) : current;
        const spikes = this.#lif(name, { ...shared, ...spec.neuron }, driving);
        return this.#dropout(layerName(spec, index), spec.dropout ?? 0, spikes);
      }
      case 'avgPool':
      case 'maxPool': {
        const pooled = this.#pool(spec, input, output, x);
        return spec.neuron === 'lif' ? this.#lif(name, shared, pooled) : pooled;
      }
      case 'sew': {
        const unit = (
          part: string,
          norm: string,
          from: FrameShape,
          y: Steps,
          kernel: number,
          stride: number,
        ) => {
          const options = { kernel, stride, padding: (kernel - 1) / 2, bias: false };
          const current = this.#convolution(`${name}.${part}`, from, output, y, options);
          const driving = spec.batchNorm ? this.#batchNorm(`${name}.${norm}`, output, current) : current;
          return this.#lif(`${name}.${part}`, shared, driving);
        };
        const hidden = unit('conv1', 'bn1', input, x, 3, spec.stride);
        const top = unit('conv2', 'bn2', output, hidden, 3, 1);
        const short = sewHasShortcutConv(spec, input) ? unit('short', 'bns', input, x, 1, spec.stride) : x;
        return top.map((step, t) => step.map((node, i) => this.#tape.sum([node, short[t][i]])));
      }
    }
  }

  #parameter(name: string): Node[] {
    const nodes = this.#tensors.get(name);
    if (!nodes) throw new Error(`The network has no tensor ${name}.`);
    return nodes;
  }

  #convolution(
    name: string,
    input: FrameShape,
    output: FrameShape,
    x: Steps,
    options: { kernel: number; stride: number; padding: number; bias: boolean },
  ): Steps {
    const { kernel, stride, padding } = options;
    const weights = this.#parameter(`${name}.weight`);
    const bias = options.bias ? this.#parameter(`${name}.bias`) : null;
    const inSize = input.channels * input.height * input.width;
    return x.map((step) =>
      this.#mapCells(output, (b, o, outY, outX) => {
        const left: Node[] = [];
        const right: Node[] = [];
        for (let c = 0; c < input.channels; c++) {
          for (let ky = 0; ky < kernel; ky++) {
            for (let kx = 0; kx < kernel; kx++) {
              const y = outY * stride + ky - padding;
              const xAt = outX * stride + kx - padding;
              if (y < 0 || xAt < 0 || y >= input.height || xAt >= input.width) continue;
              left.push(weights[((o * input.channels + c) * kernel + ky) * kernel + kx]);
              right.push(step[b * inSize + (c * input.height + y) * input.width + xAt]);
            }
          }
        }
        const current = this.#tape.dot(left, right);
        return bias ? this.#tape.sum([current, bias[o]]) : current;
      }),
    );
  }

  #dense(name: string, input: FrameShape, output: FrameShape, x: Steps, hasBias: boolean): Steps {
    const weights = this.#parameter(`${name}.weight`);
    const bias = hasBias ? this.#parameter(`${name}.bias`) : null;
    const size = input.channels * input.height * input.width;
    return x.map((step) =>
      this.#mapCells(output, (b, o) => {
        const current = this.#tape.dot(
          weights.slice(o * size, (o + 1) * size),
          step.slice(b * size, (b + 1) * size),
        );
        return bias ? this.#tape.sum([current, bias[o]]) : current;
      }),
    );
  }

  #mapCells(shape: FrameShape, make: (b: number, c: number, y: number, x: number) => Node): Node[] {
    const nodes: Node[] = [];
    for (let b = 0; b < this.#batch; b++) {
      for (let c = 0; c < shape.channels; c++) {
        for (let y = 0; y < shape.height; y++) {
          for (let x = 0; x < shape.width; x++) nodes.push(make(b, c, y, x));
        }
      }
    }
    return nodes;
  }

  #pool(
    spec: { kind: 'avgPool' | 'maxPool'; kernel: number; stride: number },
    input: FrameShape,
    output: FrameShape,
    x: Steps,
  ): Steps {
    const { kernel, stride } = spec;
    return x.map((step) =>
      this.#mapCells(output, (b, c, outY, outX) => {
        const nodes: Node[] = [];
        for (let ky = 0; ky < kernel; ky++) {
          const row = ((b * input.channels + c) * input.height + outY * stride + ky) * input.width;
          for (let kx = 0; kx < kernel; kx++) nodes.push(step[row + outX * stride + kx]);
        }
        if (spec.kind === 'maxPool') return this.#tape.maximum(nodes);
        return this.#tape.scale(this.#tape.sum(nodes), 1 / (kernel * kernel));
      }),
    );
  }

  #lif(name: string, neuron: NeuronParameters, current: Steps): Steps {
    const tape = this.#tape;
    const { derivative } = SURROGATES[neuron.surrogate];
    const start = this.#request.states.get(name) ?? {
      u: current[0].map(() => 0),
      s: current[0].map(() => 0),
    };
    let u = tape.leaves(start.u);
    let s = tape.leaves(start.s);
    const spikes = current.map((step) => {
      const reset = neuron.detachReset ? s.map((node) => tape.detach(node)) : s;
      u = step.map((node, i) => {
        if (neuron.reset === 'soft') return tape.sum([u[i], node, reset[i]], [neuron.beta, 1, -neuron.theta]);
        const left = tape.multiply(u[i], tape.sum([reset[i]], [-1], 1));
        return tape.sum([left, node], [neuron.beta, 1]);
      });
      s = u.map((node) =>
        tape.apply(
          node,
          (value) => (value >= neuron.threshold ? 1 : 0),
          (value) => derivative(value - neuron.threshold, neuron.surrogateWidth),
        ),
      );
      return s;
    });
    this.#request.states.set(name, { u: u.map((n) => tape.value(n)), s: s.map((n) => tape.value(n)) });
    return spikes;
  }

  #dropout(name: string, dropout: number, spikes: Steps): Steps {
    const mask = this.#request.masks.get(name);
    if (!mask) return spikes;
    return spikes.map((step) => step.map((node, i) => this.#tape.scale(node, mask[i] / (1 - dropout))));
  }

  #batchNorm(name: string, shape: FrameShape, current: Steps): Steps {
    const tape = this.#tape;
    const positions = shape.height * shape.width;
    const channelOf = (i: number) => Math.floor(i / positions) % shape.channels;
    const present = (i: number) => this.#request.labels[Math.floor(i / (positions * shape.channels))] >= 0;
    const scale = this.#parameter(`${name}.weight`);
    const shift = this.#parameter(`${name}.bias`);
    const runningMean = Float64Array.from(this.#request.tensors.get(`${name}.running_mean`) ?? []);
    const runningVariance = Float64Array.from(this.#request.tensors.get(`${name}.running_var`) ?? []);
    const result = current.map((step) => [...step]);
    for (let c = 0; c < shape.channels; c++) {
      const counted = current.flatMap((step) => step.filter((_, i) => channelOf(i) === c && present(i)));
      const count = counted.length;
      const mean = tape.scale(tape.sum(counted), 1 / count);
      const centred = counted.map((node) => tape.sum([node, mean], [1, -1]));
      const variance = tape.scale(tape.dot(centred, centred), 1 / count);
      const inverse = tape.apply(
        variance,
        (x) => 1 / Math.sqrt(x + 1e-5),
        (x) => -0.5 * (x + 1e-5) ** -1.5,
      );
      const factor = tape.multiply(inverse, scale[c]);
      for (const [t, step] of current.entries()) {
        for (const [i, node] of step.entries()) {
          if (channelOf(i) !== c) continue;
          const value = tape.multiply(tape.sum([node, mean], [1, -1]), factor);
          result[t][i] = tape.sum([value, shift[c]]);
        }
      }
      const unbiased = (tape.value(variance) * count) / (count - 1);
      runningMean[c] = 0.9 * runningMean[c] + 0.1 * tape.value(mean);
      runningVariance[c] = 0.9 * runningVariance[c] + 0.1 * unbiased;
    }
    this.#running.set(`${name}.running_mean`, runningMean);
    this.#running.set(`${name}.running_var`, runningVariance);
    return result;
  }

  #loss(spikes: Steps): Node {
    const tape = this.#tape;
    const { config, labels } = this.#request;
    const classes = config.network.classCount;
    const samples = Array.from(labels).flatMap((label, b) => (label >= 0 ? [{ label, b }] : []));
    const perSample = samples.map(({ label, b }) => {
      const rates = Array.from({ length: classes }, (_, i) =>
        tape.scale(tape.sum(spikes.map((step) => step[b * classes + i])), 1 / spikes.length),
      );
      if (config.loss === 'mse') {
        const misses = rates.map((rate, i) => tape.sum([rate], [-1], i === label ? 1 : 0));
        return tape.scale(tape.dot(misses, misses), 1 / classes);
      }
      const exponentials = rates.map((rate) => tape.apply(rate, Math.exp, Math.exp));
      const logarithm = tape.apply(tape.sum(exponentials), Math.log, (x) => 1 / x);
      return tape.sum([logarithm, rates[label]], [1, -1]);
    });
    return tape.scale(tape.sum(perSample), 1 / samples.length);
  }
}
