import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import { findTextPreview } from '../../import/findTextPreview.ts';
import { importFiles } from '../../importFiles.ts';
import { eventTuples } from '../../testSupport.ts';
import { isWholeChoice } from '../table/columnChoice.ts';
import { text } from './text.ts';
import { previewText } from './textPreview.ts';

const bytesOf = (content: string) => new TextEncoder().encode(content) as Uint8Array<ArrayBuffer>;
const preview = (content: string) => previewText(memorySource('a.csv', bytesOf(content)));
const file = (path: string, content: string | Uint8Array<ArrayBuffer>) => ({
  path,
  blob: new Blob([typeof content === 'string' ? content : content]),
});
const signal = new AbortController().signal;

describe('previewText', () => {
  it('shows the first lines and what they are taken for', async () => {
    expect(await preview('# made by hand\nx,y,t,p\n3,4,0.001,1\n5,6,0.0025,0\n')).toEqual({
      file: 'a.csv',
      columnCount: 4,
      columnNames: ['x', 'y', 't', 'p'],
      preamble: ['# made by hand', 'x,y,t,p'],
      rows: [
        ['3', '4', '0.001', '1'],
        ['5', '6', '0.0025', '0'],
      ],
      guess: { columnCount: 4, roles: { x: 0, y: 1, t: 2, p: 3 }, timeUnitUs: 1_000_000 },
      named: ['x', 'y', 't', 'p'],
      problem: null,
    });
  });

  it.each([
    ['whole numbers', '1 2 3 1\n900 4 5 0\n', 1],
    ['thousandths', '1.5 2 3 1\n900 4 5 0\n', 1000],
    ['finer fractions', '1.5001 2 3 1\n900 4 5 0\n', 1_000_000],
    ['numbers beyond 10^17', '1500000000000000001 2 3 1\n1500000000000900001 4 5 0\n', 0.001],
  ])('guesses the unit of %s', async (_, content, timeUnitUs) => {
    expect((await preview(content))?.guess).toMatchObject({ roles: { t: 0, x: 1, y: 2, p: 3 }, timeUnitUs });
  });

  it('says why it cannot tell, and shows the lines all the same', async () => {
    const shown = await preview('7 1 2 3 1\n7 9 4 5 0\n');
    expect(shown).toMatchObject({ guess: null, problem: { code: 'unknown-columns' }, columnCount: 5 });
    expect(shown?.rows).toEqual([
      ['7', '1', '2', '3', '1'],
      ['7', '9', '4', '5', '0'],
    ]);
  });

  it('says what the names tell where they do not tell everything', async () => {
    const shown = await preview('number,time,col,line,sign\n1,2,3,4,1\n2,3,4,5,0\n');
    expect(shown).toMatchObject({ guess: null, named: [null, 't', 'x', null, null] });
  });

  it('is nothing for text that is no list of events', async () => {
    expect(await preview('hello\nworld\n')).toBeNull();
  });
});

describe('a choice of columns', () => {
  const content = '7;1;2;30;1\n7;9;4;5;0\n';
  const columns = { columnCount: 5, roles: { t: 1, x: 2, y: 3, p: 4 }, timeUnitUs: 1000 };

  it('decides what is read, in its unit', async () => {
    const source = memorySource('a.csv', bytesOf(content));
    await expect(collectEvents(text, source)).rejects.toMatchObject({ code: 'unknown-columns' });
    const { events } = await collectEvents(text, source, { columns });
    expect(eventTuples(events)).toEqual([
      [1000, 2, 30, 1],
      [9000, 4, 5, 0],
    ]);
  });

  it('overrules names and values', async () => {
    const source = memorySource('b.csv', bytesOf('t,x,y,p\n1,2,3,1\n4,5,6,0\n'));
    const swapped = { columnCount: 4, roles: { t: 0, x: 2, y: 1, p: 3 }, timeUnitUs: 1 };
    const { events } = await collectEvents(text, source, { columns: swapped });
    expect(eventTuples(events)).toEqual([
      [1, 3, 2, 1],
      [4, 6, 5, 0],
    ]);
  });

  it('leaves files with another number of columns to the guess', async () => {
    const source = memorySource('c.csv', bytesOf('1 2 3 1\n4 5 6 0\n'));
    const { events } = await collectEvents(text, source, { columns });
    expect(eventTuples(events)[0]).toEqual([1, 2, 3, 1]);
  });

  it('holds for every file of an import', async () => {
    const files = [file('a/1.csv', content), file('b/2.csv', content)];
    expect((await importFiles(files)).recordings).toHaveLength(0);
    const set = await importFiles(files, { columns });
    expect(set.recordings.map(({ events }) => events.tUs[1])).toEqual([9000, 9000]);
  });

  it('is whole when each role has a column of its own', () => {
    expect(isWholeChoice(columns)).toBe(true);
    expect(isWholeChoice({ ...columns, roles: { ...columns.roles, p: 3 } })).toBe(false);
    expect(isWholeChoice({ ...columns, roles: { ...columns.roles, p: 5 } })).toBe(false);
    expect(isWholeChoice({ ...columns, roles: { ...columns.roles, p: -1 } })).toBe(false);
    expect(isWholeChoice({ ...columns, timeUnitUs: 60e6 })).toBe(false);
  });
});

describe('findTextPreview', () => {
  it('takes the first text of events, in folders and zip archives, past lists of labels', async () => {
    const zip = zipSync({ 'x/b.txt': bytesOf('1 2 3 1\n4 5 6 0\n'), 'labels.txt': bytesOf('x/b.txt 3\n') });
    const shown = await findTextPreview([file('set.zip', zip as Uint8Array<ArrayBuffer>)], signal);
    expect(shown).toMatchObject({ file: expect.stringContaining('x/b.txt'), columnCount: 4 });
    const trials = 'class,startTime_usec,endTime_usec\n1,2,3\n';
    const folder = [file('a/labels.csv', trials), file('a/z.csv', '1 2 3 1 9\n'), file('a/1.bin', '12345')];
    expect((await findTextPreview(folder, signal))?.file).toBe('a/z.csv');
  });

  it('is nothing for a drop without text of events', async () => {
    expect(await findTextPreview([file('1.bin', '12345'), file('notes.txt', 'hello')], signal)).toBeNull();
  });
});
