import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../storage/memoryStore.ts';
import { CHECKPOINT_FILE, checkpointName, recordName } from '../../storage/runFiles.ts';
import { slotFiles, TwoSlots } from '../../storage/twoSlots.ts';
import { appendMetrics, emptyHistory } from '../metricsHistory.ts';
import { defaultSession } from '../session.ts';
import { createRunLibrary, MAX_RECENT_RUNS, type RunLibrary } from './runLibrary.ts';
import { newRunId, type RunRecord } from './runRecord.ts';

const iteration = {
  iteration: 12,
  epoch: 1,
  epochIteration: 2,
  epochIterations: 10,
  lossPerBlock: [0.5, 0.25],
  runningAccuracyPerBlock: [0.1, 0.2],
  samplesPerSecond: 100,
  secondsLeft: 9,
  liveBytes: 1000,
  peakBytes: 2000,
};

function recordOf(id: string, change: Partial<RunRecord['summary']> = {}): RunRecord {
  return {
    summary: {
      id,
      name: 'Saccade digits, k 5, n 2',
      note: '',
      createdMs: 1000,
      updatedMs: 2000,
      isKept: false,
      status: 'paused',
      settings: defaultSession(),
      memoryBudget: null,
      datasetName: 'Saccade digits',
      synthetic: true,
      fingerprint: 'a'.repeat(64),
      classCount: 10,
      trainSamples: 500,
      testSamples: 100,
      inputDensity: 0.03,
      forecastBytes: 1000,
      measuredBytes: 1000,
      parameterCount: 50,
      files: [],
      fileCount: 0,
      iteration: 12,
      epoch: 1,
      testAccuracy: 0.75,
      trainAccuracy: 0.8,
      loss: 0.25,
      digest: 'b'.repeat(64),
      ...change,
    },
    figures: {
      iteration,
      epochs: [],
      history: appendMetrics(emptyHistory(), iteration),
      marks: [{ epoch: 0.5, label: 'k 2, n 1' }],
    },
  };
}

let store: ReturnType<typeof createMemoryStore>;
let library: RunLibrary;
const ID = 'aaaaaaaa01';

const writeCheckpoint = (id: string, content: number[]) =>
  new TwoSlots(store, checkpointName(id), CHECKPOINT_FILE).write(
    { of: id },
    [Uint8Array.from(content)],
    1024,
  );
const readCheckpoint = async (id: string) =>
  (await new TwoSlots(store, checkpointName(id), CHECKPOINT_FILE).read()).newest;

beforeEach(() => {
  store = createMemoryStore();
  library = createRunLibrary(
    async () => store,
    () => 5000,
  );
});

