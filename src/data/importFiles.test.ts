import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BlobReader, BlobWriter, ZipWriter } from '@zip.js/zip.js';
import { describe, expect, it } from 'vitest';
import type { ImportFile } from './import/candidates.ts';
import { type ImportOptions, type ImportProgress, importFiles } from './importFiles.ts';
import type { RecordingSet } from './recordingSet.ts';
import { hasSharedData, NEEDS_SHARED_DATA, SHARED_DATA } from './testSupport.ts';

/** An ATIS file of `count` events at x = `mark`, so that a recording can be told from another. */
function recording(mark: number, count = 40): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count * 5 }, (_, i) => [mark, 3, 0x80, i >> 5, 7][i % 5]);
}

const file = (path: string, content: Uint8Array<ArrayBuffer> | string): ImportFile => ({
  path,
  blob: new Blob([content]),
});

async function zipOf(
  files: ImportFile[],
  options: { password?: string; zip64?: boolean; level?: number } = {},
): Promise<Blob> {
  const writer = new ZipWriter(new BlobWriter(), { ...options, useWebWorkers: false });
  for (const { path, blob } of files) await writer.add(path, new BlobReader(blob));
  return writer.close();
}

/** name, class name and split of every recording, for readable comparisons. */
function rows(set: RecordingSet): string[] {
  return set.recordings.map(
    ({ name, classIndex, split, events }) =>
      `${name} ${set.classNames[classIndex]} ${split ? 'test' : 'train'} x=${events.x[0]}`,
  );
}

const codes = (set: RecordingSet) => set.problems.map((problem) => `${problem.file}: ${problem.error.code}`);

describe('classes and split', () => {
  const layout = [
    file('set/Train/10/1.bin', recording(1)),
    file('set/Test/2/7.bin', recording(2)),
    file('set/Train/2/10.bin', recording(3)),
    file('set/Train/2/9.bin', recording(4)),
  ];
  const expected = [
    'set/Test/2/7.bin 2 test x=2',
    'set/Train/2/9.bin 2 train x=4',
    'set/Train/2/10.bin 2 train x=3',
    'set/Train/10/1.bin 10 train x=1',
  ];

  it('come from folders, numbers ordered by value, whatever the order of the files', async () => {
    for (const files of [layout, [...layout].reverse()]) {
      const set = await importFiles(files);
      expect(rows(set)).toEqual(expected);
      expect(set.classNames).toEqual(['2', '10']);
      expect(set).toMatchObject({
        name: 'set',
        synthetic: false,
        sensor: { width: 34, height: 34 },
        problems: [],
      });
      expect(set.origin).toEqual({ classes: 'folders', split: 'given' });
    }
  });

  it.each([
    ['deflated', {}],
    ['stored', { level: 0 }],
    ['zip64', { zip64: true }],
  ])('are the same from a zip archive, %s', async (_, options) => {
    const blob = await zipOf(layout, options);
    const set = await importFiles([{ path: 'all.zip', blob }]);
    expect(rows(set)).toEqual(expected.map((row) => `all/${row}`));
    expect(set.name).toBe('all');
    expect(set.problems).toEqual([]);
  });

  it('class folders may stand above the split folders', async () => {
    const set = await importFiles([
      file('cat/train/a.bin', recording(1)),
      file('dog/test/a.bin', recording(2)),
    ]);
    expect(rows(set)).toEqual(['cat/train/a.bin cat train x=1', 'dog/test/a.bin dog test x=2']);
  });

  it('come from label lists by index, file name or path; the list name gives the split', async () => {
    const set = await importFiles([
      file('d/00001.bs2', recording(1)),
      file('d/2.bs2', recording(2)),
      file('d/sub/x.bs2', recording(3)),
      file('d/4.bs2', recording(4)),
      file('d/train1K.txt', '#sample #class\n1\t9\n2.bs2 11\r\n'),
      file('d/test100.txt', 'sub/x.bs2, 9\n'),
    ]);
    expect(rows(set)).toEqual(['d/00001.bs2 9 train x=1', 'd/2.bs2 11 train x=2', 'd/sub/x.bs2 9 test x=3']);
    expect(codes(set)).toEqual(['d/4.bs2: no-class']);
    expect(set.origin).toEqual({ classes: 'labelList', split: 'given' });
  });

  it('come from file names when there is one folder only', async () => {
    const names = ['cifar10_cat_0.bin', 'cifar10_dog_12.bin', 'cifar10_cat_3.bin'];
    const set = await importFiles(names.map((name, i) => file(`flat/${name}`, recording(i))));
    expect(set.classNames).toEqual(['cat', 'dog']);
    expect(set.recordings.map((entry) => entry.classIndex)).toEqual([0, 0, 1]);
    expect(set.origin?.classes).toBe('fileNames');
  });

  it('fall back to one class', async () => {
    const single = await importFiles([file('1.bin', recording(1))]);
    expect(single.classNames).toEqual(['unlabelled']);
    expect((await importFiles([file('seven/1.bin', recording(1))])).classNames).toEqual(['seven']);
  });

  it('a class whose files are all bad is no class', async () => {
    const set = await importFiles([
      file('a/1.bin', recording(1)),
      file('b/1.bin', 'version https://git-lfs.github.com/spec/v1'),
      file('c/1.bin', recording(2)),
    ]);
    expect(set.classNames).toEqual(['a', 'c']);
    expect(set.recordings.map((entry) => entry.classIndex)).toEqual([0, 1]);
  });
});

