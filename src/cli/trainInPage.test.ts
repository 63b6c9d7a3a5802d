import { describe, expect, it } from 'vitest';
import type { EncodedDataset } from '../core/encodedDataset.ts';
import type { DataPort, DataSummary, DroppedFile, TrainerPort } from '../session/ports.ts';
import { presetSession } from '../session/presetSession.ts';
import { defaultSession, type Session } from '../session/session.ts';
import type { EpochMetrics, IterationMetrics, TrainerMessage, TrainerRequest } from '../trainer/messages.ts';
import type { PageEvent, TrainRequest } from './pageApi.ts';
import { type TrainPorts, trainInPage } from './trainInPage.ts';

const session: Session = {
  ...defaultSession(),
  encoding: { ...defaultSession().encoding, stepDurationUs: 1000, stepCount: 4 },
  schedule: { truncationInterval: 2, blockSize: 1 },
  epochs: 2,
};

const SAMPLES = 10;

function datasetOf(split: (index: number) => number): EncodedDataset {
  const words = Math.ceil((2 * 34 * 34) / 32);
  return {
    kind: 'events',
    name: 'recordings',
    fingerprint: 'f'.repeat(64),
    synthetic: false,
    shape: { channels: 2, height: 34, width: 34 },
    stepCount: 4,
    classNames: ['a', 'b', 'c'],
    bits: new Uint32Array(SAMPLES * 4 * words),
    pixels: null,
    labels: Int32Array.from({ length: SAMPLES }, (_, i) => i % 3),
    split: Uint8Array.from({ length: SAMPLES }, (_, i) => split(i)),
  };
}

/** A data port that remembers what it was asked. */
function fakeData(recordingCount = SAMPLES) {
  const calls: { imported: DroppedFile[]; generated: string[] } = { imported: [], generated: [] };
  const summary: DataSummary = {
    kind: 'events',
    name: 'recordings',
    synthetic: false,
    sensor: { width: 34, height: 34 },
    channels: 2,
    classes: ['a', 'b', 'c'].map((name) => ({ name, train: 2, test: 1 })),
    recordingCount,
    eventsPerSecond: 1,
    durationUs: 1,
    problems: [{ file: 'bad.bin', error: { code: 'x', message: 'bad.bin is empty.', hint: '' } }],
  };
  const port: DataPort = {
    generate: async (kind) => {
      calls.generated.push(kind);
      return summary;
    },
    importFiles: async (files) => {
      calls.imported = files;
      return summary;
    },
    encode: async () => datasetOf((i) => (i < 7 ? 0 : 1)),
    recording: () => Promise.reject(new Error('not asked for')),
  };
  return { port, calls };
}

const epochMetrics = (epoch: number): EpochMetrics => ({
  epoch,
  trainAccuracyPerBlock: [0.5],
  trainSamplesEvaluated: 5,
  testAccuracyPerBlock: [0.4],
  testSamples: 3,
  earlyReadout: [0.2, 0.4],
  loss: 0.1,
  lossPerBlock: [0.1],
  seconds: 1,
  firingRates: [],
  digest: `digest ${epoch}`,
});

const iteration: IterationMetrics = {
  iteration: 1,
  epoch: 1,
  epochIteration: 1,
  epochIterations: 2,
  lossPerBlock: [0.2, 0.1],
  runningAccuracyPerBlock: [0.5, 0.5],
  samplesPerSecond: 10,
  secondsLeft: 3,
  liveBytes: 900,
  peakBytes: 1000,
};

/** A trainer that answers each request with the given messages, as the worker does: later, one after the other. */
function fakeTrainer(answers: Partial<Record<TrainerRequest['type'], TrainerMessage[]>>) {
  const requests: TrainerRequest[] = [];
  let listener: (message: TrainerMessage) => void = () => {};
  const port: TrainerPort = {
    post(request) {
      requests.push(request);
      for (const message of answers[request.type] ?? []) setTimeout(() => listener(message));
    },
    onMessage(next) {
      listener = next;
    },
  };
  return { port, requests };
}

const adapter = {
  vendor: 'v',
  architecture: 'a',
  description: 'd',
  software: true,
  features: [],
  maxBufferSize: 1,
  maxStorageBufferBindingSize: 1,
};

const goodRun: Partial<Record<TrainerRequest['type'], TrainerMessage[]>> = {
  connect: [{ type: 'adapter', adapter }],
  configure: [
    { type: 'status', status: 'preparing' },
    { type: 'planned', forecastBytes: 800, measuredBytes: 800, parameterCount: 5 },
  ],
  start: [
    { type: 'status', status: 'running' },
    { type: 'epoch', metrics: epochMetrics(0) },
    { type: 'iteration', metrics: iteration },
    { type: 'epoch', metrics: epochMetrics(1) },
    { type: 'epoch', metrics: epochMetrics(2) },
    { type: 'status', status: 'finished' },
  ],
};

