import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource, partSource } from '../byteSource.ts';
import type { ImportFile } from '../import/candidates.ts';
import { importFiles } from '../importFiles.ts';
import { inflateStream } from './inflate.ts';
import { isTar, listTar } from './tar.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

/** Blocks of one tar member; `type` '0' is a file. */
function tarMember(name: string, content: Uint8Array, type = '0', prefix = ''): number[] {
  const block = new Uint8Array(512);
  block.set(ascii(name), 0);
  block.set(ascii(content.length.toString(8).padStart(11, '0')), 124);
  block.set(ascii('        '), 148);
  block[156] = type.charCodeAt(0);
  block.set(ascii('ustar\x0000'), 257);
  block.set(ascii(prefix), 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(ascii(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  const padding = Array((512 - (content.length % 512)) % 512).fill(0);
  return [...block, ...content, ...padding];
}

const tarOf = (...members: number[][]) => Uint8Array.from([...members.flat(), ...Array(1024).fill(0)]);

/** An ATIS recording of ten events at x = mark. */
const recording = (mark: number) => Uint8Array.from({ length: 50 }, (_, i) => [mark, 3, 0x80, 0, i][i % 5]);

const file = (path: string, bytes: Uint8Array): ImportFile => ({
  path,
  blob: new Blob([bytes as Uint8Array<ArrayBuffer>]),
});

async function loaded(...files: ImportFile[]) {
  const set = await importFiles(files);
  return {
    rows: set.recordings.map(
      ({ name, classIndex, events }) => `${name} ${set.classNames[classIndex]} x=${events.x[0]}`,
    ),
    codes: set.problems.map((problem) => `${problem.file}: ${problem.error.code}`),
  };
}

describe('tar', () => {
  const long = `${'deep/'.repeat(30)}b/2.bin`;
  const archive = tarOf(
    tarMember('set/', new Uint8Array(0), '5'),
    tarMember('set/a/1.bin', recording(1)),
    tarMember('././@LongLink', ascii(`${long}\0`), 'L'),
    tarMember('cut', recording(2)),
    tarMember('pax', ascii('22 path=set/c/3.bin\n\n'), 'x'),
    tarMember('cut', recording(3)),
    tarMember('4.bin', recording(4), '0', 'set/d'),
    tarMember('set/link', new Uint8Array(0), '2'),
  );

  it('lists files with short, prefixed, GNU and pax names', async () => {
    expect(isTar(archive)).toBe(true);
    const members = await listTar(memorySource('x.tar', archive));
    expect(members.map(({ path }) => path)).toEqual(['set/a/1.bin', long, 'set/c/3.bin', 'set/d/4.bin']);
    expect(await members[2].source.read(0, 100)).toEqual(recording(3));
    expect(await members[2].source.read(45, 100)).toHaveLength(5);
  });

  it('is imported, plain and compressed', async () => {
    const rows = ['set/a/1.bin a x=1', 'set/c/3.bin c x=3', 'set/d/4.bin d x=4'];
    for (const [name, bytes] of [
      ['x.tar', archive],
      ['x.tar.gz', gzipSync(archive)],
      ['x.tgz', gzipSync(archive)],
    ] as const) {
      const found = await loaded(file(name, bytes));
      expect(found.rows).toHaveLength(4);
      expect(found.rows).toEqual(expect.arrayContaining(rows.map((row) => `x/${row}`)));
      expect(found.codes).toEqual([]);
    }
  });

  it('refuses damaged headers, and a cut member on its own', async () => {
    const damaged = archive.slice();
    damaged[512 * 3 + 3] ^= 1;
    expect((await loaded(file('x.tar', damaged))).codes).toEqual(['x.tar: archive-damaged']);
    const two = tarOf(tarMember('a/1.bin', recording(1)), tarMember('b/2.bin', recording(2)));
    const cut = await loaded(file('x.tar', two.slice(0, 512 * 3 + 22)));
    expect(cut.rows).toEqual(['x/a/1.bin a x=1']);
    expect(cut.codes).toEqual(['x/b/2.bin: truncated-file']);
  });
});

describe('gzip', () => {
  it('of single recordings is unpacked on the way', async () => {
    const found = await loaded(
      file('a/1.bin.gz', gzipSync(recording(1))),
      file('b/2.bin.gz', gzipSync(recording(2))),
    );
    expect(found.rows).toEqual(['a/1.bin a x=1', 'b/2.bin b x=2']);
  });

  it('that is cut is refused, the others load', async () => {
    const cut = gzipSync(recording(1)).subarray(0, 15);
    const found = await loaded(file('a/1.bin.gz', cut), file('b/2.bin', recording(2)));
    expect(found.codes).toEqual(['a/1.bin: damaged-file']);
    expect(found.rows).toEqual(['b/2.bin b x=2']);
  });

  it('stops at its cap', async () => {
    const bomb = new Blob([gzipSync(new Uint8Array(1 << 20))]);
    await expect(inflateStream(bomb, 'gzip', 'x.gz', 0, undefined, 1000)).rejects.toMatchObject({
      code: 'too-large',
    });
    expect(await inflateStream(bomb, 'gzip', 'x.gz', 0, undefined, 1 << 20)).toHaveLength(1 << 20);
  });
});

describe('partSource', () => {
  it('reads exactly what exists of the part', async () => {
    const part = partSource('part', memorySource('whole', Uint8Array.of(0, 1, 2, 3, 4, 5)), 2, 3);
    expect(await part.read(0, 10)).toEqual(Uint8Array.of(2, 3, 4));
    expect(await part.read(2, 1)).toEqual(Uint8Array.of(4));
    expect(await part.read(3, 1)).toHaveLength(0);
    expect(await part.read(9, 1)).toHaveLength(0);
  });
});
