import { describe, expect, it } from 'vitest';
import { importFiles } from '../importFiles.ts';
import type { ImportProblem, RecordingSet } from '../recordingSet.ts';
import {
  type EventTuple,
  eventTuples,
  hasSharedData,
  NEEDS_SHARED_DATA,
  sharedBytes,
} from '../testSupport.ts';
import type { ImportFile } from './candidates.ts';
import { MAX_TRIALS, parseGestureMapping, parseTrialList } from './gestureTrials.ts';

/** A recording of DvsGesture's format with one packet. */
function recording(events: EventTuple[]): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(
    '#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n',
  );
  const bytes = new Uint8Array(header.length + 28 + events.length * 8);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  view.setInt16(0, 1, true);
  view.setInt16(2, 1, true);
  view.setInt32(4, 8, true);
  for (const at of [16, 20, 24]) view.setInt32(at, events.length, true);
  for (const [i, [t, x, y, p]] of events.entries()) {
    view.setUint32(28 + 8 * i, ((x << 17) | (y << 2) | (p << 1) | 1) >>> 0, true);
    view.setInt32(32 + 8 * i, t, true);
  }
  return bytes;
}

const HEADER = 'class,startTime_usec,endTime_usec';
const labels = (...rows: string[]) => `${[HEADER, ...rows].join('\n')}\n`;
const bytesOf = (content: string) => new TextEncoder().encode(content);
const file = (path: string, content: Uint8Array<ArrayBuffer> | string): ImportFile => ({
  path,
  blob: new Blob([content]),
});
const at = (...times: number[]): EventTuple[] => times.map((t, i) => [t, i, 2 * i, i % 2]);

/** name, class name, split and times of every trial. */
const rows = (set: RecordingSet) =>
  set.recordings.map(
    ({ name, classIndex, split, events }) =>
      `${name} ${set.classNames[classIndex]} ${split ? 'test' : 'train'} ${events.tUs.join(' ')}`,
  );
const codes = ({ problems }: { problems: ImportProblem[] }) =>
  problems.map(({ file: name, error }) => `${name}: ${error.code}`);

const MAPPING =
  'action,label\nhand_clapping,1\nright_hand_wave,2\nright_arm_clockwise ,4\nother_gestures,11\n';

describe('trials of one recording', () => {
  it('are cut half-open, row by row, with everything an event has', async () => {
    const set = await importFiles([
      file('g/user01_led.aedat', recording(at(10, 20, 29, 30, 40, 50))),
      file('g/user01_led_labels.csv', labels('4,20,30', '1,30,50')),
    ]);
    expect(
      set.recordings.map(({ name, classIndex, events }) => [name, classIndex, eventTuples(events)]),
    ).toEqual([
      [
        'g/user01_led.aedat #1',
        1,
        [
          [20, 1, 2, 1],
          [29, 2, 4, 0],
        ],
      ],
      [
        'g/user01_led.aedat #2',
        0,
        [
          [30, 3, 6, 1],
          [40, 4, 8, 0],
        ],
      ],
    ]);
    expect(set).toMatchObject({
      classNames: ['1', '4'],
      sensor: { width: 128, height: 128 },
      problems: [],
      origin: { classes: 'labelList', split: 'seeded' },
    });
  });

  it('may repeat a class and overlap', async () => {
    const set = await importFiles([
      file('a.aedat', recording(at(1, 2, 3, 4))),
      file('a_labels.csv', labels('9,1,4', '10,2,5', '9,1,4')),
    ]);
    expect(set.recordings.map(({ events }) => [...events.tUs])).toEqual([
      [1, 2, 3],
      [2, 3, 4],
      [1, 2, 3],
    ]);
    expect(set.recordings.map(({ classIndex }) => set.classNames[classIndex])).toEqual(['9', '10', '9']);
    expect(set.problems).toEqual([]);
  });

  it('keep the order of the file where time runs backwards', async () => {
    const set = await importFiles([
      file('a.aedat', recording(at(5, 1, 7, 3, 9))),
      file('a_labels.csv', labels('1,3,8')),
    ]);
    expect(eventTuples(set.recordings[0].events)).toEqual([
      [5, 0, 0, 0],
      [7, 2, 4, 0],
      [3, 3, 6, 1],
    ]);
    expect(set.problems.map(({ error }) => error.message)).toEqual([
      expect.stringContaining('Time runs backwards'),
    ]);
  });

  it('share no memory with each other', async () => {
    const set = await importFiles([
      file('a.aedat', recording(at(1, 2))),
      file('a_labels.csv', labels('1,1,3', '2,1,3')),
    ]);
    set.recordings[0].events.tUs[0] = 99;
    expect([...set.recordings[1].events.tUs]).toEqual([1, 2]);
    expect(set.recordings[1].events.tUs.buffer.byteLength).toBe(16);
  });
});