async function run(request: Partial<TrainRequest>, answers = goodRun, data = fakeData()) {
  const trainer = fakeTrainer(answers);
  const events: PageEvent[] = [];
  const ports: TrainPorts = {
    trainer: trainer.port,
    data: data.port,
    fetchFile: async ({ path }) => new Blob([path]),
  };
  const outcome = await trainInPage({ session, files: null, limits: {}, ...request }, ports, (event) =>
    events.push(event),
  );
  return { outcome, events, requests: trainer.requests, calls: data.calls };
}

const files = Array.from({ length: 20 }, (_, i) => ({ path: `Train/a/${i}.bin`, size: 1, url: `/${i}` }));

describe('training in the headless page', () => {
  it('runs a built-in set from connect to dispose', async () => {
    const { outcome, requests, calls } = await run({});
    expect(calls.generated).toEqual(['saccadeDigits']);
    expect(requests.map(({ type }) => type)).toEqual(['connect', 'configure', 'start', 'dispose']);
    expect(outcome).toMatchObject({ digest: 'digest 2', forecastBytes: 800, peakBytes: 1000, adapter });
    expect(outcome.epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(outcome.session.data.fingerprint).toBe('f'.repeat(64));
  });

  it('hands on a limit of iterations, and counts them', async () => {
    const { outcome, requests, events } = await run({ iterations: 2 });
    expect(requests).toContainEqual({ type: 'start', iterationLimit: 2 });
    expect(outcome.iterations).toBe(1);
    expect(outcome.dataset).toEqual({ name: 'recordings', synthetic: false });
    expect(events).toContainEqual(expect.objectContaining({ type: 'progress', fraction: 0.75 }));
    const far = (await run({ iterations: 1 })).events;
    expect(far).toContainEqual(expect.objectContaining({ type: 'progress', fraction: 1 }));
  });

  it('makes stand-in patterns of the size that the session asks for', async () => {
    const preset = presetSession('resnet18-esimagenet');
    const small = { ...preset, data: { ...preset.data, trainCount: 3, testCount: 2 } };
    const { outcome, requests, calls } = await run({ session: small });
    expect(calls).toEqual({ imported: [], generated: [] });
    const configure = requests.find((request) => request.type === 'configure');
    expect(configure).toMatchObject({
      config: { network: { input: { shape: { channels: 2, height: 64, width: 64 } }, classCount: 200 } },
      dataset: { name: 'Stand-in patterns', shape: { channels: 2, height: 64, width: 64 }, stepCount: 8 },
    });
    expect([outcome.trainSamples, outcome.testSamples]).toEqual([3, 2]);
    expect(outcome.dataset).toEqual({ name: 'Stand-in patterns', synthetic: true });
  });

  it('imports files in their order and notes the refused ones', async () => {
    const { outcome, calls, events } = await run({ files });
    expect(calls.generated).toEqual([]);
    expect(calls.imported.map(({ path }) => path)).toEqual(files.map(({ path }) => path));
    expect(await calls.imported[7].blob.text()).toBe('Train/a/7.bin');
    expect(events).toContainEqual({ type: 'note', line: 'bad.bin: bad.bin is empty.' });
    expect(outcome.session.data).toMatchObject({ source: 'files', name: 'recordings', classCount: 3 });
    expect([outcome.trainSamples, outcome.testSamples]).toEqual([6, 3]);
  });

  it('limits imported samples', async () => {
    const { outcome } = await run({ files, limits: { train: 4, test: 2 } });
    expect([outcome.trainSamples, outcome.testSamples]).toEqual([4, 2]);
  });

  it('says so when the frames are not those of the session', async () => {
    const data = { ...session.data, fingerprint: 'a'.repeat(64) };
    const { events } = await run({ session: { ...session, data } });
    const notes = events.flatMap((event) => (event.type === 'note' ? [event.line] : []));
    expect(notes).toEqual([expect.stringContaining('fingerprint ffffffff, not aaaaaaaa')]);
  });

  it('tells progress as a share of all epochs', async () => {
    const { events } = await run({});
    expect(events).toContainEqual({
      type: 'progress',
      fraction: 0.75,
      label: 'epoch 2 of 2, loss 0.1000, 10 samples/s, 3 s left',
    });
  });

  it('throws what the trainer reports, before and after the status says so', async () => {
    const error: TrainerMessage = {
      type: 'error',
      error: { code: 'device-lost', message: 'The GPU was lost.', hint: 'Reload.' },
    };
    const failed: TrainerMessage = { type: 'status', status: 'failed' };
    for (const messages of [
      [error, failed],
      [failed, error],
    ]) {
      await expect(run({}, { ...goodRun, start: messages })).rejects.toMatchObject({ code: 'device-lost' });
    }
    await expect(run({}, { connect: [error] })).rejects.toMatchObject({ hint: 'Reload.' });
  });

  it('stops when no file gave a recording', async () => {
    await expect(run({ files }, goodRun, fakeData(0))).rejects.toMatchObject({
      code: 'no-recordings-loaded',
    });
  });
});
