import { deflateSync, gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import type { ImportFile } from '../import/candidates.ts';
import { importFiles } from '../importFiles.ts';
import { inflateStream } from './inflate.ts';

/** An ATIS recording of ten events at x = mark. */
const recording = (mark: number) => Uint8Array.from({ length: 50 }, (_, i) => [mark, 3, 0x80, 0, i][i % 5]);

const file = (path: string, bytes: Uint8Array): ImportFile => ({
  path,
  blob: new Blob([bytes as Uint8Array<ArrayBuffer>]),
});

const tarOf = (members: Record<string, Uint8Array>) =>
  packTar(
    Object.entries(members).map(([name, body]) => ({
      header: { name, size: body.length, type: 'file' as const },
      body,
    })),
  );

async function loaded(...files: ImportFile[]) {
  const set = await importFiles(files);
  return {
    rows: set.recordings.map(
      ({ name, classIndex, events }) => `${name} ${set.classNames[classIndex]} x=${events.x[0]}`,
    ),
    codes: set.problems.map((problem) => `${problem.file}: ${problem.error.code}`),
  };
}

describe('the importer', () => {
  it.each(['x.tar', 'x.tar.gz', 'x.tgz'])('unpacks %s', async (name) => {
    const tar = await tarOf({
      'set/a/1.bin': recording(1),
      'set/b/2.bin': recording(2),
      'set/b/._2.bin': recording(9),
    });
    const found = await loaded(file(name, name === 'x.tar' ? tar : gzipSync(tar)));
    expect(found).toEqual({ rows: ['x/set/a/1.bin a x=1', 'x/set/b/2.bin b x=2'], codes: [] });
  });

  it('refuses a damaged tar by its name, the other files load', async () => {
    const tar = await tarOf({ 'a/1.bin': recording(1), 'b/2.bin': recording(2) });
    const found = await loaded(file('x.tar', tar.slice(0, 512 + 30)), file('c/3.bin', recording(3)));
    expect(found).toEqual({ rows: ['c/3.bin c x=3'], codes: ['x.tar: archive-damaged'] });
  });

  it('unpacks compressed recordings on the way, a cut one is refused on its own', async () => {
    const cut = gzipSync(recording(1)).subarray(0, 15);
    const found = await loaded(
      file('a/1.bin.gz', gzipSync(recording(1))),
      file('b/2.bin.gz', gzipSync(recording(2))),
    );
    expect(found).toEqual({ rows: ['a/1.bin a x=1', 'b/2.bin b x=2'], codes: [] });
    const damaged = await loaded(file('a/1.bin.gz', cut), file('b/2.bin', recording(2)));
    expect(damaged.rows).toEqual(['b/2.bin b x=2']);
    expect(damaged.codes).toEqual([expect.stringContaining('archive-damaged')]);
  });
});

describe('inflateStream', () => {
  it('stops at its cap and at damage', async () => {
    const bomb = new Blob([deflateSync(new Uint8Array(1 << 20))]);
    await expect(inflateStream(bomb, 'It', 9, undefined, 1000)).rejects.toMatchObject({
      code: 'too-large',
      offset: 9,
    });
    expect(await inflateStream(bomb, 'It', 0, undefined, 1 << 20)).toHaveLength(1 << 20);
    await expect(inflateStream(bomb.slice(0, 20), 'It')).rejects.toMatchObject({ code: 'damaged-file' });
  });
});
