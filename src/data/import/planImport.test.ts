import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { createMemoryScratch } from '../../storage/scratchFile.ts';
import { importFiles } from '../importFiles.ts';
import type { ClassChoice } from './assignClasses.ts';
import type { ImportFile } from './candidates.ts';
import { createPlanner } from './planImport.ts';

/** An ATIS recording at x = mark. */
const recording = (mark: number, count = 40) =>
  Uint8Array.from({ length: count * 5 }, (_, i) => [mark, 3, 0x80, i >> 5, 7][i % 5]);
const file = (path: string, bytes: Uint8Array | string): ImportFile => ({
  path,
  blob: new Blob([bytes as Uint8Array<ArrayBuffer>]),
});

const SET = [
  file('s/Train/cat/a_night_1.bin', recording(1)),
  file('s/Test/cat/a_day_2.bin', recording(2)),
  file('s/Train/dog/b_night_3.bin', recording(3)),
  file('s/Test/dog/b_day_4.bin', recording(4)),
];

const plan = (classes?: ClassChoice, files = SET) => createPlanner(null).plan(files, { classes }, () => {});
const names = async (classes?: ClassChoice, files = SET) =>
  (await plan(classes, files)).classes.map(({ name, files: count }) => `${name} ${count}`);

describe('the plan of an import', () => {
  it('shows classes, counts and split before anything is decoded', async () => {
    expect(await plan()).toEqual({
      kind: 'recordings',
      name: 's',
      fileCount: 4,
      byteCount: 800,
      rule: 'folders',
      split: 'given',
      problems: [],
      unlabelled: { files: 0, example: '' },
      classes: [
        { name: 'cat', files: 2, train: 1, test: 1, example: 's/Test/cat/a_day_2.bin' },
        { name: 'dog', files: 2, train: 1, test: 1, example: 's/Test/dog/b_day_4.bin' },
      ],
    });
  });

  it.each<[ClassChoice, string[]]>([
    [{ rule: 'folders' }, ['cat 2', 'dog 2']],
    [{ rule: 'parentFolders' }, ['s 4']],
    [{ rule: 'fileNames' }, ['a_day 1', 'a_night 1', 'b_day 1', 'b_night 1']],
    [{ rule: 'pattern', pattern: '_(night|day)_' }, ['day 2', 'night 2']],
    [{ rule: 'none' }, ['unlabelled 4']],
    [{ rule: 'folders', renames: { cat: 'animal', dog: 'animal' } }, ['animal 4']],
    [{ rule: 'folders', renames: { cat: 'Cat', dog: null } }, ['Cat 2']],
    [{ rule: 'labelList' }, []],
  ])('follows %j', async (choice, expected) => {
    expect(await names(choice)).toEqual(expected);
    const set = await importFiles(SET, { classes: choice });
    const imported = set.classNames.map(
      (name, index) => `${name} ${set.recordings.filter(({ classIndex }) => classIndex === index).length}`,
    );
    expect(imported).toEqual(expected);
  });

  it('counts what a pattern does not match, and a class that is left out is no problem', async () => {
    const choice: ClassChoice = { rule: 'pattern', pattern: '(night)' };
    expect((await plan(choice)).unlabelled).toEqual({ files: 2, example: 's/Test/cat/a_day_2.bin' });
    const set = await importFiles(SET, { classes: choice });
    expect(set.problems.map(({ error }) => error.code)).toEqual(['no-class', 'no-class']);
    const without = await importFiles(SET, { classes: { rule: 'folders', renames: { dog: null } } });
    expect(without.problems).toEqual([]);
    expect(without.recordings).toHaveLength(2);
  });

  it.each(['(', '', 'x'.repeat(201)])('refuses the pattern "%s"', async (pattern) => {
    await expect(plan({ rule: 'pattern', pattern })).rejects.toMatchObject({ code: 'bad-class-pattern' });
  });

  it('splits by seed where it is told to, whatever folders say', async () => {
    const choice: ClassChoice = { rule: 'folders', split: 'seeded' };
    expect((await plan(choice)).split).toBe('seeded');
    const set = await importFiles(SET, { classes: choice, testFraction: 0.5, splitSeed: 3 });
    expect(set.origin?.split).toBe('seeded');
    expect(set.recordings.filter(({ split }) => split === 1)).toHaveLength(2);
  });

  it('finds trials, whose classes stand in label files', async () => {
    const aedat = new TextEncoder().encode('#!AER-DAT3.1\r\n#End Of ASCII Header\r\n');
    const files = [
      file('u/a.aedat', aedat),
      file('u/a_labels.csv', 'class,startTime_usec,endTime_usec\n2,0,5\n2,6,9\n4,10,20\n'),
      file('u/b.aedat', aedat),
    ];
    const found = await plan(undefined, files);
    expect(found).toMatchObject({ kind: 'trials', fileCount: 2, unlabelled: { files: 1 } });
    expect(found.classes.map(({ name, files: count }) => [name, count])).toEqual([
      ['2', 2],
      ['4', 1],
    ]);
  });

  it('looks into the files of a drop once', async () => {
    const planner = createPlanner(null);
    const said: string[] = [];
    const tar = await packTar([{ header: { name: 'a/1.bin', size: 200, type: 'file' }, body: recording(1) }]);
    const files = [file('x.tar', tar)];
    await planner.plan(files, {}, (label) => said.push(label));
    const { candidates } = await planner.found(files, (label) => said.push(label));
    expect(candidates.map(({ path }) => path)).toEqual(['x/a/1.bin']);
    expect(said.filter((label) => label === 'Unpacking x.tar')).toHaveLength(1);
  });
});

