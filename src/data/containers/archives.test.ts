import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { type ByteSource, memorySource } from '../byteSource.ts';
import { gunzip, gunzipHead, isGzip } from './gzip.ts';
import { isTar, readTar } from './tar.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
/** The runner compares long arrays entry by entry, in seconds. */
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const gz = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));

/** What a gzip file unpacks to, read to its end. */
async function unpacked(packed: Uint8Array, maxBytes?: number, name = 'a.gz'): Promise<Uint8Array> {
  const source = await gunzip(name, memorySource(name, packed), null, undefined, maxBytes);
  return source.read(0, source.size);
}

/** Counts how far a source was read. */
function watched(name: string, bytes: Uint8Array): ByteSource & { readTo: number } {
  const inner = memorySource(name, bytes);
  return {
    name,
    size: bytes.length,
    readTo: 0,
    async read(offset, length) {
      this.readTo = Math.max(this.readTo, offset + length);
      return inner.read(offset, length);
    },
  };
}

describe('gzip', () => {
  it.each([0, 1, 65_536, 1_000_000])('gives %i bytes back', async (length) => {
    const bytes = pattern(length);
    expect(isGzip(gz(bytes))).toBe(true);
    expect(isSame(await unpacked(gz(bytes)), bytes)).toBe(true);
  });

  it('reads the head without reading the file', async () => {
    const noise = new Uint8Array(4_000_000);
    for (let offset = 0; offset < noise.length; offset += 65_536)
      crypto.getRandomValues(noise.subarray(offset, Math.min(offset + 65_536, noise.length)));
    const source = watched('a.gz', gz(noise));
    expect(await gunzipHead(source, 512)).toEqual(noise.subarray(0, 512));
    expect(source.readTo).toBeLessThan(source.size / 20);
    expect(await gunzipHead(memorySource('b.gz', gz(pattern(7))), 512)).toEqual(pattern(7));
    expect(await gunzipHead(memorySource('c.gz', pattern(5000)), 512)).toHaveLength(0);
  });

  it('stops at the cap: what a megabyte of zeros inflates to is counted, not believed', async () => {
    const bomb = gz(new Uint8Array(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    await expect(unpacked(bomb, 1_000_000, 'bomb.gz')).rejects.toMatchObject({
      code: 'archive-too-large',
      message: 'bomb.gz inflates to more than 1000000 bytes, the limit for one compressed file.',
    });
    expect(await unpacked(gz(pattern(100)), 100)).toHaveLength(100);
    await expect(unpacked(gz(pattern(101)), 100)).rejects.toMatchObject({
      code: 'archive-too-large',
    });
  });

  it.each([
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 12)],
    ['changed', (bytes: Uint8Array) => bytes.map((byte, i) => (i === bytes.length - 6 ? byte ^ 1 : byte))],
  ])('refuses a file that was %s', async (_, harm) => {
    const packed = harm(gz(pattern(10_000)));
    await expect(unpacked(packed)).rejects.toMatchObject({ code: 'archive-damaged' });
    await expect(unpacked(packed)).rejects.toThrow(/^a\.gz cannot be decompressed: /);
  });

  it('stops when asked to', async () => {
    const signal = AbortSignal.abort(new Error('changed my mind'));
    const work = gunzip('a', memorySource('a.gz', gz(pattern(10))), null, signal);
    await expect(work).rejects.toThrow('changed my mind');
  });
});

const LONG = `${'deep/'.repeat(30)}image.bin`;

async function sampleTar(): Promise<Uint8Array> {
  return packTar([
    { header: { name: 'set/', type: 'directory', size: 0 } },
    { header: { name: 'set/one.txt', type: 'file', size: 3 }, body: 'one' },
    { header: { name: 'set/link', type: 'symlink', linkname: '/etc/hostname', size: 0 } },
    { header: { name: LONG, type: 'file', size: 100_000 }, body: pattern(100_000) },
    { header: { name: 'set/empty', type: 'file', size: 0 }, body: '' },
  ]);
}

async function contents(source: ByteSource, isCompressed: boolean): Promise<[string, Uint8Array][]> {
  const members = await readTar(source, isCompressed);
  return Promise.all(
    members.map(
      async ({ path, bytes, open }): Promise<[string, Uint8Array]> => [path, await open().read(0, bytes)],
    ),
  );
}

describe('tar', () => {
  it.each([false, true])(
    'gives its files, without folders and links; compressed: %s',
    async (isCompressed) => {
      const tar = await sampleTar();
      expect(isTar(tar.subarray(0, 512))).toBe(true);
      const files = await contents(memorySource('a.tar', isCompressed ? gz(tar) : tar), isCompressed);
      expect(files.map(([path]) => path)).toEqual(['set/one.txt', LONG, 'set/empty']);
      expect(text(files[0][1])).toBe('one');
      expect(isSame(files[1][1], pattern(100_000))).toBe(true);
      expect(files[2][1]).toHaveLength(0);
    },
  );

  it.each(['gnu', 'ustar', 'pax', 'v7'])('reads what tar --format=%s writes', async (format) => {
    const folder = mkdtempSync(join(tmpdir(), 'spikelet-tar-'));
    try {
      writeFileSync(join(folder, 'data_batch_1.bin'), pattern(5000));
      execFileSync('tar', [
        '-C',
        folder,
        `--format=${format}`,
        '-cf',
        join(folder, 'a.tar'),
        'data_batch_1.bin',
      ]);
      const tar = new Uint8Array(readFileSync(join(folder, 'a.tar')));
      expect(isTar(tar.subarray(0, 512))).toBe(true);
      expect(await contents(memorySource('a.tar', tar), false)).toEqual([
        ['data_batch_1.bin', pattern(5000)],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('does not mistake other files for archives', () => {
    expect(isTar(new Uint8Array(512))).toBe(false);
    expect(isTar(pattern(512))).toBe(false);
    expect(isTar(pattern(100))).toBe(false);
  });

  it('refuses one that was cut short', async () => {
    const tar = await sampleTar();
    await expect(readTar(memorySource('a.tar', tar.subarray(0, 50_000)), false)).rejects.toMatchObject({
      code: 'archive-damaged',
      message: 'a.tar cannot be unpacked: Tar archive is truncated.',
    });
    const packed = gz(tar);
    await expect(
      readTar(memorySource('a.tar.gz', packed.subarray(0, packed.length >> 1)), true),
    ).rejects.toMatchObject({ code: 'archive-damaged' });
  });

  it.each([
    [{ files: 2 }, 'too-many-files', 'a.tar has more than 2 files'],
    [{ memberBytes: 99_999 }, 'archive-too-large', 'has more than 99999 bytes, the limit for one file'],
    [{ totalBytes: 60_000 }, 'archive-too-large', 'a.tar unpacks to more than 60000 bytes'],
  ])('keeps to its caps: %o', async (cap, code, message) => {
    const limits = { files: 10, memberBytes: 1e6, totalBytes: 1e6, ...cap };
    const tar = await sampleTar();
    for (const isCompressed of [false, true]) {
      const bytes = isCompressed ? gz(tar) : tar;
      const work = readTar(memorySource('a.tar', bytes), isCompressed, undefined, { limits });
      await expect(work).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    }
    const enough = { files: 3, memberBytes: 100_000, totalBytes: 1e6 };
    expect(await readTar(memorySource('a.tar', tar), false, undefined, { limits: enough })).toHaveLength(3);
  });
});
