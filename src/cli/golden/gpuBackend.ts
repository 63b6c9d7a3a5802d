import { frameSize } from '../../core/encodedDataset.ts';
import { forcedVariant, type KernelVariant } from '../../core/plan/kernelVariants.ts';
import type { Stage } from '../../core/plan/stages.ts';
import type { ProgramStep } from '../../core/plan/types.ts';
import type { TrainingConfig, WeightPrecision } from '../../core/trainingConfig.ts';
import { Engine, type EngineDevice, type IterationSettings } from '../../trainer/engine.ts';
import { drawInitialWeights } from '../../trainer/initialWeights.ts';
import type { NamedTensor } from '../../trainer/messages.ts';
import { runNeuron } from '../../trainer/neuronRun.ts';
import { channelsFirst, channelsLast, packFrames, unpackFrames } from '../../trainer/packing.ts';
import type {
  BatchRecord,
  EvaluationRecord,
  GoldenBackend,
  GoldenBatch,
  GoldenEngine,
} from './goldenEngine.ts';

/** The oracle's name of a stage's neurons: l0, l2.lif1, c0. */
function oracleName(stage: Stage): string {
  if (stage.isClassifier) return `c${stage.block}`;
  const part = stage.name.split('.')[1];
  return part ? `l${stage.layer}.${part}` : `l${stage.layer}`;
}