describe('the library of runs', () => {
  it('gives a record back as it was', async () => {
    await library.save(recordOf(ID));
    expect(await library.read(ID)).toEqual(recordOf(ID));
    const { runs, damaged } = await library.list();
    expect(runs).toMatchObject([{ summary: recordOf(ID).summary, hasCheckpoint: false, isLocked: false }]);
    expect(runs[0].bytes).toBeGreaterThan(500);
    expect(damaged).toEqual([]);
  });

  it('lists the newest first, and says which have a checkpoint', async () => {
    await library.save(recordOf('aaaaaaaa01', { updatedMs: 1 }));
    await library.save(recordOf('aaaaaaaa02', { updatedMs: 3 }));
    await library.save(recordOf('aaaaaaaa03', { updatedMs: 2 }));
    await writeCheckpoint('aaaaaaaa03', [1]);
    const { runs } = await library.list();
    expect(runs.map(({ summary, hasCheckpoint }) => [summary.id, hasCheckpoint])).toEqual([
      ['aaaaaaaa02', false],
      ['aaaaaaaa03', true],
      ['aaaaaaaa01', false],
    ]);
  });

  it('leaves what the visitor said about a run alone when its training writes it again', async () => {
    await library.save(recordOf(ID));
    await library.change(ID, { name: 'mine', note: 'k = 5 is best', isKept: true });
    await library.save(recordOf(ID, { iteration: 99, updatedMs: 9 }));
    expect((await library.read(ID)).summary).toMatchObject({
      name: 'mine',
      note: 'k = 5 is best',
      isKept: true,
      iteration: 99,
    });
  });

  it('removes record and checkpoint', async () => {
    await library.save(recordOf(ID));
    await writeCheckpoint(ID, [1, 2]);
    await library.remove(ID);
    expect(store.files.size).toBe(0);
    await expect(library.read(ID)).rejects.toMatchObject({ code: 'run-missing' });
  });

  it('makes room for new runs by removing the oldest that nobody asked to keep', async () => {
    const ids = Array.from({ length: MAX_RECENT_RUNS + 3 }, (_, i) => `aaaaaaaa${10 + i}`);
    await library.save(recordOf(ids[0], { updatedMs: 0, isKept: true }));
    for (const [i, id] of ids.slice(1).entries()) await library.save(recordOf(id, { updatedMs: 1 + i }));
    const left = (await library.list()).runs.map(({ summary }) => summary.id).sort();
    expect(left).toEqual([ids[0], ...ids.slice(3)].sort());
  });

  it('duplicates a run with its weights', async () => {
    await library.save(recordOf(ID, { status: 'training' }));
    await writeCheckpoint(ID, [4, 5, 6]);
    const copy = await library.duplicate(ID);
    expect(copy).not.toBe(ID);
    const { summary, figures } = await library.read(copy);
    expect(summary).toMatchObject({
      name: 'Saccade digits, k 5, n 2 (copy)',
      status: 'paused',
      isKept: true,
    });
    expect(figures).toEqual(recordOf(ID).figures);
    expect(Array.from((await readCheckpoint(copy))?.body ?? [])).toEqual([4, 5, 6]);
    await library.remove(ID);
    expect(Array.from((await readCheckpoint(copy))?.body ?? [])).toEqual([4, 5, 6]);
  });

  it('exports a run to a file and imports it, weights and all, on another machine', async () => {
    await library.save(recordOf(ID));
    await writeCheckpoint(ID, [7, 8, 9]);
    const { name, bytes } = await library.export(ID);
    expect(name).toBe('Saccade-digits-k-5-n-2.spikelet-run');
    store = createMemoryStore();
    const elsewhere = createRunLibrary(async () => store);
    expect(await elsewhere.import(bytes)).toBe(ID);
    expect((await elsewhere.read(ID)).figures).toEqual(recordOf(ID).figures);
    expect(Array.from((await readCheckpoint(ID))?.body ?? [])).toEqual([7, 8, 9]);
    // A second time it is another run.
    const second = await elsewhere.import(bytes);
    expect(second).not.toBe(ID);
    expect((await elsewhere.list()).runs).toHaveLength(2);
  });

  it('refuses a run file that is cut or changed anywhere', async () => {
    await library.save(recordOf(ID));
    await writeCheckpoint(ID, [7, 8, 9]);
    const { bytes } = await library.export(ID);
    for (let cut = 0; cut < bytes.length; cut += 37) {
      await expect(library.import(bytes.slice(0, cut)), `cut to ${cut}`).rejects.toMatchObject({
        code: 'run-file-invalid',
      });
    }
    const changed = bytes.slice();
    changed[bytes.length >> 1] ^= 1;
    await expect(library.import(changed)).rejects.toMatchObject({ code: 'run-file-invalid' });
    expect((await library.list()).runs).toHaveLength(1);
  });

  it('lists a record that cannot be read as damaged, and the others all the same', async () => {
    await library.save(recordOf('aaaaaaaa01'));
    await library.save(recordOf('aaaaaaaa02'));
    const [file] = slotFiles(recordName('aaaaaaaa01'));
    store.files.set(file, (store.files.get(file) as Uint8Array<ArrayBuffer>).slice(0, 100));
    const { runs, damaged } = await library.list();
    expect(runs.map(({ summary }) => summary.id)).toEqual(['aaaaaaaa02']);
    expect(damaged.map(({ code }) => code)).toEqual(['storage-damaged']);
  });

  it('says that the storage is full or refused, and keeps what is there', async () => {
    await library.save(recordOf(ID));
    const used = [...store.files.values()].reduce((sum, { length }) => sum + length, 0);
    const tight = createMemoryStore({ quotaBytes: used + 50 });
    for (const [name, content] of store.files) tight.files.set(name, content);
    const full = createRunLibrary(async () => tight);
    await expect(full.save(recordOf(ID, { iteration: 13 }))).rejects.toMatchObject({ code: 'storage-full' });
    expect((await full.read(ID)).summary.iteration).toBe(12);
  });

  it('makes ids that are names of files', () => {
    const ids = new Set(Array.from({ length: 100 }, newRunId));
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[0-9a-z]{20}$/);
  });
});
