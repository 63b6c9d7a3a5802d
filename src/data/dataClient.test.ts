import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../core/errors.ts';
import { createDataClient, type DataWorkerPort } from './dataClient.ts';
import type { DataProgress, DataReply, DataRequest } from './dataMessages.ts';
import { createDataService } from './dataService.ts';
import { encodeDataset } from './encode.ts';
import { fileOf, idxPair } from './frames/frameTestSupport.ts';
import { generateSyntheticSet } from './synthetic/index.ts';
import { SILENCE_SECONDS } from './workerConnection.ts';

/** A worker on the same thread: the real service, with structured clones and transfers as between threads. */
function localWorker() {
  const messages: ((event: MessageEvent<DataReply>) => void)[] = [];
  const errors: ((event: ErrorEvent) => void)[] = [];
  const service = createDataService((reply, transfer) => {
    const data = structuredClone(reply, { transfer });
    queueMicrotask(() => {
      for (const listener of messages) listener({ data } as MessageEvent<DataReply>);
    });
  });
  const requests: DataRequest[] = [];
  const port = {
    requests,
    isTerminated: false,
    postMessage(request: DataRequest) {
      requests.push(request);
      const copy = request.type === 'run' && 'files' in request.job ? request : structuredClone(request);
      queueMicrotask(() => service.receive(copy));
    },
    addEventListener(type: 'message' | 'error', listener: never) {
      (type === 'message' ? messages : (errors as unknown[])).push(listener);
    },
    terminate() {
      port.isTerminated = true;
    },
    say(data: DataReply) {
      queueMicrotask(() => {
        for (const listener of messages) listener({ data } as MessageEvent<DataReply>);
      });
    },
    fail(message: string) {
      for (const listener of errors) listener({ message } as ErrorEvent);
    },
  };
  return port satisfies DataWorkerPort & Record<string, unknown>;
}

const COUNTS = { seed: 1, trainCount: 12, testCount: 4 };
const SETTINGS = { stepDurationUs: 10_000, stepCount: 5, frame: { height: 17, width: 17 } };

