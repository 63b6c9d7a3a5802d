import { z } from 'zod';
import type { FrameShape, InputKind } from '../core/encodedDataset.ts';
import { AppError, type ErrorData, toErrorData } from '../core/errors.ts';
import { bodyLayerCount, cutBlocks, inferShapes, LIMITS, type NetworkSpec } from '../core/network.ts';
import { PAPER_NEURON } from '../core/neuron.ts';
import { checkSchedule } from '../core/schedule.ts';
import { NO_AUGMENTATION, type OptimizerSpec, type TrainingConfig } from '../core/trainingConfig.ts';
import {
  BINNING_RULES,
  ENCODING_LIMITS,
  largestCount,
  PAPER_ENCODING,
  POLARITY_RULES,
  REDUCTIONS,
} from '../data/encoding/settings.ts';
import { parseLayers } from './layerNotation.ts';

// The page's content policy forbids eval; this keeps the validator from probing for it.
z.config({ jitless: true });

/** Caps of the settings that no other module owns. */
export const SESSION_LIMITS = {
  stepCount: 2000,
  batchSize: 4096,
  epochs: 10_000,
  samples: 1_000_000,
  /** Samples that a built-in set is generated with, per split. */
  generatedSamples: 20_000,
  stepDurationUs: 10_000_000,
  nameLength: 120,
  /** Pixels of random shift. */
  shift: 64,
} as const;

/** Polarities of an event camera: OFF and ON. */
const EVENT_CHANNELS = 2;

function real(low: number, high: number) {
  const error = `allowed is a number from ${low} to ${high}`;
  return z.number({ error }).min(low, { error }).max(high, { error });
}

function integer(low: number, high: number) {
  const error = `allowed is a whole number from ${low} to ${high}`;
  return z.number({ error }).int({ error }).min(low, { error }).max(high, { error });
}

function oneOf<const Names extends readonly string[]>(...names: Names) {
  return z.enum(names, { error: `allowed is ${names.join(', ')}` });
}

const flag = z.boolean({ error: 'allowed is true or false' });
const seed = integer(0, 0xffffffff);
const probability = real(0, 0.999);
const size = integer(1, LIMITS.kernel);
const channels = integer(1, LIMITS.channels);

const reset = oneOf('soft', 'hard');
const neuronFields = {
  beta: real(0, 1),
  reset,
  theta: real(0, 100),
  threshold: real(1e-6, 100),
  surrogate: oneOf('rectangular', 'triangular', 'atan', 'fastSigmoid', 'sigmoid'),
  surrogateWidth: real(1e-6, 1000),
  detachReset: flag,
};

const trainable = {
  bias: flag,
  batchNorm: flag.optional(),
  dropout: probability.optional(),
  neuron: z.strictObject(neuronFields).partial().optional(),
};

const layerCount = `allowed is a list of 1 to ${LIMITS.layers} layers`;
const pool = { kernel: size, stride: size, neuron: oneOf('lif', 'none') };

const layerSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('conv'),
      out: channels,
      kernel: size,
      stride: size,
      padding: integer(0, LIMITS.kernel - 1),
      ...trainable,
    }),
    z.strictObject({ kind: z.literal('linear'), out: channels, ...trainable }),
    z.strictObject({ kind: z.literal('avgPool'), ...pool }),
    z.strictObject({ kind: z.literal('maxPool'), ...pool }),
    z.strictObject({ kind: z.literal('sew'), out: channels, stride: size, batchNorm: flag.optional() }),
  ],
  { error: 'allowed kinds are conv, linear, avgPool, maxPool, sew' },
);

const optimizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sgd'),
    learningRate: real(0, 1000),
    momentum: real(0, 1),
    weightDecay: real(0, 1),
  }),
  z.strictObject({
    kind: z.literal('adam'),
    learningRate: real(0, 1000),
    beta1: probability,
    beta2: real(0, 0.999999),
    epsilon: real(1e-12, 1),
    weightDecay: real(0, 1),
  }),
]);

/**
 * Everything the visitor chose, version 1: plain data that survives JSON, a link and a reload. A training run is a
 * function of it (and, for dropped files, of the files named by `data.fingerprint`). Recordings are never in it.
 */
