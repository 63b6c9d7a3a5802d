import { frameSize } from '../core/encodedDataset.ts';
import { roundToHalf } from '../core/halfFloat.ts';
import { buildStages, type StageGraph } from '../core/plan/stages.ts';
import { cutIntoRanges, type Range } from '../core/schedule.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { type BlockContext, type BlockTrace, backwardBlock, forwardBlock } from './blockStep.ts';
import { dropoutMask } from './dropoutMask.ts';
import { type LifState, restingState } from './lifForward.ts';
import { localLoss } from './localLoss.ts';
import { type OptimizerState, optimizerStep, zeroOptimizerState } from './optimizerStep.ts';

/** A batch in the interface layout. */
export interface ReferenceBatch {
  /** Events: [T][B][C][H][W]. Frames: [B][C][H][W]. */
  input: ArrayLike<number>;
  /** [B]; -1 = empty place. */
  labels: ArrayLike<number>;
  /** Keep masks by stage name, [B][C][H][W]; layers with dropout that are not named draw theirs. */
  masks?: ReadonlyMap<string, ArrayLike<number>>;
}

/** What changes from one iteration to the next. */
export interface ReferenceIteration {
  iteration: number;
  learningRate: number;
  seed: number;
}

/** What one pass over a batch shows. Stage names as in the plan (conv1, sew3.lif1, classifier1). */
export interface ReferenceRecord {
  /** Per interval, per block. */
  losses: number[][];
  /** Per interval: gradient of every trained tensor by interface name; empty in evaluation. */
  gradients: Map<string, Float64Array>[];
  /** Spikes before dropout per stage, [T][B][C][H][W]. */
  spikes: Map<string, Float64Array>;
  /** Membranes after every step and before the reset of that step's spike, per stage, [T][B][C][H][W]. */
  membraneTraces: Map<string, Float64Array>;
  /** Membranes after the last step per stage, [B][C][H][W]. */
  membranes: Map<string, Float64Array>;
  /** Per block: spikes per class over all steps, [B][classes], and the class read out, [B]. */
  counts: Float64Array[];
  predictions: Int32Array[];
  /**
   * Least distance of any membrane from a place where rounding would decide: the threshold and, for the rectangular
   * surrogate, the edges of its window.
   */
  margin: number;
}

export interface NamedValues {
  name: string;
  values: ArrayLike<number>;
}

/** The state of one pass over a batch. */
interface BatchRun {
  batch: ReferenceBatch;
  /** By stage id. */
  states: Map<number, LifState>;
  masks: Map<string, ArrayLike<number>>;
  training: boolean;
  record: ReferenceRecord;
  /** Spikes per stage, one part per interval. */
  spikeParts: Map<string, Float64Array[]>;
  membraneParts: Map<string, Float64Array[]>;
}

/**
 * Training by the twins, one after the other: the executable specification of what the GPU computes, in float64 and in the
 * interface layout. Per interval and block: forward, local loss, backward, update (docs/maths.md 3 and 4).
 */
export class ReferenceTrainer {
  readonly config: TrainingConfig;
  readonly graph: StageGraph;
  readonly intervals: Range[];
  /** Every tensor by interface name; changed by training. */
  readonly tensors: Map<string, Float64Array>;
  readonly smooth: boolean;
  /** Optimizer updates so far. */
  updates = 0;
  readonly #optimizerStates = new Map<string, OptimizerState>();

  /**
   * @param tensors Start values of every tensor. @param options.smooth Spikes are the surrogate's primitive: then the
   *   gradients are true derivatives of the losses.
   */
  constructor(config: TrainingConfig, tensors: Iterable<NamedValues>, options: { smooth?: boolean } = {}) {
    this.config = config;
    this.graph = buildStages(config.network, config.schedule.blockSize);
    this.intervals = cutIntoRanges(config.stepCount, config.schedule.truncationInterval);
    this.tensors = new Map([...tensors].map(({ name, values }) => [name, Float64Array.from(values)]));
    this.smooth = options.smooth ?? false;
  }

  /** One iteration: every interval and block, with the updates of the configuration. */
  trainBatch(batch: ReferenceBatch, settings: ReferenceIteration): ReferenceRecord {
    const run = this.#begin(batch, settings, true);
    let sums = new Map<string, Float64Array>();
    for (const interval of this.intervals) {
      const isLast = interval.stop === this.config.stepCount;
      const learnt = this.#runInterval(run, interval);
      run.record.gradients.push(learnt);
      sums = this.config.update === 'sequence' ? addGradients(sums, learnt) : learnt;
      if (this.config.update === 'interval' || isLast) this.applyGradients(sums, settings.learningRate);
    }
    return this.#finish(run);
  }

  /** Forward passes and read-out with fixed weights: running statistics, no dropout. */
  evaluate(batch: ReferenceBatch): ReferenceRecord {
    const run = this.#begin(batch, { iteration: 0, learningRate: 0, seed: 0 }, false);
    for (const interval of this.intervals) this.#runInterval(run, interval);
    return this.#finish(run);
  }

