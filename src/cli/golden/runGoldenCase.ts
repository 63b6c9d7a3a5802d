import { AppError } from '../../core/errors.ts';
import { readSafetensors, type Tensor, type TensorFile } from '../../core/safetensors.ts';
import { cutIntoRanges } from '../../core/schedule.ts';
import type { NamedTensor } from '../../trainer/messages.ts';
import type { GoldenOutcome } from '../pageApi.ts';
import {
  cutDifference,
  type OracleLifConfig,
  type OracleTrainConfig,
  parseOracleConfig,
  toNeuron,
  toTrainingConfig,
} from './goldenConfig.ts';
import type { Arrays, BatchRecord, GoldenBackend, GoldenBatch, GoldenEngine } from './goldenEngine.ts';
import { ErrorTable, GRADIENT, IDENTICAL, LOSS, MEMBRANE, type Numbers } from './goldenTolerance.ts';

/** The tensors of an oracle file, with errors that name what is missing. */
class OracleTensors {
  readonly #tensors: Map<string, Tensor>;

  constructor({ tensors }: TensorFile) {
    this.#tensors = tensors;
  }

  /** @throws AppError `golden-invalid` when the file lacks the tensor. */
  get(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) {
      throw new AppError(
        'golden-invalid',
        `The oracle file has no tensor ${name}.`,
        'Use a complete oracle file.',
      );
    }
    return tensor;
  }

  /** Tensors whose name begins with a prefix, by the rest of the name. */
  under(prefix: string): [string, Tensor][] {
    return [...this.#tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]);
  }
}

/**
 * Runs one oracle case through the GPU and compares everything that the file states and the engine shows.
 * A case whose configuration needs what does not exist yet is `not yet`; it never counts as passed.
 * Errors of the file or the engine make the case fail with the error's text as its reason.
 */
