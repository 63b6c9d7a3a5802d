import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { xxHash32 } from '../../core/xxHash32.ts';
import { decodeLz4Frame } from './lz4.ts';
import { decodeZstdFrame } from './zstd.ts';

const text = (value: string) => new TextEncoder().encode(value);
const words = (...values: number[]) =>
  values.flatMap((value) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255));

describe('xxHash32', () => {
  it.each([
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ])('of %j is as published', (value, expected) => {
    expect(xxHash32(text(value))).toBe(expected);
  });
});

interface FrameOptions {
  flags?: number;
  contentSum?: number;
}

/** A frame of blocks that are given in compressed form (or stored, when marked). */
function lz4Frame(
  blocks: { bytes: number[]; isStored?: boolean }[],
  { flags = 0x60, contentSum }: FrameOptions = {},
) {
  const header = [flags, 0x40];
  const headerSum = (xxHash32(Uint8Array.from(header)) >>> 8) & 255;
  const body = blocks.flatMap(({ bytes, isStored }) => {
    const sum = flags & 0x10 ? words(xxHash32(Uint8Array.from(bytes))) : [];
    return [...words((bytes.length | (isStored ? 0x80000000 : 0)) >>> 0), ...bytes, ...sum];
  });
  const end = [...words(0), ...(contentSum === undefined ? [] : words(contentSum))];
  return Uint8Array.from([...words(0x184d2204), ...header, headerSum, ...body, ...end]);
}

const decode = (frame: Uint8Array, maxBytes = 1 << 20) =>
  new TextDecoder().decode(decodeLz4Frame(frame, 1000, maxBytes));

describe('lz4', () => {
  // 'abc', a match of 9 bytes 3 back (overlapping), then '!'.
  const repeated = { bytes: [0x35, ...text('abc'), 3, 0, 0x10, ...text('!')] };

  it('decodes literals, overlapping matches and stored blocks', () => {
    expect(decode(lz4Frame([repeated]))).toBe('abcabcabcabc!');
    expect(decode(lz4Frame([{ bytes: [...text('plain')], isStored: true }, repeated]))).toBe(
      'plainabcabcabcabc!',
    );
    expect(decode(lz4Frame([]))).toBe('');
  });

  it('decodes long lengths', () => {
    const literals = 'x'.repeat(15 + 255 + 3);
    expect(decode(lz4Frame([{ bytes: [0xf0, 255, 3, ...text(literals)] }]))).toBe(literals);
    const match = [0x1f, ...text('y'), 1, 0, 255, 7, 0x10, ...text('z')];
    expect(decode(lz4Frame([{ bytes: match }]))).toBe(`${'y'.repeat(1 + 4 + 15 + 255 + 7)}z`);
  });

  it('lets linked blocks reach back and independent ones not', () => {
    const blocks = [
      { bytes: [...text('abcdef')], isStored: true },
      { bytes: [0x00, 6, 0, 0x10, ...text('!')] },
    ];
    expect(decode(lz4Frame(blocks, { flags: 0x40 }))).toBe('abcdefabcd!');
    expect(() => decode(lz4Frame(blocks, { flags: 0x60 }))).toThrow('reaches 6 bytes back');
  });

  it('checks the checksums of header, blocks and content', () => {
    const sum = xxHash32(text('abcabcabcabc!'));
    expect(decode(lz4Frame([repeated], { flags: 0x74, contentSum: sum }))).toBe('abcabcabcabc!');
    expect(() => decode(lz4Frame([repeated], { flags: 0x64, contentSum: sum ^ 1 }))).toThrow('checksum');
    const flipped = lz4Frame([repeated], { flags: 0x70 });
    flipped[12] ^= 1;
    expect(() => decode(flipped)).toThrow('checksum of a block');
    const header = lz4Frame([repeated]);
    header[6] ^= 1;
    expect(() => decode(header)).toThrow('checksum of its header');
  });

  it('stops at the cap and at every cut', () => {
    expect(() => decode(lz4Frame([repeated]), 12)).toThrow('more than 12 bytes');
    const whole = lz4Frame([repeated], { flags: 0x70 });
    for (let length = 0; length < whole.length; length++)
      expect(() => decode(whole.slice(0, length))).toThrow('An LZ4 frame is damaged');
  });

  const hasTool = spawnSync('lz4', ['--version']).status === 0;
  it.skipIf(!hasTool)(
    `decodes what the reference tool writes${hasTool ? '' : ' (skipped: no lz4 command)'}`,
    () => {
      const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i % 251) ^ ((i >> 9) & 7));
      for (const level of ['-1', '-9', '-BD']) {
        const packed = spawnSync('lz4', [level, '-B4', '-c'], { input: content, maxBuffer: 1 << 24 }).stdout;
        expect(decodeLz4Frame(new Uint8Array(packed), 0, 1 << 20)).toEqual(content);
      }
    },
  );
});

describe('zstd', () => {
  /** One raw block in a single-segment frame. */
  const frame = (content: Uint8Array) =>
    Uint8Array.from([
      ...words(0xfd2fb528),
      0x20,
      content.length,
      ...words((content.length << 3) | 1).slice(0, 3),
      ...content,
    ]);

  it('decodes a frame', () => {
    expect(new TextDecoder().decode(decodeZstdFrame(frame(text('spikes')), 0, 1000))).toBe('spikes');
  });

  it('refuses claims beyond the cap before allocating, wrong signatures and cuts', () => {
    const claim = Uint8Array.from([...words(0xfd2fb528), 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]);
    expect(() => decodeZstdFrame(claim, 7, 1000)).toThrow('claims 4294967296 bytes');
    const window = Uint8Array.from([...words(0xfd2fb528), 0x00, 0xf8, 1, 0, 0]);
    expect(() => decodeZstdFrame(window, 7, 1000)).toThrow('the limit is 1000');
    const whole = frame(text('spikes'));
    for (let length = 0; length < whole.length - 1; length++)
      expect(() => decodeZstdFrame(whole.slice(0, length), 0, 1000)).toThrow('A Zstandard frame is damaged');
  });
});