describe('seeded split', () => {
  const files = Array.from({ length: 30 }, (_, i) => file(`s/${i % 3}/${i}.bin`, recording(i)));
  const testNames = (set: RecordingSet) =>
    set.recordings.filter((entry) => entry.split === 1).map(({ name }) => name);

  it('is stratified and depends on the seed only', async () => {
    const set = await importFiles(files, { splitSeed: 5 });
    expect(set.origin?.split).toBe('seeded');
    for (const classIndex of [0, 1, 2]) {
      const members = set.recordings.filter((entry) => entry.classIndex === classIndex);
      expect(members.filter((entry) => entry.split === 1)).toHaveLength(2);
    }
    expect(testNames(await importFiles([...files].reverse(), { splitSeed: 5 }))).toEqual(testNames(set));
    expect(testNames(await importFiles(files, { splitSeed: 6 }))).not.toEqual(testNames(set));
  });

  it.each([
    [0, 0],
    [0.01, 3],
    [0.5, 15],
    [1, 27],
  ])('testFraction %d tests %d of 30', async (testFraction, expected) => {
    expect(testNames(await importFiles(files, { testFraction }))).toHaveLength(expected);
  });

  it('is used when folders name only one side', async () => {
    const set = await importFiles(files.map(({ path, blob }) => ({ path: `Train/${path}`, blob })));
    expect(set.origin?.split).toBe('seeded');
    expect(testNames(set)).toHaveLength(6);
  });
});