export const sessionSchema = z.strictObject({
  version: z.literal(1),
  data: z.strictObject({
    /** `standIn`: generated patterns of the session's input size, for a network whose own data are not at hand. */
    source: oneOf('saccadeDigits', 'movingGestures', 'standIn', 'files'),
    name: z.string().max(SESSION_LIMITS.nameLength, { error: 'allowed is at most 120 characters' }),
    /** sha256 (hex) of the encoded data set of the run that was shared; absent until something was encoded. */
    fingerprint: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { error: 'allowed is 64 hexadecimal digits' })
      .optional(),
    /** What the data set said when it was last loaded: lets the forecast work before files are there again. */
    classCount: integer(2, LIMITS.classes),
    /** Built-in sets: how many are generated. Files: at most so many are used. */
    trainCount: integer(1, SESSION_LIMITS.samples),
    testCount: integer(1, SESSION_LIMITS.samples),
    /** Seed of the built-in generators. */
    seed,
    /** Seed and share of the split where files come without one. */
    splitSeed: seed,
    testFraction: real(0.01, 0.9),
    /** `seeded` draws the split although folders or lists state one. */
    split: oneOf('auto', 'seeded').default('auto'),
    /** How idx images lie in their files; read when files are imported. */
    imageOrientation: oneOf('auto', 'upright', 'transposed').default('auto'),
  }),
  encoding: z.strictObject({
    /** dt, microseconds of recording per time step. */
    stepDurationUs: integer(1, SESSION_LIMITS.stepDurationUs),
    /** T, time steps per sample. */
    stepCount: integer(1, SESSION_LIMITS.stepCount),
    height: integer(1, LIMITS.side),
    width: integer(1, LIMITS.side),
    /** Event frames, or one real-valued image per sample. Absent in session files means events, of two channels. */
    input: oneOf('events', 'frames').default('events'),
    channels: integer(1, LIMITS.channels).default(EVENT_CHANNELS),
    /** How time is cut into steps, and what a step holds: bits or counts. Absent in session files: the paper's rule. */
    binning: oneOf(...BINNING_RULES).default(PAPER_ENCODING.binning),
    maxCount: integer(1, ENCODING_LIMITS.maxCount.high).default(PAPER_ENCODING.maxCount),
    startUs: integer(0, ENCODING_LIMITS.startUs.high).default(PAPER_ENCODING.startUs),
    reduction: oneOf(...REDUCTIONS).default(PAPER_ENCODING.reduction),
    cropX: integer(0, ENCODING_LIMITS.crop.high).default(PAPER_ENCODING.cropX),
    cropY: integer(0, ENCODING_LIMITS.crop.high).default(PAPER_ENCODING.cropY),
    polarity: oneOf(...POLARITY_RULES).default(PAPER_ENCODING.polarity),
    denoiseUs: integer(0, ENCODING_LIMITS.denoiseUs.high).default(PAPER_ENCODING.denoiseUs),
  }),
  network: z.strictObject({
    layers: z
      .array(layerSchema, { error: layerCount })
      .min(1, { error: layerCount })
      .max(LIMITS.layers, { error: layerCount }),
    classifier: z.strictObject({ kind: oneOf('trainable', 'random'), bias: flag }),
  }),
  /** Without `reset`, as in files from before it could be chosen: soft. */
  neuron: z.strictObject({ ...neuronFields, reset: reset.default('soft') }),
  schedule: z.strictObject({
    truncationInterval: integer(1, SESSION_LIMITS.stepCount),
    blockSize: integer(1, 2 * LIMITS.layers),
  }),
  loss: oneOf('mse', 'crossEntropy'),
  update: oneOf('interval', 'sequence'),
  optimizer: optimizerSchema,
  learningRateDecay: z.strictObject({ everyEpochs: integer(0, SESSION_LIMITS.epochs), factor: real(0, 1) }),
  initialization: z.strictObject({
    gain: real(0, 100),
    firstLayerGain: real(0, 100),
    /** sha256 (hex) of weights from a file that the run begins with; absent: all are drawn. Weights are never in a session. */
    weights: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { error: 'allowed is 64 hexadecimal digits' })
      .optional(),
  }),
  /** Absent in session files means none. */
  augmentation: z
    .strictObject({ maxShift: integer(0, SESSION_LIMITS.shift), flip: flag })
    .default(() => ({ ...NO_AUGMENTATION })),
  /** What kernels read of the weights. Absent in session files from before it could be chosen: f32. */
  weightPrecision: oneOf('f32', 'f16').default('f32'),
  batchSize: integer(1, SESSION_LIMITS.batchSize),
  epochs: integer(1, SESSION_LIMITS.epochs),
  seed,
});

export type Session = z.infer<typeof sessionSchema>;
export type DataSource = Session['data']['source'];

/** Names and class counts of the sets that the page generates itself. */
export const BUILT_IN_SETS = {
  saccadeDigits: { name: 'Saccade digits', classCount: 10 },
  movingGestures: { name: 'Moving gestures', classCount: 8 },
} as const;