describe('names and split', () => {
  const recordings = ['user01_led', 'user02_led', 'user24_lab'].flatMap((name, i) => [
    file(`DvsGesture/${name}.aedat`, recording(at(i, 10, 20))),
    file(`DvsGesture/${name}_labels.csv`, labels(`4,${i},10`, '1,10,15', '2,15,21')),
  ]);
  const mapping = file('DvsGesture/gesture_mapping.csv', MAPPING);
  const trainList = file('DvsGesture/trials_to_train.txt', 'user01_led.aedat\r\nuser02_led.aedat\r\n');
  const testList = file('DvsGesture/trials_to_test.txt', 'user24_lab.aedat\n');

  it('come from the mapping and the lists, classes in the order of their numbers', async () => {
    const files = [...recordings, mapping, trainList, testList];
    for (const order of [files, [...files].reverse()]) {
      const set = await importFiles(order);
      expect(set.classNames).toEqual(['hand_clapping', 'right_hand_wave', 'right_arm_clockwise']);
      expect(rows(set)).toEqual([
        'DvsGesture/user01_led.aedat #1 right_arm_clockwise train 0',
        'DvsGesture/user01_led.aedat #2 hand_clapping train 10',
        'DvsGesture/user01_led.aedat #3 right_hand_wave train 20',
        'DvsGesture/user02_led.aedat #1 right_arm_clockwise train 1',
        'DvsGesture/user02_led.aedat #2 hand_clapping train 10',
        'DvsGesture/user02_led.aedat #3 right_hand_wave train 20',
        'DvsGesture/user24_lab.aedat #1 right_arm_clockwise test 2',
        'DvsGesture/user24_lab.aedat #2 hand_clapping test 10',
        'DvsGesture/user24_lab.aedat #3 right_hand_wave test 20',
      ]);
      expect(set.problems).toEqual([]);
      expect(set.origin).toEqual({ classes: 'labelList', split: 'given' });
    }
  });

  it('without lists the split is seeded, every class on both sides', async () => {
    const set = await importFiles([...recordings, mapping], { splitSeed: 3 });
    expect(set.origin?.split).toBe('seeded');
    for (const classIndex of [0, 1, 2]) {
      const members = set.recordings.filter((trial) => trial.classIndex === classIndex);
      expect(members.filter(({ split }) => split === 1)).toHaveLength(1);
    }
  });

  it('what both lists name trains, and the contradiction is told', async () => {
    const both = file('DvsGesture/trials_to_test.txt', 'user24_lab.aedat\nuser02_led.aedat\n');
    const set = await importFiles([...recordings, both, trainList]);
    expect(
      rows(set)
        .filter((row) => row.includes(' test '))
        .every((row) => row.includes('user24')),
    ).toBe(true);
    expect(set.origin?.split).toBe('given');
    expect(codes(set)).toEqual(['DvsGesture/trials_to_test.txt: bad-split']);
  });

  it('a mapping that is wrong is told, classes keep their numbers', async () => {
    const wrong = file('DvsGesture/gesture_mapping.csv', 'action,label\nwave,1\nwave,2\n');
    const set = await importFiles([...recordings, wrong]);
    expect(set.classNames).toEqual(['1', '2', '4']);
    expect(codes(set)).toEqual(['DvsGesture/gesture_mapping.csv: bad-mapping']);
  });

  it.each([
    ['a number above the classes', 'action,label\nwave,12\n'],
    ['no number', 'action,label\nwave\n'],
    ['another header', 'name,label\nwave,1\n'],
    ['nothing', ''],
  ])('a mapping with %s is none', (_, content) => {
    expect(parseGestureMapping(bytesOf(content))).toBeUndefined();
  });
});