export async function runGoldenCase(
  name: string,
  bytes: Uint8Array,
  backend: GoldenBackend,
): Promise<GoldenOutcome> {
  const failed = (reason: string): GoldenOutcome => ({ name, status: 'failed', quantities: [], reason });
  try {
    const file = readSafetensors(bytes);
    const config = parseOracleConfig(file.metadata);
    const missing =
      config.kind === 'lif'
        ? backend.missingNeuronFeature(toNeuron(config.neuron))
        : backend.missingFeature(toTrainingConfig(config));
    if (missing) return { name, status: 'not yet', quantities: [], reason: missing };
    const table = new ErrorTable(config.exact === true);
    const tensors = new OracleTensors(file);
    if (config.kind === 'lif') {
      await runNeuronCase(config, tensors, backend, table);
    } else {
      const difference = cutDifference(config);
      if (difference) return failed(difference);
      await runTrainCase(config, tensors, backend, table);
    }
    return { name, status: table.passed() ? 'passed' : 'failed', quantities: table.quantities(), reason: '' };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

async function runNeuronCase(
  config: OracleLifConfig,
  tensors: OracleTensors,
  backend: GoldenBackend,
  table: ErrorTable,
): Promise<void> {
  const current = tensors.get('current');
  const [stepCount, batchSize, neuronCount] = current.shape;
  const record = await backend.runNeuron({
    neuron: toNeuron(config.neuron),
    intervals: cutIntoRanges(config.T, config.k).map(({ start, stop }) => [start, stop] as const),
    stepCount,
    cellCount: batchSize * neuronCount,
    current: current.values as Float32Array,
    gradSpikes: tensors.get('delta').values as Float32Array,
  });
  const compare = (
    quantity: string,
    name: string,
    actual: Numbers,
    tolerance: Parameters<ErrorTable['compare']>[5],
  ) => {
    const { shape, values } = tensors.get(name);
    table.compare(quantity, name, shape, actual, values, tolerance);
  };
  compare('spikes', 'spikes', record.spikes, IDENTICAL);
  if (record.membrane) compare('membranes', 'u', record.membrane, MEMBRANE);
  compare('surrogate', 'surrogate', record.surrogate, GRADIENT);
  compare('gradients', 'gamma', record.gradMembrane, GRADIENT);
}

async function runTrainCase(
  config: OracleTrainConfig,
  tensors: OracleTensors,
  backend: GoldenBackend,
  table: ErrorTable,
): Promise<void> {
  const engine = await backend.create(toTrainingConfig(config));
  try {
    const initial: NamedTensor[] = tensors
      .under('init.')
      .map(([name, { shape, values }]) => ({ name, shape, values: values as Float32Array }));
    await engine.setParameters(initial);
    for (let batch = 0; batch < config.batches; batch++) {
      const record = await engine.trainBatch(readBatch(tensors, batch));
      compareBatch(tensors, batch, record, table);
      await compareParameters(tensors, batch + 1, engine, table);
    }
    await compareEvaluation(tensors, engine, table);
  } finally {
    engine.destroy();
  }
}

function readBatch(tensors: OracleTensors, batch: number): GoldenBatch {
  return {
    input: tensors.get(`x.${batch}`).values as Uint8Array | Float32Array,
    labels: tensors.get(`y.${batch}`).values as Int32Array,
    masks: new Map(
      tensors.under(`mask.${batch}.`).map(([layer, { values }]) => [layer, values as Uint8Array]),
    ),
  };
}

function compareBatch(tensors: OracleTensors, batch: number, record: BatchRecord, table: ErrorTable): void {
  /** Compares every tensor of the file below a prefix with the array of the same name. */
  const compareAll = (
    quantity: string,
    prefix: string,
    actual: Arrays<Numbers>,
    tolerance: Parameters<ErrorTable['compare']>[5],
  ) => {
    for (const [layer, { shape, values }] of tensors.under(prefix)) {
      table.compare(quantity, prefix + layer, shape, actual.get(layer), values, tolerance);
    }
  };
  compareSpikes(tensors, batch, record, table);
  compareAll('counts', `counts.${batch}.`, record.counts, IDENTICAL);
  compareAll('counts', `pred.${batch}.`, record.predictions, IDENTICAL);
  compareAll('membranes', `u_final.${batch}.`, record.membranes, MEMBRANE);
  const losses = tensors.get(`loss.${batch}`);
  table.compare('losses', `loss.${batch}`, losses.shape, record.losses, losses.values, LOSS);
  // Gradients are stored for the first batch only.
  if (batch > 0) return;
  for (const [interval, gradients] of record.gradients.entries()) {
    compareAll('gradients', `grad.${interval}.`, gradients, GRADIENT);
  }
}

/**
 * The oracle stores spikes before dropout, the GPU keeps what the next layer sees: dropped ones must be 0, kept ones equal.
 * That the neurons themselves agree shows in the membranes, which dropout does not touch.
 */
function compareSpikes(tensors: OracleTensors, batch: number, record: BatchRecord, table: ErrorTable): void {
  const masks = new Map(tensors.under(`mask.${batch}.`).map(([layer, { values }]) => [layer, values]));
  for (const [layer, { shape, values }] of tensors.under(`spikes.${batch}.`)) {
    const mask = masks.get(layer);
    const expected = mask ? Uint8Array.from(values, (spike, i) => spike * mask[i % mask.length]) : values;
    table.compare('spikes', `spikes.${batch}.${layer}`, shape, record.spikes.get(layer), expected, IDENTICAL);
  }
}

async function compareParameters(
  tensors: OracleTensors,
  batches: number,
  engine: GoldenEngine,
  table: ErrorTable,
): Promise<void> {
  const prefix = `after${batches}.`;
  const stored = tensors.under(prefix);
  if (stored.length === 0) return;
  const found = new Map((await engine.parameters()).map(({ name, values }) => [name, values]));
  for (const [name, { shape, values }] of stored) {
    const tolerance = { kind: 'change', initial: initialValues(tensors, name, values.length) } as const;
    table.compare('weights', prefix + name, shape, found.get(name), values, tolerance);
  }
}

/** Running statistics have no stored start: means begin at 0, variances at 1. */
function initialValues(tensors: OracleTensors, name: string, count: number): Numbers {
  if (name.endsWith('.running_mean')) return new Float32Array(count);
  if (name.endsWith('.running_var')) return new Float32Array(count).fill(1);
  return tensors.get(`init.${name}`).values;
}

async function compareEvaluation(
  tensors: OracleTensors,
  engine: GoldenEngine,
  table: ErrorTable,
): Promise<void> {
  const record = await engine.evaluate(tensors.get('eval.x').values as Uint8Array | Float32Array);
  const compare = (prefix: string, arrays: (layer: string, length: number) => Numbers | undefined) => {
    for (const [layer, { shape, values }] of tensors.under(prefix)) {
      table.compare('evaluation', prefix + layer, shape, arrays(layer, values.length), values, IDENTICAL);
    }
  };
  compare('eval.spikes.', (layer) => record.spikes.get(layer));
  compare('eval.counts.', (layer) => record.counts.get(layer));
  compare('eval.pred.', (layer) => record.predictions.get(layer));
  compare('eval.spike_sum.', (layer, length) => sumOverSteps(record.spikes.get(layer), length));
}

/** u8[T][...] to its sums over T; undefined for undefined. */
function sumOverSteps(spikes: Uint8Array | undefined, cellCount: number): Numbers | undefined {
  if (spikes === undefined) return undefined;
  const sums = new Uint32Array(cellCount);
  for (let i = 0; i < spikes.length; i++) sums[i % cellCount] += spikes[i];
  return sums;
}