/** Constants an optimizer starts with when it is chosen. */
export function defaultOptimizer(kind: OptimizerSpec['kind']): OptimizerSpec {
  return kind === 'sgd'
    ? { kind, learningRate: 0.05, momentum: 0.9, weightDecay: 0 }
    : { kind, learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
}

/** The session of a first visit: built-in saccade digits, LeNet-1 shape, k = 5 of T = 20, n = 2 of L = 4. */
export function defaultSession(): Session {
  return {
    version: 1,
    data: {
      source: 'saccadeDigits',
      ...BUILT_IN_SETS.saccadeDigits,
      trainCount: 500,
      testCount: 100,
      seed: 1,
      splitSeed: 1,
      testFraction: 0.2,
      split: 'auto',
      imageOrientation: 'auto',
    },
    encoding: {
      stepDurationUs: 15_000,
      stepCount: 20,
      height: 34,
      width: 34,
      input: 'events',
      channels: EVENT_CHANNELS,
      ...PAPER_ENCODING,
    },
    network: {
      layers: parseLayers('6C5-AP2-16C5-AP2-120C5-84FC'),
      classifier: { kind: 'trainable', bias: false },
    },
    neuron: { ...PAPER_NEURON },
    schedule: { truncationInterval: 5, blockSize: 2 },
    loss: 'mse',
    update: 'interval',
    optimizer: defaultOptimizer('sgd'),
    learningRateDecay: { everyEpochs: 20, factor: 0.5 },
    initialization: { gain: 0.4, firstLayerGain: 0.8 },
    augmentation: { ...NO_AUGMENTATION },
    weightPrecision: 'f32',
    batchSize: 32,
    epochs: 10,
    seed: 0,
  };
}

/**
 * Validates plain data (a session file) as a session; the cross-field rules are {@link checkSession}'s.
 * @throws AppError `session-invalid` naming the first field that is wrong, its value and what is allowed.
 */
export function parseSession(value: unknown): Session {
  const result = sessionSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue.path.join('.') || 'the session';
  const found = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  throw new AppError(
    'session-invalid',
    `${path} is ${showValue(found)}; ${issue.message}.`,
    'Correct this field, or leave it out of a link to use its default.',
  );
}

/** A value as error texts show it: JSON, shortened. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** What training needs to know of a data set besides the session. */
export interface DatasetMeta {
  kind: InputKind;
  shape: FrameShape;
  classCount: number;
  /** Largest count of a cell of an event frame; absent: 1, binary. */
  maxCount?: number;
}

/** The input that the session's encoding gives and the class count it remembers, before anything is loaded. */
export function expectedMeta(session: Session): DatasetMeta {
  const { input, channels, height, width } = session.encoding;
  // Stand-in patterns and images have no counts.
  const hasCounts = input === 'events' && session.data.source !== 'standIn';
  return {
    kind: input,
    shape: { channels, height, width },
    classCount: session.data.classCount,
    ...maxCountOf(hasCounts ? largestCount(session.encoding) : 1),
  };
}

/** The property of an input whose cells count up to `maxCount`; nothing for binary frames. */
export function maxCountOf(maxCount = 1): { maxCount?: number } {
  return maxCount > 1 ? { maxCount } : {};
}

/** The network of a session on a data set. Nothing is checked. */
export function toNetworkSpec(session: Session, dataset: DatasetMeta): NetworkSpec {
  return {
    input: { kind: dataset.kind, shape: dataset.shape, ...maxCountOf(dataset.maxCount) },
    layers: session.network.layers,
    classCount: dataset.classCount,
    classifier: session.network.classifier,
    neuron: session.neuron,
  };
}

/**
 * The configuration handed to the trainer.
 * @throws AppError `network-invalid`, `neuron-out-of-range` or `schedule-out-of-range`.
 */
export function toTrainingConfig(session: Session, dataset: DatasetMeta): TrainingConfig {
  const network = toNetworkSpec(session, dataset);
  inferShapes(network);
  checkSchedule(session.schedule, bodyLayerCount(network), session.encoding.stepCount);
  return {
    network,
    schedule: session.schedule,
    stepCount: session.encoding.stepCount,
    batchSize: session.batchSize,
    loss: session.loss,
    update: session.update,
    optimizer: session.optimizer,
    learningRateDecay: session.learningRateDecay,
    initialization: session.initialization,
    augmentation: session.augmentation,
    // Left out where it is f32: checkpoints from before it could be chosen belong to the same configuration.
    ...(session.weightPrecision !== 'f32' && { weightPrecision: session.weightPrecision }),
    epochs: session.epochs,
    seed: session.seed,
  };
}

/** Rules that span fields: every layer fits its input, 1 <= k <= T, 1 <= n <= L. @throws as {@link toTrainingConfig} */
export function checkSession(session: Session): void {
  toTrainingConfig(session, expectedMeta(session));
}

/** What {@link checkSession} would throw, as plain data; null where the session is whole. */
export function checkedProblem(session: Session): ErrorData | null {
  try {
    checkSession(session);
    return null;
  } catch (error) {
    return toErrorData(error);
  }
}

/** How many local blocks the session's (k, n) cuts the network into. */
export function blockCount(session: Session): number {
  return cutBlocks(toNetworkSpec(session, expectedMeta(session)), session.schedule.blockSize).length;
}
