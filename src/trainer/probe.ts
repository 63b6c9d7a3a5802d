import { type EncodedDataset, frameSize, TEST, wordsPerFrame, wordsPerStep } from '../core/encodedDataset.ts';
import { AppError } from '../core/errors.ts';
import type { Stage } from '../core/plan/stages.ts';
import type { ProgramStep, TrainingPlan } from '../core/plan/types.ts';
import type { Range } from '../core/schedule.ts';
import type { Batch, BatchReader } from './batches.ts';
import type { Engine } from './engine.ts';
import type { InspectedLayer, MembraneTrace, SampleInspection } from './inspection.ts';

/** Membranes of one answer stay below this: more neurons than fit are looked at around the one that is asked for. */
const TRACE_BYTES = 4 * 1024 * 1024;

/** What to look at. */
export interface ProbeRequest {
  /** Index in the data set. */
  sample: number;
  /** Layer whose membranes are followed; the first layer where absent. */
  layer?: string;
  /** A neuron of that layer that must be among those followed; the first where absent. */
  neuron?: number;
}

/** The passes of one block in one interval, of the first micro-batch. */
interface BlockRun {
  window: number;
  clear: ProgramStep[];
  /** Forward passes stage by stage, in order. */
  stages: { stage: Stage; steps: ProgramStep[] }[];
  /** Read-out and counts. */
  readout: ProgramStep[];
}

/** Cuts the evaluation program into the stretches that an inspection runs and reads one after the other. */
function blockRuns({ evaluateProgram, passes, graph }: TrainingPlan): BlockRun[] {
  const runs: BlockRun[] = [];
  for (const step of evaluateProgram) {
    if (step.kind === 'clear') {
      if (step.micro === 0) runs.push({ window: step.window, clear: [step], stages: [], readout: [] });
      continue;
    }
    const pass = passes[step.pass];
    const run = runs[runs.length - 1];
    if (pass.micro > 0 || pass.kernel === 'spikeCount') continue;
    if (pass.kind !== 'forward' && pass.kind !== 'normalize') {
      run.readout.push(step);
      continue;
    }
    const last = run.stages[run.stages.length - 1];
    if (last?.stage.name === pass.stage) last.steps.push(step);
    else {
      const stage = graph.stages.find(({ name }) => name === pass.stage);
      if (stage) run.stages.push({ stage, steps: [step] });
    }
  }
  return runs;
}

/** The neurons followed: all of the layer, or as many around the wanted one as the answer may hold. */
function followedNeurons(neurons: number, stepCount: number, wanted: number): Range {
  const most = Math.max(1, Math.min(neurons, Math.floor(TRACE_BYTES / (4 * stepCount))));
  const start = Math.max(0, Math.min(neurons - most, wanted - Math.floor(most / 2)));
  return { start, stop: start + most };
}

/** Everything that one inspection fills while it runs. */
class Recording {
  readonly layers = new Map<string, InspectedLayer>();
  readonly membranes: MembraneTrace;
  readBytes = 0;
  readonly #engine: Engine;
  readonly #samplesAtOnce: number;

  constructor(engine: Engine, { layer, neuron = 0 }: ProbeRequest) {
    this.#engine = engine;
    const { graph, config, microBatches } = engine.plan;
    this.#samplesAtOnce = microBatches[0].stop - microBatches[0].start;
    const { stepCount } = config;
    const neurons = graph.stages.filter((stage) => stage.lif);
    // Only of several blocks does one know by the layer's name: a change of n renames classifiers.
    const followed = neurons.find(({ name }) => name === layer) ?? neurons[0];
    const size = frameSize(followed.outputShape);
    const { start, stop } = followedNeurons(size, stepCount, Math.max(0, Math.min(size - 1, neuron)));
    this.membranes = {
      layer: followed.name,
      start,
      stop,
      values: new Float32Array(stepCount * (stop - start)),
    };
    for (const { name, block, isClassifier, outputShape, neuron: constants } of neurons) {
      const spikes = new Uint32Array(stepCount * wordsPerFrame(outputShape));
      this.layers.set(name, { name, block, isClassifier, shape: outputShape, neuron: constants, spikes });
    }
  }

