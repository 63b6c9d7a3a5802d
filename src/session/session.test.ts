import { describe, expect, it } from 'vitest';
import { AppError } from '../core/errors.ts';
import { bodyLayerCount, inferShapes } from '../core/network.ts';
import {
  blockCount,
  checkSession,
  defaultSession,
  expectedMeta,
  parseSession,
  toNetworkSpec,
  toTrainingConfig,
} from './session.ts';
import { applySetting, readSetting, SESSION_FIELDS } from './sessionFields.ts';

function errorOf(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('expected an AppError');
}

describe('the precision of weights', () => {
  const { weightPrecision: _, ...old } = defaultSession();

  it('is f32 in files from before it could be chosen', () => {
    expect(parseSession(old)).toEqual(defaultSession());
  });

  it('is part of a configuration only where it is not f32, so that older checkpoints go on', () => {
    const session = parseSession(old);
    expect(toTrainingConfig(session, expectedMeta(session))).not.toHaveProperty('weightPrecision');
    const half = applySetting(session, 'precision', 'f16');
    expect(toTrainingConfig(half, expectedMeta(half)).weightPrecision).toBe('f16');
  });

  it('is f32 or f16', () => {
    expect(errorOf(() => parseSession({ ...old, weightPrecision: 'f64' })).message).toContain(
      'allowed is f32, f16',
    );
  });
});

describe('default session', () => {
  it('is valid, survives JSON and is the LeNet-1 shape with L = 4', () => {
    const session = defaultSession();
    expect(parseSession(JSON.parse(JSON.stringify(session)))).toEqual(session);
    checkSession(session);
    const network = toNetworkSpec(session, expectedMeta(session));
    expect(bodyLayerCount(network)).toBe(4);
    expect(inferShapes(network).map(({ output }) => [output.channels, output.height, output.width])).toEqual([
      [6, 30, 30],
      [6, 15, 15],
      [16, 11, 11],
      [16, 5, 5],
      [120, 1, 1],
      [84, 1, 1],
    ]);
    expect(blockCount(session)).toBe(2);
  });

  it('becomes the configuration that the trainer takes, on the data set that is there', () => {
    const session = applySetting(defaultSession(), 'k', 20);
    const config = toTrainingConfig(session, {
      kind: 'events',
      shape: { channels: 2, height: 40, width: 36 },
      classCount: 7,
    });
    expect(config.network.classCount).toBe(7);
    expect(config.network.input).toEqual({ kind: 'events', shape: { channels: 2, height: 40, width: 36 } });
    expect(config.schedule).toEqual({ truncationInterval: 20, blockSize: 2 });
    expect(config.stepCount).toBe(20);
  });
});

describe('parseSession', () => {
  it.each([
    ['epochs', 0, 'epochs is 0; allowed is a whole number from 1 to 10000.'],
    ['epochs', 2.5, 'epochs is 2.5; allowed is a whole number from 1 to 10000.'],
    ['batchSize', '32', 'batchSize is "32"; allowed is a whole number from 1 to 4096.'],
    ['loss', 'hinge', 'loss is "hinge"; allowed is mse, crossEntropy.'],
    ['seed', undefined, 'seed is missing; allowed is a whole number from 0 to 4294967295.'],
  ])('refuses %s = %s by name, value and limit', (field, value, message) => {
    const error = errorOf(() => parseSession({ ...defaultSession(), [field]: value }));
    expect(error.code).toBe('session-invalid');
    expect(error.message).toBe(message);
  });

  it('refuses fields it does not know, so that a misspelt file does not pass silently', () => {
    expect(errorOf(() => parseSession({ ...defaultSession(), epoch: 3 })).message).toContain('epoch');
  });
});

describe('applySetting', () => {
  it.each([
    ['k', '7', 'schedule.truncationInterval', 7],
    ['n', '1', 'schedule.blockSize', 1],
    ['T', '8', 'encoding.stepCount', 8],
    ['dt', '1e4', 'encoding.stepDurationUs', 10_000],
    ['lr', '0.1', 'optimizer.learningRate', 0.1],
    ['batch', 16, 'batchSize', 16],
    ['neuron.beta', '0.9', 'neuron.beta', 0.9],
    ['classifier', 'random', 'network.classifier.kind', 'random'],
    ['detachReset', 'true', 'neuron.detachReset', true],
    ['name', '0042', 'data.name', '0042'],
  ])('%s = %s sets %s', (name, value, path, expected) => {
    const before = defaultSession();
    const after = applySetting(before, name, value);
    expect(readSetting(after, path)).toBe(expected);
    expect(before).toEqual(defaultSession());
  });

  it('reaches every field of the table from its short name with its own value', () => {
    for (const optimizer of ['sgd', 'adam']) {
      const session = applySetting(defaultSession(), 'optimizer', optimizer);
      for (const { path, short } of SESSION_FIELDS) {
        const value = readSetting(session, path);
        if (value !== undefined) expect(applySetting(session, short, value), short).toEqual(session);
      }
    }
  });

  it('covers every leaf of the session', () => {
    const leaves = (value: unknown, path: string): string[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([key, child]) => leaves(child, path ? `${path}.${key}` : key))
        : [path];
    const known = new Set(SESSION_FIELDS.map(({ path }) => path));
    for (const optimizer of ['sgd', 'adam'])
      for (const leaf of leaves(applySetting(defaultSession(), 'optimizer', optimizer), ''))
        if (leaf !== 'version') expect(known, leaf).toContain(leaf);
  });

  it('brings the name and classes of a built-in set, and the defaults of an optimizer', () => {
    const gestures = applySetting(defaultSession(), 'data', 'movingGestures');
    expect(gestures.data).toMatchObject({ name: 'Moving gestures', classCount: 8 });
    const adam = applySetting(defaultSession(), 'optimizer', 'adam');
    expect(adam.optimizer).toMatchObject({ kind: 'adam', learningRate: 0.001, beta2: 0.999 });
  });

  it('names what is wrong', () => {
    expect(errorOf(() => applySetting(defaultSession(), 'q', 1)).code).toBe('setting-unknown');
    const range = errorOf(() => applySetting(defaultSession(), 'beta', 1.5));
    expect(range.message).toBe('neuron.beta is 1.5; allowed is a number from 0 to 1.');
    expect(errorOf(() => applySetting(defaultSession(), 'beta1', 0.5)).message).toBe(
      'The optimizer sgd has no beta1.',
    );
    expect(errorOf(() => applySetting(defaultSession(), 'layers', '6C5-what')).code).toBe('layers-invalid');
    expect(errorOf(() => applySetting(defaultSession(), '__proto__', 1)).code).toBe('setting-unknown');
  });
});

describe('checkSession', () => {
  it('refuses k above T and n above L, naming the limit', () => {
    expect(errorOf(() => checkSession(applySetting(defaultSession(), 'k', 21))).hint).toContain('1 to 20');
    expect(errorOf(() => checkSession(applySetting(defaultSession(), 'n', 5))).hint).toContain('1 to 4');
  });

  it('refuses a network that does not fit its input', () => {
    const small = applySetting(applySetting(defaultSession(), 'height', 8), 'width', 8);
    expect(errorOf(() => checkSession(small)).code).toBe('network-invalid');
  });
});