describe('data client and service', () => {
  it('generates, sums up, encodes and shows recordings', async () => {
    const client = createDataClient(localWorker);
    expect(await client.summary()).toBeNull();
    const progress: DataProgress[] = [];
    const summary = await client.generate('movingGestures', COUNTS, {
      onProgress: (now) => progress.push(now),
    });
    expect(summary).toMatchObject({
      name: 'Moving gestures',
      synthetic: true,
      recordingCount: 16,
      problems: [],
    });
    expect(summary.classes[0]).toEqual({ name: 'left', train: 2, test: 1 });
    expect(summary.classes[7]).toEqual({ name: 'out', train: 1, test: 0 });
    expect(progress.at(-1)).toEqual({ done: 16, total: 16, label: 'Making recordings' });
    expect(await client.summary()).toEqual(summary);

    const set = await generateSyntheticSet('movingGestures', COUNTS);
    const events = set.recordings.reduce((sum, recording) => sum + recording.events.tUs.length, 0);
    expect((summary.eventsPerSecond * summary.durationUs * 16) / 1e6).toBeCloseTo(events, 3);
    expect(await client.encode(SETTINGS)).toEqual(await encodeDataset(set, SETTINGS));
    for (const index of [3, 3, 12]) {
      const view = await client.recording(index);
      const { name, events: expected } = set.recordings[index];
      expect(view).toMatchObject({ name, split: index < 12 ? 'train' : 'test' });
      expect(view.className).toBe(set.classNames[set.recordings[index].classIndex]);
      expect(view).toMatchObject({ kind: 'events', events: expected });
    }
  });

  it('keeps what was loaded when nothing in a drop can be read', async () => {
    const client = createDataClient(localWorker);
    const before = await client.generate('movingGestures', COUNTS);
    const files = [{ path: 'notes.bin', blob: new Blob([new Uint8Array(7)]) }];
    const summary = await client.importFiles(files, {
      splitSeed: 1,
      testFraction: 0.5,
      imageOrientation: 'auto',
    });
    expect(summary).toMatchObject({ recordingCount: 0, problems: [{ file: 'notes.bin' }] });
    expect(await client.summary()).toEqual(before);
    expect((await client.encode(SETTINGS)).labels).toHaveLength(16);
  });

  it('imports files and reports their problems', async () => {
    const client = createDataClient(localWorker);
    const bytes = Uint8Array.from({ length: 200 }, (_, i) => [1, 2, 0x80, 0, i][i % 5]);
    const files = ['a/1.bin', 'a/2.bin', 'b/1.bin', 'b/2.bin'].map((path) => ({
      path,
      blob: new Blob([bytes]),
    }));
    files.push({ path: 'b/3.bin', blob: new Blob([bytes.slice(0, 7)]) });
    const summary = await client.importFiles(files, {
      splitSeed: 1,
      testFraction: 0.5,
      imageOrientation: 'auto',
    });
    expect(summary.classes).toEqual([
      { name: 'a', train: 1, test: 1 },
      { name: 'b', train: 1, test: 1 },
    ]);
    expect(summary.problems.map(({ file, error }) => [file, error.code, error.offset])).toEqual([
      ['b/3.bin', 'truncated-file', 5],
    ]);
    expect(summary.origin).toEqual({ classes: 'folders', split: 'seeded' });
  });

  it('imports images, shows them one by one and encodes them whatever the time settings', async () => {
    const client = createDataClient(localWorker);
    const image = (label: number, index: number) => [label, index, 3, 4, 5, 6];
    const files = [
      ...idxPair('train', [1, 0, 1], image, [2, 3]),
      ...idxPair('test', [1], image, [2, 3]),
      fileOf('data_batch_1', Uint8Array.of(0x80, 2)),
    ];
    const settings = { splitSeed: 1, testFraction: 0.5, imageOrientation: 'auto' as const };
    const summary = await client.importFiles(files, settings);
    expect(summary).toMatchObject({
      kind: 'frames',
      sensor: { width: 3, height: 2 },
      channels: 1,
      classes: [
        { name: '0', train: 1, test: 0 },
        { name: '1', train: 2, test: 1 },
      ],
      recordingCount: 4,
      eventsPerSecond: 0,
      durationUs: 0,
      origin: { classes: 'labelBytes', split: 'given' },
    });
    expect(summary.problems.map(({ error }) => error.code)).toEqual(['python-pickle']);
    const shape = { channels: 1, height: 2, width: 3 };
    for (const _ of [1, 2]) {
      expect(await client.recording(2)).toEqual({
        kind: 'frames',
        name: 'train-images-idx3-ubyte #1',
        className: '0',
        split: 'train',
        shape,
        pixels: Uint8Array.from(image(0, 1)),
      });
      const encoded = await client.encode(SETTINGS);
      expect(encoded).toMatchObject({ kind: 'frames', shape, stepCount: 1, classNames: ['0', '1'] });
      expect(encoded.pixels).toEqual(
        Uint8Array.from([image(1, 0), image(1, 0), image(0, 1), image(1, 2)].flat()),
      );
      expect([encoded.bits.length, ...encoded.labels, ...encoded.split]).toEqual([0, 1, 1, 0, 1, 1, 0, 0, 0]);
      expect(await client.encode({ ...SETTINGS, stepCount: 9 })).toEqual(encoded);
    }
    await expect(client.recording(4)).rejects.toMatchObject({ code: 'no-such-recording' });
  });

  it('gives images another fingerprint as soon as a pixel, a label or a class name differs', async () => {
    const fingerprintOf = async (labels: number[], first: number) => {
      const client = createDataClient(localWorker);
      const files = idxPair('x', labels, (_, index) => [index === 0 ? first : 9, 0], [1, 2]);
      await client.importFiles(files, { splitSeed: 1, testFraction: 0.5, imageOrientation: 'auto' });
      return (await client.encode(SETTINGS)).fingerprint;
    };
    const base = await fingerprintOf([0, 0, 1, 1], 5);
    expect(base).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprintOf([0, 0, 1, 1], 5)).toBe(base);
    const others = await Promise.all([
      fingerprintOf([0, 0, 1, 1], 6),
      fingerprintOf([0, 1, 0, 1], 5),
      fingerprintOf([0, 0, 2, 2], 5),
    ]);
    expect(new Set([base, ...others]).size).toBe(4);
  });

  it('rejects with the error of the job', async () => {
    const client = createDataClient(localWorker);
    await expect(client.encode(SETTINGS)).rejects.toMatchObject({ code: 'no-recordings' });
    await expect(client.recording(0)).rejects.toMatchObject({ code: 'no-recordings' });
    await client.generate('saccadeDigits', { seed: 1, trainCount: 1, testCount: 1 });
    await expect(client.recording(2)).rejects.toMatchObject({ code: 'no-such-recording' });
    await expect(client.recording(2)).rejects.toBeInstanceOf(AppError);
  });

  it('cancels: rejects at once, tells the worker, and keeps the recordings of before', async () => {
    const worker = localWorker();
    const client = createDataClient(() => worker);
    const before = await client.generate('saccadeDigits', { seed: 1, trainCount: 2, testCount: 0 });
    const controller = new AbortController();
    const job = client.generate(
      'movingGestures',
      { ...COUNTS, trainCount: 5000 },
      { signal: controller.signal },
    );
    controller.abort(new Error('changed my mind'));
    await expect(job).rejects.toThrow('changed my mind');
    expect(worker.requests.at(-1)).toEqual({ type: 'cancel', id: 2 });
    // The cancelled job must have stopped long before 5000 recordings.
    expect(await client.summary()).toEqual(before);
    const late = client.encode(SETTINGS, { signal: AbortSignal.abort(new Error('too late')) });
    await expect(late).rejects.toThrow('too late');
  });

  it('rejects what is running when the worker fails or is ended', async () => {
    const worker = localWorker();
    const client = createDataClient(() => worker);
    const failing = client.generate('saccadeDigits', { ...COUNTS, trainCount: 1 });
    worker.fail('out of memory');
    await expect(failing).rejects.toMatchObject({ code: 'data-worker-failed' });
    const ended = client.generate('saccadeDigits', { ...COUNTS, trainCount: 1 });
    client.dispose();
    await expect(ended).rejects.toMatchObject({ code: 'disposed' });
    expect(worker.isTerminated).toBe(true);
  });

  /** Workers one after the other; `hangOn` names a file at whose beginning the worker falls silent for good. */
  function workers(hangOn?: string) {
    const made: ReturnType<typeof localWorker>[] = [];
    const start = () => {
      const worker = localWorker();
      made.push(worker);
      const { postMessage } = worker;
      worker.postMessage = (request) => {
        const job = request.type === 'run' ? request.job : null;
        const hangs =
          job?.kind === 'importFiles' &&
          job.files.some(({ path }) => path === hangOn) &&
          !job.settings.givenUp?.includes(hangOn ?? '');
        if (!hangs) return postMessage(request);
        worker.requests.push(request);
        if (request.type === 'run') worker.say({ type: 'file', id: request.id, path: hangOn ?? '' });
      };
      return worker;
    };
    return { made, client: createDataClient(start) };
  }

  const IMPORT = { splitSeed: 1, testFraction: 0.5, imageOrientation: 'auto' as const };
  const atis = (mark: number) =>
    new Blob([Uint8Array.from({ length: 200 }, (_, i) => [mark, 2, 0x80, 0, i][i % 5])]);

  it('reads every drop in a worker of its own, which takes the place of the one before', async () => {
    const { made, client } = workers();
    await client.generate('movingGestures', COUNTS);
    const plan = await client.planImport([{ path: 'a/1.bin', blob: atis(1) }], IMPORT);
    expect(plan).toMatchObject({ kind: 'recordings', fileCount: 1, classes: [{ name: 'a', files: 1 }] });
    const summary = await client.importFiles([{ path: 'a/1.bin', blob: atis(1) }], IMPORT);
    expect(made).toHaveLength(2);
    expect(made.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
    expect(await client.summary()).toEqual(summary);
  });

  it('ends the worker of an import that is cancelled; what was loaded survives', async () => {
    const { made, client } = workers('hang.bin');
    const before = await client.generate('movingGestures', COUNTS);
    const controller = new AbortController();
    const job = client.importFiles([{ path: 'hang.bin', blob: atis(1) }], IMPORT, {
      signal: controller.signal,
    });
    controller.abort(new Error('changed my mind'));
    await expect(job).rejects.toThrow('changed my mind');
    expect(made.map(({ isTerminated }) => isTerminated)).toEqual([false, true]);
    expect(await client.summary()).toEqual(before);
  });

  it('gives a file up on which its worker hangs, and reads the others', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { made, client } = workers('b/hang.bin');
      const files = ['a/1.bin', 'b/hang.bin', 'b/2.bin'].map((path) => ({ path, blob: atis(1) }));
      const labels: string[] = [];
      const job = client.importFiles(files, IMPORT, { onProgress: ({ label }) => labels.push(label) });
      await new Promise((resolve) => setTimeout(resolve, 0));
      vi.advanceTimersByTime(2000);
      expect(labels.join()).not.toContain('no answer');
      vi.advanceTimersByTime((SILENCE_SECONDS - 3) * 1000);
      expect(labels).toContain('b/hang.bin: no answer for 20 s, given up at 30 s');
      expect(made[1].isTerminated).toBe(false);
      vi.advanceTimersByTime(1000);
      const summary = await job;
      expect(made[1].isTerminated).toBe(true);
      expect(summary.problems.map(({ file, error }) => [file, error.code])).toEqual([
        ['b/hang.bin', 'import-stalled'],
      ]);
      expect(summary.recordingCount).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('starts another worker where one failed', async () => {
    const { made, client } = workers();
    await client.generate('movingGestures', COUNTS);
    made[0].fail('out of memory');
    expect(await client.summary()).toBeNull();
    expect(made).toHaveLength(2);
  });
});