describe('archives inside archives', () => {
  const zip = (members: Record<string, Uint8Array>) => zipSync(members);
  const tar = async (members: Record<string, Uint8Array>) =>
    packTar(
      Object.entries(members).map(([name, body]) => ({
        header: { name, size: body.length, type: 'file' as const },
        body,
      })),
    );
  const inner = { 'left/1.bin': recording(1), 'right/2.bin': recording(2) };

  it.each([
    ['zip in zip', 'o.zip', async () => zip({ 'Train.zip': zip(inner) }), 'o/Train'],
    ['tar in zip', 'o.zip', async () => zip({ 'Train.tar': await tar(inner) }), 'o/Train'],
    ['tar.gz in zip', 'o.zip', async () => zip({ 'Train.tar.gz': gzipSync(await tar(inner)) }), 'o/Train'],
    ['zip in tar', 'o.tar', async () => tar({ 'Train.zip': zip(inner) }), 'o/Train'],
    ['zip in tar.gz', 'o.tgz', async () => gzipSync(await tar({ 'Train.zip': zip(inner) })), 'o/Train'],
    [
      'gz in tar',
      'o.tar',
      async () => tar({ 'a/1.bin.gz': gzipSync(recording(1)), 'b/2.bin': recording(2) }),
      '',
    ],
  ])('%s', async (_, name, pack, folder) => {
    const set = await importFiles([file(name, await pack())]);
    expect(set.problems).toEqual([]);
    const found = set.recordings.map(({ name: path, classIndex, events }) => [
      path,
      set.classNames[classIndex],
      events.x[0],
    ]);
    expect(found).toEqual(
      folder === ''
        ? [
            ['o/a/1.bin', 'a', 1],
            ['o/b/2.bin', 'b', 2],
          ]
        : [
            [`${folder}/left/1.bin`, 'left', 1],
            [`${folder}/right/2.bin`, 'right', 2],
          ],
    );
  });

  it('are opened one level deep; a third level and damage are refused by name', async () => {
    const deep = zip({
      'two.zip': zip({ 'three.zip': zip(inner), 'a/1.bin': recording(1) }),
      'bad.zip': zip(inner).slice(0, 200),
    });
    const set = await importFiles([file('one.zip', deep)]);
    expect(set.recordings.map(({ name }) => name)).toEqual(['one/two/a/1.bin']);
    expect(set.problems.map(({ file: path, error }) => [path, error.code])).toEqual([
      ['one/bad.zip', 'archive-damaged'],
      ['one/two/three.zip', 'not-events'],
    ]);
  });

  it('unpack long files to the disk and free it when they are read', async () => {
    const openScratch = createMemoryScratch();
    const planner = createPlanner(openScratch);
    // 17 MB of a recording that packs well, and a tar that stays for as long as its files may be needed.
    const bytes = new Uint8Array(17_000_000);
    bytes.set(recording(1, 1));
    for (let filled = 5; filled < bytes.length; filled *= 2) bytes.copyWithin(filled, 0, filled);
    const long = zip({ 'a/1.bin': bytes, 'b/2.bin': recording(2) });
    const files = [file('long.zip', long), file('t.tar.gz', gzipSync(await tar(inner)))];
    const found = await planner.found(files, () => {});
    const set = await importFiles(files, {}, found);
    expect(set.problems).toEqual([]);
    expect(set.recordings.map(({ name, events }) => [name, events.tUs.length])).toEqual([
      ['long/a/1.bin', 3_400_000],
      ['long/b/2.bin', 40],
      ['t/left/1.bin', 40],
      ['t/right/2.bin', 40],
    ]);
    expect(openScratch.open.size).toBe(1);
  });
});