describe('rows that cannot be used', () => {
  it('become problems with file, row and reason; the others are cut', async () => {
    const content = labels(
      '1,0,50',
      '12,0,50',
      '3,50,50',
      '4,a,9',
      '5,0',
      '6,900,950',
      '7,30,40',
      '0,1,2',
      '8,40,99',
    );
    const set = await importFiles([
      file('d/a.aedat', recording(at(10, 20, 50))),
      file('d/a_labels.csv', content),
    ]);
    expect(set.recordings.map(({ name, classIndex }) => `${name} ${set.classNames[classIndex]}`)).toEqual([
      'd/a.aedat #1 1',
      'd/a.aedat #9 8',
    ]);
    const found = set.problems.map(({ file: name, error }) => {
      const row = content.slice(error.offset).split('\n')[0];
      return [name, error.code, /row \d+/.exec(error.message)?.[0], row];
    });
    expect(found).toEqual([
      ['d/a_labels.csv', 'bad-trial', 'row 2', '12,0,50'],
      ['d/a_labels.csv', 'bad-trial', 'row 3', '3,50,50'],
      ['d/a_labels.csv', 'bad-trial', 'row 4', '4,a,9'],
      ['d/a_labels.csv', 'bad-trial', 'row 5', '5,0'],
      ['d/a_labels.csv', 'bad-trial', 'row 8', '0,1,2'],
      ['d/a_labels.csv', 'warning', 'row 1', '1,0,50'],
      ['d/a_labels.csv', 'trial-outside', 'row 6', '6,900,950'],
      ['d/a_labels.csv', 'trial-empty', 'row 7', '7,30,40'],
      ['d/a_labels.csv', 'warning', 'row 9', '8,40,99'],
    ]);
    const outside = set.problems.find(({ error }) => error.code === 'trial-outside');
    expect(outside?.error.message).toBe(
      'd/a_labels.csv: row 6 (class 6, 900 to 950 us) is outside d/a.aedat, which runs from 10 to 50 us.',
    );
  });

  it('windows that only touch the recording are outside; one microsecond inside is enough', async () => {
    const set = await importFiles([
      file('a.aedat', recording(at(10, 20))),
      file('a_labels.csv', labels('1,0,10', '2,21,30', '3,10,11', '4,20,21')),
    ]);
    expect(set.recordings.map(({ events }) => [...events.tUs])).toEqual([[10], [20]]);
    expect(set.problems.map(({ error }) => error.code)).toEqual(['trial-outside', 'trial-outside']);
  });

  it('a recording without events has no trials', async () => {
    const set = await importFiles([file('a.aedat', recording([])), file('a_labels.csv', labels('1,0,10'))]);
    expect(set.recordings).toEqual([]);
    expect(set.problems.at(-1)?.error.message).toContain('which has no events');
  });

  it('what stands before damage is cut when damaged files are kept', async () => {
    const files = [
      file('a.aedat', recording(at(10, 20, 30, 40)).slice(0, -16)),
      file('a_labels.csv', labels('1,10,21', '2,30,41')),
    ];
    expect(codes(await importFiles(files))).toEqual(['a.aedat: truncated-file']);
    const kept = await importFiles(files, { keepDamaged: true });
    expect(rows(kept)).toEqual(['a.aedat #1 1 train 10 20']);
    expect(codes(kept)).toEqual(['a.aedat: warning', 'a_labels.csv: trial-outside']);
  });

  it(`a list has at most ${MAX_TRIALS} rows`, () => {
    const many = (count: number) => bytesOf(labels(...Array<string>(count).fill('1,0,1')));
    expect(parseTrialList('l', many(MAX_TRIALS), [])?.trials).toHaveLength(MAX_TRIALS);
    expect(() => parseTrialList('l', many(MAX_TRIALS + 1), [])).toThrow(/1001 rows, the limit is 1000/);
  });
});

