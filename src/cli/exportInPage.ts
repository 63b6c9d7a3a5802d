import {
  type EncodedDataset,
  planesFor,
  samplesOfSplit,
  TRAIN,
  wordsPerFrame,
} from '../core/encodedDataset.ts';
import { type Tensor, writeSafetensors } from '../core/safetensors.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { clusterProject, FRAMES_NAME } from '../session/cluster/clusterProject.ts';
import { framesFile } from '../session/cluster/frames.ts';
import type { DataPort } from '../session/ports.ts';
import { prepareRun } from '../session/runPreparation.ts';
import { wantedWeights } from '../session/weights/weightsActions.ts';
import { BatchReader, cutBatches, epochOrder } from '../trainer/batches.ts';
import { digestOf, Engine, type EngineDevice } from '../trainer/engine.ts';
import { drawInitialWeights } from '../trainer/initialWeights.ts';
import type { NamedTensor } from '../trainer/messages.ts';
import { channelsFirst, unpackFrames } from '../trainer/packing.ts';
import { withStartWeights } from '../trainer/startWeights.ts';
import type { BatchRecord } from './golden/goldenEngine.ts';
import { watchedBatch } from './golden/gpuBackend.ts';
import type { PageEvent, ProjectOutcome, TrainRequest } from './pageApi.ts';
import { loadRecordings, type TrainPorts, takeWeights, toBase64 } from './trainInPage.ts';

/**
 * A project for a cluster, with a reference: the first iteration of the session, computed on this page's GPU.
 * @throws AppError of the import, the preparation, the planner or the GPU.
 */
export async function exportInPage(
  request: TrainRequest,
  ports: { data: DataPort; fetchFile: TrainPorts['fetchFile']; device: EngineDevice },
  emit: (event: PageEvent) => void,
): Promise<ProjectOutcome> {
  const taken = await takeWeights(request, ports, emit);
  const settings = await loadRecordings({ ...request, session: taken.session }, ports, emit);
  const given = wantedWeights(settings, taken.weights);
  const { config, dataset, run } = await prepareRun(ports.data, settings, {});
  const engine = await Engine.create(ports.device, { config, keepState: true });
  try {
    const drawn = drawInitialWeights(engine.plan.tensors, config.initialization, config.seed);
    const tensors = withStartWeights(drawn, given, engine.plan.graph);
    await engine.writeParameters(tensors);
    const digest = digestOf(tensors);
    const session = { ...settings, data: { ...settings.data, fingerprint: run.fingerprint } };
    const files = clusterProject({ session, config, dataset, tensors, digest, epoch: 0 });
    const reference = await firstIteration(engine, config, dataset, tensors);
    const frames = await framesFile(dataset);
    const all = { ...files, [FRAMES_NAME]: frames, 'reference.safetensors': reference };
    return {
      digest,
      files: Object.entries(all).map(([name, bytes]) => ({ name, base64: toBase64(bytes) })),
    };
  } finally {
    engine.destroy();
  }
}

/** What the first batch is and what comes out of it, in the format of the oracle's files (see check.py). */
async function firstIteration(
  engine: Engine,
  config: TrainingConfig,
  dataset: EncodedDataset,
  initial: readonly NamedTensor[],
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new BatchReader(dataset, config.batchSize);
  const order = epochOrder(samplesOfSplit(dataset, TRAIN), config.seed, 0);
  const { input, labels } = await reader.read(cutBatches(order, config.batchSize)[0], {
    spec: config.augmentation,
    seed: config.seed,
    epoch: 0,
  });
  const batch = { input: input.slice(), labels: labels.slice() };
  engine.writeBatch(batch.input, batch.labels);
  const record = await watchedBatch(engine, {
    iteration: 0,
    learningRate: config.optimizer.learningRate,
    seed: config.seed,
  });
  const shapes = new Map(initial.map(({ name, shape }) => [name, shape]));
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, values } of initial) tensors.set(`init.${name}`, { dtype: 'F32', shape, values });
  tensors.set('x.0', inputTensor(batch.input, config, dataset));
  tensors.set('y.0', { dtype: 'I32', shape: [labels.length], values: batch.labels });
  addRecord(tensors, record, engine, config, shapes);
  return writeSafetensors({ tensors, metadata: { format: 'spikelet-reference' } });
}

function inputTensor(
  input: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
  { batchSize, stepCount }: TrainingConfig,
  { shape, maxCount = 1 }: EncodedDataset,
): Tensor {
  const { channels, height, width } = shape;
  if (input instanceof Float32Array)
    return {
      dtype: 'F32',
      shape: [batchSize, channels, height, width],
      values: channelsFirst(input, shape),
    };
  const planes = planesFor(maxCount);
  const words = wordsPerFrame(shape);
  const frames = stepCount * batchSize;
  const counts = new Uint8Array(frames * channels * height * width);
  for (let plane = 0; plane < planes; plane++) {
    const own = new Uint32Array(frames * words);
    for (let frame = 0; frame < frames; frame++) {
      const from = (frame * planes + plane) * words;
      own.set(input.subarray(from, from + words), frame * words);
    }
    for (const [i, bit] of unpackFrames(own, shape).entries()) counts[i] += bit << plane;
  }
  return { dtype: 'U8', shape: [stepCount, batchSize, channels, height, width], values: counts };
}

function addRecord(
  tensors: Map<string, Tensor>,
  { losses, spikes, gradients }: Pick<BatchRecord, 'losses' | 'spikes' | 'gradients'>,
  { plan }: Engine,
  { batchSize, stepCount }: TrainingConfig,
  shapes: ReadonlyMap<string, number[]>,
): void {
  tensors.set('loss.0', {
    dtype: 'F32',
    shape: [plan.graph.blocks.length, plan.intervals.length],
    values: losses,
  });
  for (const [interval, all] of gradients.entries())
    for (const [name, values] of all)
      tensors.set(`grad.${interval}.${name}`, { dtype: 'F32', shape: shapes.get(name) ?? [], values });
  for (const [name, values] of spikes) {
    const size = values.length / (stepCount * batchSize);
    tensors.set(`spikes.0.${name}`, { dtype: 'U8', shape: [stepCount, batchSize, size], values });
  }
}