describe('distrust', () => {
  it('refuses bad files one by one with name and offset, the good ones load', async () => {
    const set = await importFiles([
      file('s/0/good.bin', recording(1)),
      file('s/0/cut.bin', recording(1).slice(0, 153)),
      file('s/1/empty.bin', ''),
      file('s/1/page.bin', '<!DOCTYPE html><html></html>'),
      file('s/1/row.bin', Uint8Array.of(1, 250, 0, 0, 0)),
      file('s/1/good.bin', recording(2)),
      file('s/readme.md', '# about'),
      file('s/.DS_Store', 'x'),
      file('s/__MACOSX/1/._good.bin', 'x'),
    ]);
    expect(rows(set).map((row) => row.split(' ')[0])).toEqual(['s/0/good.bin', 's/1/good.bin']);
    expect(codes(set).sort()).toEqual([
      's/0/cut.bin: truncated-file',
      's/1/empty.bin: empty-file',
      's/1/page.bin: not-event-data',
      's/1/row.bin: not-this-format',
      's/readme.md: skipped',
    ]);
    expect(set.problems.find(({ file: name }) => name === 's/0/cut.bin')?.error.offset).toBe(150);
  });

  it('keeps the whole part of a damaged file when asked to', async () => {
    const set = await importFiles([file('a/cut.bin', recording(1).slice(0, 153))], { keepDamaged: true });
    expect(set.recordings[0].events.tUs).toHaveLength(30);
    expect(codes(set)).toEqual(['a/cut.bin: warning']);
  });

  it('refuses encrypted members, paths that climb, and damaged archives', async () => {
    const inside = [file('a/1.bin', recording(1)), file('b/1.bin', recording(2))];
    const encrypted = await importFiles([
      { path: 'e.zip', blob: await zipOf(inside, { password: 'secret' }) },
    ]);
    expect(codes(encrypted)).toEqual(['e/a/1.bin: archive-encrypted', 'e/b/1.bin: archive-encrypted']);
    expect(encrypted).toMatchObject({ recordings: [], sensor: { width: 0, height: 0 } });

    const whole = await zipOf(inside, { level: 0 });
    const cut = await importFiles([{ path: 'c.zip', blob: whole.slice(0, whole.size - 40) }]);
    expect(codes(cut)).toEqual(['c.zip: archive-damaged']);

    const flipped = new Uint8Array(await whole.arrayBuffer());
    flipped[100] ^= 1;
    const damaged = await importFiles([{ path: 'f.zip', blob: new Blob([flipped]) }]);
    expect(codes(damaged)).toEqual(['f/a/1.bin: archive-damaged']);
    expect(damaged.recordings).toHaveLength(1);

    const climbing = await importFiles([
      file('../../etc/1.bin', recording(1)),
      file('x\\y/1.bin', recording(1)),
    ]);
    expect(codes(climbing)).toEqual(['../../etc/1.bin: bad-path']);
    expect(climbing.recordings[0].name).toBe('x/y/1.bin');
  });

  it('keeps files of the same path apart', async () => {
    const set = await importFiles([file('1.bin', recording(1)), file('1.bin', recording(2))]);
    expect(set.recordings.map(({ name, events }) => [name, events.x[0]])).toEqual([
      ['1.bin', 1],
      ['1.bin (2)', 2],
    ]);
  });
});

describe('progress and cancel', () => {
  const files = Array.from({ length: 20 }, (_, i) => file(`s/${i % 2}/${i}.bin`, recording(i)));

  it('reports the end', async () => {
    const seen: ImportProgress[] = [];
    await importFiles(files, { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ filesDone: 20, fileCount: 20, bytesDone: 4000, byteCount: 4000 });
  });

  it('stops at once', async () => {
    const controller = new AbortController();
    const options: ImportOptions = {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    };
    await expect(importFiles(files, options)).rejects.toThrow('enough');
    await expect(importFiles(files, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    );
  });
});

describe.skipIf(!hasSharedData)(`N-MNIST subset${NEEDS_SHARED_DATA}`, () => {
  const folder = resolve(SHARED_DATA, 'nmnist_bin');

  it('loads from the zip with the data set layout and, equally, from the folder with label lists', async () => {
    const zip = await importFiles([
      {
        path: 'NMNISTsmall_restored_layout.zip',
        blob: new Blob([readFileSync(resolve(folder, 'NMNISTsmall_restored_layout.zip'))]),
      },
    ]);
    const listed = await importFiles(
      readdirSync(resolve(folder, 'NMNISTsmall')).map((name) => ({
        path: `NMNISTsmall/${name}`,
        blob: new Blob([readFileSync(resolve(folder, 'NMNISTsmall', name))]),
      })),
    );
    const index = JSON.parse(readFileSync(resolve(folder, 'NMNISTsmall_index.json'), 'utf8'));
    for (const [set, key] of [
      [zip, 'restored_name'],
      [listed, 'file'],
    ] as const) {
      // The folder has one document beside the recordings and lists.
      expect(codes(set)).toEqual(key === 'file' ? ['NMNISTsmall/parameters.yaml: skipped'] : []);
      expect(set.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
      expect(set.sensor).toEqual({ width: 34, height: 34 });
      const byName = new Map(
        set.recordings.map((entry) => [entry.name.replace(/^.*NMNISTsmall\//, ''), entry]),
      );
      for (const entry of index) {
        const found = byName.get(entry[key]);
        expect(found?.classIndex, entry[key]).toBe(entry.label);
        expect(found?.split, entry[key]).toBe(entry.subset === 'train' ? 0 : 1);
        expect(found?.events.tUs.length, entry[key]).toBe(entry.n_events);
      }
      expect(set.recordings).toHaveLength(1100);
    }
  }, 120_000);
});