describe('files beside each other', () => {
  it('a label file without its recording is told; the rest is imported as without it', async () => {
    const set = await importFiles([
      file('x/b.aedat', recording(at(1, 2))),
      file('x/a_labels.csv', labels('1,0,10')),
      file('y/a.aedat', recording(at(1, 2))),
    ]);
    expect(codes(set)).toEqual(['x/a_labels.csv: no-recording']);
    expect(set.classNames).toEqual(['x', 'y']);
  });

  it('a recording without label file has no class where others have trials', async () => {
    const set = await importFiles([
      file('a.aedat', recording(at(1, 2))),
      file('a_labels.csv', `\ufeff${labels('1,0,10').replaceAll('\n', '\r\n')}`),
      file('b.aedat', recording(at(1, 2))),
    ]);
    expect(codes(set)).toEqual(['a_labels.csv: warning', 'b.aedat: no-class']);
    expect(set.problems[1].error.message).toContain('b_labels.csv');
  });

  it('a label list of whole recordings is no list of trials, whatever its name', async () => {
    const set = await importFiles([
      file('a.aedat', recording(at(1, 2))),
      file('b.aedat', recording(at(1, 2))),
      file('a_labels.csv', 'a.aedat,cat\nb.aedat,dog\n'),
    ]);
    expect(set.classNames).toEqual(['cat', 'dog']);
    expect(set.problems).toEqual([]);
  });
});

describe.skipIf(!hasSharedData)(`label files of the reference data${NEEDS_SHARED_DATA}`, () => {
  const shared = (path: string, as = path) => file(as, Uint8Array.from(sharedBytes(`aedat3/${path}`)));

  it('a recording with its label file falls into its trials', async () => {
    const name = 'ugurcancakal_aedat2_led';
    const set = await importFiles([
      shared(`${name}.aedat`),
      shared(`${name}_labels.csv`),
      shared('dvsgesture_gesture_mapping.csv'),
    ]);
    // Windows [40, 59), [119579, 119580), [126918, 127220), [2068981, 2178818); there is an event at 59.
    expect(rows(set).map((row) => row.replace(/ (train|test)/, ''))).toEqual([
      `${name}.aedat #1 right_hand_wave 48`,
      `${name}.aedat #2 left_hand_wave 119579`,
      `${name}.aedat #3 arm_roll 126918 127100 127120`,
      `${name}.aedat #4 left_arm_counter_clockwise 2068981 2157619 2178812`,
    ]);
    expect(set.problems.map(({ error }) => error.message)).toEqual([expect.stringContaining('row 4')]);
  });

  it('the windows of a real label file cut a recording of as many events', async () => {
    const real = 'dvsgesture_user01_natural_labels.csv';
    const windows = new TextDecoder()
      .decode(sharedBytes(`aedat3/${real}`))
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(',').map(Number));
    // On each border and one microsecond before it; class c has c events between.
    const times = windows
      .flatMap(([label, start, stop]) => [
        start - 1,
        start,
        ...Array.from({ length: label }, (_, i) => start + 1 + i),
        stop - 1,
        stop,
      ])
      .sort((a, b) => a - b);
    const set = await importFiles([
      file('user01_natural.aedat', recording(times.map((t) => [t, 1, 2, 1]))),
      shared(real, 'user01_natural_labels.csv'),
      shared('dvsgesture_gesture_mapping.csv', 'gesture_mapping.csv'),
    ]);
    expect(set.problems).toEqual([]);
    expect(set.recordings.map(({ classIndex, events }) => [classIndex + 1, events.tUs.length])).toEqual(
      windows.map(([label]) => [label, label + 2]),
    );
    expect(set.classNames).toHaveLength(11);
    expect(set.classNames[3]).toBe('right_arm_clockwise');
  });
});