  #begin(batch: ReferenceBatch, settings: ReferenceIteration, training: boolean): BatchRun {
    const { labels } = batch;
    const states = new Map<number, LifState>();
    const masks = new Map<string, ArrayLike<number>>();
    for (const stage of this.graph.stages) {
      if (stage.lif) states.set(stage.id, restingState(labels.length * frameSize(stage.outputShape)));
      if (!training || stage.dropout === 0) continue;
      const draw = { ...settings, stream: stage.id, dropout: stage.dropout };
      const mask = batch.masks?.get(stage.name) ?? dropoutMask(stage.outputShape, labels.length, draw);
      masks.set(stage.name, mask);
    }
    const { classCount } = this.config.network;
    const record: ReferenceRecord = {
      losses: [],
      gradients: [],
      spikes: new Map(),
      membraneTraces: new Map(),
      membranes: new Map(),
      counts: this.graph.blocks.map(() => new Float64Array(labels.length * classCount)),
      predictions: this.graph.blocks.map(() => new Int32Array(labels.length)),
      margin: Number.POSITIVE_INFINITY,
    };
    const spikeParts = new Map<string, Float64Array[]>();
    const membraneParts = new Map<string, Float64Array[]>();
    return { batch, states, masks, training, record, spikeParts, membraneParts };
  }

  /** Runs every block through an interval. @returns The gradients of its trained tensors (training only). */
  #runInterval(run: BatchRun, interval: Range): Map<string, Float64Array> {
    const { batch, record } = run;
    const losses: number[] = [];
    const gradients = new Map<string, Float64Array>();
    let input = this.#inputOf(batch, interval);
    const tensors = this.#tensorsRead();
    for (const [block, { classifier, output }] of this.graph.blocks.entries()) {
      const context: BlockContext = {
        graph: this.graph,
        block,
        tensors,
        states: run.states,
        labels: batch.labels,
        masks: run.masks,
        training: run.training,
        smooth: this.smooth,
      };
      const trace = forwardBlock(context, input);
      const spikes = trace.get(classifier)?.spikes ?? new Float64Array(0);
      const { loss, errors, predictions } = localLoss({
        kind: this.config.loss,
        classCount: this.config.network.classCount,
        spikes,
        labels: batch.labels,
        counts: record.counts[block],
      });
      losses.push(loss);
      record.predictions[block] = predictions;
      this.#recordSpikes(trace, run);
      if (run.training) {
        for (const [name, values] of backwardBlock(context, trace, errors)) gradients.set(name, values);
      }
      input = trace.get(this.graph.activations[output].producer)?.output ?? input;
    }
    record.losses.push(losses);
    return gradients;
  }

  /**
   * The tensors as the passes read them: with half precision, weights and biases of synapses rounded to it (maths.md 27). What
   * batch norm has stays itself, and is updated in place.
   */
  #tensorsRead(): Map<string, Float64Array> {
    if (this.config.weightPrecision !== 'f16') return this.tensors;
    const read = new Map(this.tensors);
    for (const { parameters } of this.graph.stages) {
      for (const name of [`${parameters?.prefix}.weight`, `${parameters?.prefix}.bias`]) {
        const values = this.tensors.get(name);
        if (values) read.set(name, values.map(roundToHalf));
      }
    }
    return read;
  }

  /** The interval's input, [steps][B][C][H][W]; frames are repeated at every step. */
  #inputOf({ input, labels }: ReferenceBatch, { start, stop }: Range): Float64Array {
    const { kind, shape } = this.config.network.input;
    const perStep = labels.length * frameSize(shape);
    const from = kind === 'events' ? start * perStep : 0;
    return Float64Array.from({ length: (stop - start) * perStep }, (_, i) =>
      kind === 'events' ? input[from + i] : input[i % perStep],
    );
  }

  #recordSpikes(trace: BlockTrace, { spikeParts, membraneParts, record }: BatchRun): void {
    for (const [id, { spikes, membranes }] of trace) {
      const { name, lif, neuron } = this.graph.stages[id];
      if (!lif) continue;
      spikeParts.set(name, [...(spikeParts.get(name) ?? []), spikes]);
      membraneParts.set(name, [...(membraneParts.get(name) ?? []), membranes]);
      const edge = neuron.surrogate === 'rectangular' ? neuron.surrogateWidth / 2 : Number.POSITIVE_INFINITY;
      for (const u of membranes) {
        const distance = Math.abs(u - neuron.threshold);
        record.margin = Math.min(record.margin, distance, Math.abs(distance - edge));
      }
    }
  }

  #finish({ record, spikeParts, membraneParts, states }: BatchRun): ReferenceRecord {
    for (const [name, parts] of spikeParts) {
      record.spikes.set(name, Float64Array.from(parts.flatMap((part) => [...part])));
    }
    for (const [name, parts] of membraneParts) {
      record.membraneTraces.set(name, Float64Array.from(parts.flatMap((part) => [...part])));
    }
    for (const [id, { membrane }] of states) record.membranes.set(this.graph.stages[id].name, membrane);
    return record;
  }

  /** One optimizer step of the named tensors. @param gradients By interface name. */
  applyGradients(gradients: ReadonlyMap<string, Float64Array>, learningRate: number): void {
    this.updates++;
    for (const [name, gradient] of gradients) {
      const weights = this.tensors.get(name);
      if (!weights) throw new Error(`The network has no tensor ${name}.`);
      const state = this.#optimizerStates.get(name) ?? zeroOptimizerState(weights.length);
      this.#optimizerStates.set(name, state);
      optimizerStep(this.config.optimizer, learningRate, this.updates, gradient, weights, state);
    }
  }
}

function addGradients(
  sums: ReadonlyMap<string, Float64Array>,
  more: ReadonlyMap<string, Float64Array>,
): Map<string, Float64Array> {
  return new Map(
    [...more].map(([name, values]) => {
      const sum = sums.get(name);
      return [name, sum ? values.map((value, i) => value + sum[i]) : values];
    }),
  );
}
