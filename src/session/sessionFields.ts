import { AppError } from '../core/errors.ts';
import { STAND_IN_NAME } from '../data/synthetic/standIn.ts';
import { parseLayers } from './layerNotation.ts';
import { BUILT_IN_SETS, defaultOptimizer, parseSession, type Session, showValue } from './session.ts';

/**
 * What changing a field costs a run:
 * live = next iteration; replan = (k, n), weights stay; encode = frames are made anew; data = recordings are
 * generated anew; restart = a new run from the initial weights. `none` = a note about the data.
 */
export type Consequence = 'none' | 'live' | 'replan' | 'restart' | 'encode' | 'data';

export interface SessionField {
  /** Dotted path inside the session. */
  path: string;
  /** Short name for commands and links; unique. */
  short: string;
  consequence: Consequence;
}

const field = (path: string, short: string, consequence: Consequence): SessionField => ({
  path,
  short,
  consequence,
});

/**
 * The one table of settings, in the order in which they are applied: choices that reset others (the data source, the
 * kind of optimizer) come before what they reset.
 */
export const SESSION_FIELDS: readonly SessionField[] = [
  field('data.source', 'data', 'data'),
  field('data.name', 'name', 'none'),
  field('data.classCount', 'classes', 'none'),
  field('data.fingerprint', 'fingerprint', 'none'),
  field('data.trainCount', 'train', 'data'),
  field('data.testCount', 'test', 'data'),
  field('data.seed', 'dataSeed', 'data'),
  field('data.splitSeed', 'splitSeed', 'data'),
  field('data.testFraction', 'testFraction', 'data'),
  field('data.split', 'split', 'data'),
  // Takes effect at the next import.
  field('data.imageOrientation', 'images', 'none'),
  field('encoding.stepDurationUs', 'dt', 'encode'),
  field('encoding.stepCount', 'T', 'encode'),
  field('encoding.height', 'height', 'encode'),
  field('encoding.width', 'width', 'encode'),
  field('encoding.input', 'input', 'encode'),
  // Before the channels, which it decides for event frames.
  field('encoding.polarity', 'polarity', 'encode'),
  field('encoding.channels', 'channels', 'encode'),
  field('encoding.binning', 'binning', 'encode'),
  field('encoding.maxCount', 'maxCount', 'encode'),
  field('encoding.startUs', 'start', 'encode'),
  field('encoding.reduction', 'reduction', 'encode'),
  field('encoding.cropX', 'cropX', 'encode'),
  field('encoding.cropY', 'cropY', 'encode'),
  field('encoding.denoiseUs', 'denoise', 'encode'),
  field('network.layers', 'layers', 'restart'),
  field('network.classifier.kind', 'classifier', 'restart'),
  field('network.classifier.bias', 'classifierBias', 'restart'),
  field('neuron.beta', 'beta', 'restart'),
  field('neuron.reset', 'reset', 'restart'),
  field('neuron.theta', 'theta', 'restart'),
  field('neuron.threshold', 'threshold', 'restart'),
  field('neuron.surrogate', 'surrogate', 'restart'),
  field('neuron.surrogateWidth', 'surrogateWidth', 'restart'),
  field('neuron.detachReset', 'detachReset', 'restart'),
  field('schedule.truncationInterval', 'k', 'replan'),
  field('schedule.blockSize', 'n', 'replan'),
  field('loss', 'loss', 'restart'),
  field('update', 'update', 'restart'),
  field('optimizer.kind', 'optimizer', 'restart'),
  field('optimizer.learningRate', 'lr', 'live'),
  field('optimizer.momentum', 'momentum', 'restart'),
  field('optimizer.beta1', 'beta1', 'restart'),
  field('optimizer.beta2', 'beta2', 'restart'),
  field('optimizer.epsilon', 'epsilon', 'restart'),
  field('optimizer.weightDecay', 'weightDecay', 'restart'),
  field('learningRateDecay.everyEpochs', 'decayEvery', 'restart'),
  field('learningRateDecay.factor', 'decayFactor', 'restart'),
  field('initialization.gain', 'gain', 'restart'),
  field('initialization.firstLayerGain', 'firstLayerGain', 'restart'),
  field('initialization.weights', 'weights', 'restart'),
  field('augmentation.maxShift', 'shift', 'restart'),
  field('augmentation.flip', 'flip', 'restart'),
  field('weightPrecision', 'precision', 'restart'),
  field('batchSize', 'batch', 'restart'),
  field('epochs', 'epochs', 'restart'),
  field('seed', 'seed', 'restart'),
];