/** Drives the training engine the way the oracle cases need it, reading buffers where a training run reads none. */
class GpuGoldenEngine implements GoldenEngine {
  readonly #engine: Engine;
  readonly #config: TrainingConfig;
  #iteration = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#config = engine.plan.config;
  }

  setParameters(tensors: NamedTensor[]): Promise<void> {
    return this.#engine.writeParameters(tensors);
  }

  parameters(): Promise<NamedTensor[]> {
    return this.#engine.readParameters();
  }

  #writeInput(input: GoldenBatch['input'], labels: Int32Array): void {
    const { shape } = this.#config.network.input;
    const data = input instanceof Uint8Array ? packFrames(input, shape) : channelsLast(input, shape);
    this.#engine.writeBatch(data, new Int32Array(labels));
  }

  async trainBatch({ input, labels, masks }: GoldenBatch): Promise<BatchRecord> {
    const { plan } = this.#engine;
    this.#writeInput(input, labels);
    for (const stage of plan.graph.stages) {
      const mask = masks.get(oracleName(stage));
      if (mask) this.#engine.writeKeepBits(stage.name, packFrames(mask, stage.outputShape));
    }
    const { optimizer } = this.#config;
    return watchedBatch(this.#engine, {
      iteration: this.#iteration++,
      learningRate: optimizer.learningRate,
      seed: 0,
    });
  }

  async evaluate(input: GoldenBatch['input']): Promise<EvaluationRecord> {
    const { plan } = this.#engine;
    this.#writeInput(input, new Int32Array(this.#config.batchSize));
    this.#engine.beginIteration({ iteration: 0, learningRate: 0, seed: 0 });
    const spikes = new SpikeRecorder(this.#engine);
    for (const { steps, block, interval } of phases(plan.evaluateProgram, plan)) {
      await this.#engine.runSteps(steps);
      await spikes.record(block, interval);
    }
    return readOut(this.#engine, spikes);
  }

  destroy(): void {
    this.#engine.destroy();
  }
}

/**
 * One training iteration on the batch that was written, with everything that it lets be seen. The engine must keep its
 * state (`keepState`).
 */
export async function watchedBatch(engine: Engine, settings: IterationSettings): Promise<BatchRecord> {
  const { plan } = engine;
  engine.beginIteration(settings);
  const gradients: Map<string, Float32Array>[] = plan.intervals.map(() => new Map());
  const spikes = new SpikeRecorder(engine);
  for (const { steps, block, interval, phase } of phases(plan.trainProgram, plan)) {
    await engine.runSteps(steps);
    if (phase === 'forward') await spikes.record(block, interval);
    if (phase !== 'backward') continue;
    for (const { name, values } of await engine.readGradients(block)) {
      gradients[interval].set(name, values);
    }
  }
  // With one update per batch the partial gradients go on growing: an interval's own is the difference.
  if (plan.config.update === 'sequence') subtractEarlier(gradients);
  engine.updates += plan.updatesPerIteration;
  return { gradients, ...(await batchRecord(engine, spikes)) };
}

async function batchRecord(engine: Engine, spikes: SpikeRecorder): Promise<Omit<BatchRecord, 'gradients'>> {
  const { plan } = engine;
  const membranes = new Map<string, Float32Array>();
  for (const stage of plan.graph.stages) {
    if (!stage.lif) continue;
    const values = new Float32Array(await engine.readBuffer(`${stage.name}.membrane`));
    membranes.set(oracleName(stage), channelsFirst(values, stage.outputShape));
  }
  const blockCount = plan.graph.blocks.length;
  const raw = new Float32Array(await engine.readBuffer('losses'));
  const losses = new Float32Array(raw.length);
  for (let i = 0; i < raw.length; i++) {
    const interval = Math.floor(i / blockCount);
    losses[(i % blockCount) * plan.intervals.length + interval] = raw[i];
  }
  return { losses, membranes, ...(await readOut(engine, spikes)) };
}

async function readOut(engine: Engine, spikes: SpikeRecorder): Promise<EvaluationRecord> {
  const { plan } = engine;
  const { batchSize, network } = plan.config;
  const allCounts = new Int32Array(await engine.readBuffer('counts'));
  const allPredictions = new Int32Array(await engine.readBuffer('predictions'));
  const counts = new Map<string, Int32Array>();
  const predictions = new Map<string, Int32Array>();
  const perBlock = batchSize * network.classCount;
  for (const block of plan.graph.blocks.keys()) {
    counts.set(`c${block}`, allCounts.slice(block * perBlock, (block + 1) * perBlock));
    predictions.set(`c${block}`, allPredictions.slice(block * batchSize, (block + 1) * batchSize));
  }
  return { spikes: spikes.spikes, counts, predictions };
}

/** In place: from sums over the intervals so far to each interval's own share. */
function subtractEarlier(gradients: Map<string, Float32Array>[]): void {
  for (let interval = gradients.length - 1; interval > 0; interval--) {
    for (const [name, values] of gradients[interval]) {
      const earlier = gradients[interval - 1].get(name);
      if (earlier) for (let i = 0; i < values.length; i++) values[i] -= earlier[i];
    }
  }
}

interface Phase {
  steps: ProgramStep[];
  block: number;
  interval: number;
  phase: 'forward' | 'backward' | 'update';
}

/** Cuts a program where something can be looked at: after each block's forward, backward and update passes. */
function phases(program: readonly ProgramStep[], plan: Engine['plan']): Phase[] {
  const result: Phase[] = [];
  for (const step of program) {
    const pass = step.kind === 'run' ? plan.passes[step.pass] : null;
    const block = step.kind === 'clear' ? step.block : plan.passes[step.pass].block;
    const { interval } = plan.windows[step.window];
    const last = result[result.length - 1];
    const isUpdate = pass?.kind === 'update';
    const learns = pass?.kind === 'loss' || pass?.kind === 'backward' || pass?.kind === 'weightGradient';
    const continues = last?.block === block && last.interval === interval;
    // Batch norm's passes belong to the phase in which they stand.
    const stays = pass?.kind === 'normalize' || pass?.kind === 'count';
    const phase = isUpdate ? 'update' : learns ? 'backward' : continues && stays ? last.phase : 'forward';
    if (continues && last.phase === phase) last.steps.push(step);
    else result.push({ steps: [step], block, interval, phase });
  }
  return result;
}

/** Collects every LIF layer's spikes, interval by interval. */
class SpikeRecorder {
  readonly spikes = new Map<string, Uint8Array>();
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async record(block: number, interval: number): Promise<void> {
    const { plan } = this.#engine;
    const { batchSize, stepCount } = plan.config;
    const { start, stop } = plan.intervals[interval];
    for (const stage of plan.graph.stages) {
      if (!stage.lif || stage.block !== block) continue;
      const name = oracleName(stage);
      const perStep = batchSize * frameSize(stage.outputShape);
      const all = this.spikes.get(name) ?? new Uint8Array(stepCount * perStep);
      this.spikes.set(name, all);
      const packed = new Uint32Array(await this.#engine.readBuffer(`${stage.name}.spikes`));
      const frames = unpackFrames(packed, stage.outputShape);
      all.set(frames.subarray(0, (stop - start) * perStep), start * perStep);
    }
  }
}

/**
 * The oracle cases on a device of this page.
 * @param options.variant Kernel forced on every layer that it serves. @param options.precision What kernels read of the weights.
 */
export function gpuGoldenBackend(
  device: EngineDevice,
  { variant, precision }: { variant?: KernelVariant; precision?: WeightPrecision } = {},
): GoldenBackend {
  const variants = forcedVariant(variant);
  return {
    missingFeature: () => '',
    missingNeuronFeature: () => '',
    async create(config) {
      const engine = await Engine.create(device, {
        config: { ...config, ...(precision && { weightPrecision: precision }) },
        dropoutMasks: 'given',
        keepState: true,
        variants,
      });
      // The oracle states weights only; running statistics start at 0 and 1.
      await engine.writeParameters(
        drawInitialWeights(engine.plan.tensors, config.initialization, config.seed),
      );
      return new GpuGoldenEngine(engine);
    },
    runNeuron: (request) => runNeuron(device, request),
  };
}