  /** Spikes of the first sample over the steps of an interval; they lie there until the next block runs. */
  async readSpikes({ name }: Stage, { start, stop }: Range): Promise<void> {
    const layer = this.layers.get(name);
    if (!layer) return;
    const words = wordsPerFrame(layer.shape);
    const data = await this.#gather(
      Array.from({ length: stop - start }, (_, t) => ({
        name: `${name}.spikes`,
        offset: t * this.#samplesAtOnce * words * 4,
        bytes: words * 4,
      })),
    );
    layer.spikes.set(new Uint32Array(data), start * words);
  }

  /** Membranes of the first sample after a step. */
  async readMembranes(step: number): Promise<void> {
    const { layer, start, stop, values } = this.membranes;
    const bytes = (stop - start) * 4;
    const data = await this.#gather([{ name: `${layer}.membrane`, offset: start * 4, bytes }]);
    values.set(new Float32Array(data), step * (stop - start));
  }

  #gather(pieces: Parameters<Engine['gather']>[0]): Promise<ArrayBuffer> {
    this.readBytes += pieces.reduce((sum, { bytes }) => sum + bytes, 0);
    return this.#engine.gather(pieces);
  }
}

/**
 * Runs one sample forward with the present weights and reads back what every neuron does. It uses the run's own buffers,
 * as an evaluation does, and allocates nothing: forecast and measured bytes stay equal, and the next batch writes over all
 * that it touched, so no later bit depends on it.
 *
 * The followed layer runs step by step, which gives the same bits as an interval at a time (tests compare both orders).
 *
 * @throws AppError `sample-unknown` where the data set has no such sample.
 */
export async function inspectSample(
  engine: Engine,
  reader: BatchReader,
  dataset: EncodedDataset,
  request: ProbeRequest,
): Promise<Omit<SampleInspection, 'iteration' | 'epoch'>> {
  const { plan } = engine;
  const { stepCount } = plan.config;
  const { sample } = request;
  if (!(sample >= 0 && sample < dataset.labels.length)) {
    throw new AppError(
      'sample-unknown',
      `There is no sample ${sample}: ${dataset.name} has ${dataset.labels.length}.`,
      'Choose another sample.',
    );
  }
  const before = engine.liveBytes;
  const batch = await reader.read([sample]);
  const input = inputOf(dataset, batch, stepCount);
  engine.writeBatch(batch.input, batch.labels);
  const recording = new Recording(engine, request);
  for (const { window, clear, stages, readout } of blockRuns(plan)) {
    const { start, stop } = plan.intervals[plan.windows[window].interval];
    await engine.runWindow(clear, window);
    for (const { stage, steps } of stages) {
      if (stage.name !== recording.membranes.layer) await engine.runWindow(steps, window);
      else {
        for (let t = start; t < stop; t++) {
          const isLast = t + 1 === stepCount;
          const step = { stepStart: t, historyStart: t - start, stepCount: 1, isFirst: t === 0, isLast };
          await engine.runWindow(steps, window, step);
          await recording.readMembranes(t);
        }
      }
      if (stage.lif) await recording.readSpikes(stage, { start, stop });
    }
    await engine.runWindow(readout, window);
  }
  const blockCount = plan.graph.blocks.length;
  const samplesAtOnce = plan.microBatches[0].stop - plan.microBatches[0].start;
  const firstOf = (name: string, rows: number) =>
    engine.gather(
      Array.from({ length: rows }, (_, row) => ({ name, offset: row * samplesAtOnce * 4, bytes: 4 })),
    );
  return {
    sample,
    label: dataset.labels[sample],
    isTest: dataset.split[sample] === TEST,
    classNames: dataset.classNames,
    stepCount,
    input,
    layers: [...recording.layers.values()],
    membranes: recording.membranes,
    predictions: Array.from(new Uint32Array(await firstOf('predictions', blockCount))),
    stepPredictions: Array.from(new Uint32Array(await firstOf('stepPredictions', stepCount))),
    filters: await engine.readParameter(plan.tensors[0].name),
    extraGpuBytes: engine.liveBytes - before,
    readBytes: recording.readBytes + 4 * (blockCount + stepCount),
  };
}

/** The first place of a batch: what the network sees of the sample. */
function inputOf(
  dataset: EncodedDataset,
  { input, labels }: Batch,
  stepCount: number,
): SampleInspection['input'] {
  const { kind, shape, maxCount = 1 } = dataset;
  const none = { bits: new Uint32Array(0), values: new Float32Array(0) };
  if (input instanceof Float32Array)
    return { kind, shape, maxCount, ...none, values: input.slice(0, frameSize(shape)) };
  const words = wordsPerStep(dataset);
  const bits = new Uint32Array(stepCount * words);
  for (let t = 0; t < stepCount; t++) {
    const from = t * labels.length * words;
    bits.set(input.subarray(from, from + words), t * words);
  }
  return { kind, shape, maxCount, ...none, bits };
}