const byName = new Map<string, SessionField>();
for (const entry of SESSION_FIELDS) {
  byName.set(entry.path, entry);
  byName.set(entry.short, entry);
}

/** The field with this short name or path. */
export function findField(name: string): SessionField | undefined {
  return byName.get(name);
}

/** The value at a dotted path; undefined where a part is absent. */
export function readSetting(session: Session, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], session);
}

function withValue(target: unknown, keys: string[], value: unknown): unknown {
  if (keys.length === 0) return value;
  const copy = { ...(target as Record<string, unknown>) };
  copy[keys[0]] = withValue(copy[keys[0]], keys.slice(1), value);
  return copy;
}

/** Text from a command line becomes a number or a flag where it reads as one; names stay text. */
function fromText(path: string, text: string): unknown {
  if (path === 'network.layers') return text.trimStart().startsWith('[') ? parseJson(path, text) : text;
  if (path === 'data.name' || path === 'data.fingerprint' || path === 'initialization.weights') return text;
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  if (trimmed !== '' && !Number.isNaN(Number(trimmed))) return Number(trimmed);
  return trimmed;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('setting-invalid', `${path} is not valid JSON.`, 'Write for example 6C5-AP2-84FC.');
  }
}

/**
 * A copy of the session with one field changed. Choosing a data source brings its name and class count along;
 * choosing an optimizer brings that optimizer's defaults, but keeps the weight decay; the polarity rule brings the
 * channels of event frames.
 *
 * @param name  Dotted path (`neuron.beta`) or short name (`k`, `n`, `T`, `dt`, `lr`, `batch`, `classifier`, ...).
 * @param value Number, flag, text, or list of layers. Text is read as a number or flag where the field wants one.
 *              `layers` also takes the short notation (6C5-AP2-84FC). dt is in microseconds.
 * @throws AppError `setting-unknown`, `setting-invalid` or `layers-invalid`. Rules that span fields (k <= T, n <= L)
 *         are `checkSession`'s, so that fields can be set in any order.
 */
export function applySetting(session: Session, name: string, value: unknown): Session {
  const next = withSetting(session, name, value);
  try {
    return parseSession(next);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(
      'setting-invalid',
      error.message,
      `Choose another value for ${findField(name)?.short}.`,
    );
  }
}

/** As {@link applySetting}, but the value is not validated: for many fields at once, with `parseSession` after the last. */
export function withSetting(session: Session, name: string, value: unknown): Session {
  const entry = findField(name);
  if (!entry) {
    throw new AppError(
      'setting-unknown',
      `There is no setting named ${showValue(name)}.`,
      `Settings are ${SESSION_FIELDS.map((each) => each.short).join(', ')}.`,
    );
  }
  const { path } = entry;
  let next = typeof value === 'string' ? fromText(path, value) : value;
  if (path === 'network.layers' && typeof next === 'string') next = parseLayers(next);
  let base = session;
  if (path === 'data.source' && (next === 'saccadeDigits' || next === 'movingGestures')) {
    base = { ...session, data: { ...session.data, ...BUILT_IN_SETS[next], fingerprint: undefined } };
  } else if (path === 'data.source' && next === 'standIn') {
    base = { ...session, data: { ...session.data, name: STAND_IN_NAME, fingerprint: undefined } };
  }
  if (path === 'encoding.polarity' && session.encoding.input === 'events') {
    const channels = next === 'merged' ? 1 : 2;
    base = { ...session, encoding: { ...session.encoding, channels } };
  }
  if (path === 'optimizer.kind' && (next === 'sgd' || next === 'adam') && next !== session.optimizer.kind) {
    const { weightDecay } = session.optimizer;
    base = { ...session, optimizer: { ...defaultOptimizer(next), weightDecay } };
  }
  if (path.startsWith('optimizer.') && !(path.slice(10) in base.optimizer)) {
    throw new AppError(
      'setting-invalid',
      `The optimizer ${base.optimizer.kind} has no ${path.slice(10)}.`,
      'Choose the optimizer first.',
    );
  }
  return withValue(base, path.split('.'), next) as Session;
}
