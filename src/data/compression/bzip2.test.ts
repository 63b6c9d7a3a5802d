import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import { createRandom } from '../../core/random.ts';
import { damageBytes } from '../../testing/damageBytes.ts';
import { decodeBzip2 } from './bzip2.ts';

/** Written by libbz2 1.0, hexadecimal; `long` in blocks of 100 kB. */
const PACKED = {
  empty: '425a683917724538509000000000',
  one: '425a683931415926535919939b6b00000001002000200021184682ee48a70a120332736d60',
  four: '425a6839314159265359881233a600000241004000200020002100820b177245385090881233a6',
  five: '425a683931415926535944a4303d00000241002000200020002100820b17724538509044a4303d',
  run259: '425a68393141592653596dc8490e000002c100c000180000082000219a68334d091754e2ee48a70a120db90921c0',
  text: '425a6839314159265359d8593f270000db918040002b039d0020007040d03402954c81a69c89809a1322684e84c09b13d13027c2782684c89c09b1362604fc5dc914e142436164fc9c',
  long: '425a68313141592653598c84e6c10001ea4100f0004000000820005066804d546369219f01178442dda842c490e1772453850908c84e6c10',
};

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const ascii = (text: string) => new TextEncoder().encode(text);

const PLAIN: Record<keyof typeof PACKED, Uint8Array> = {
  empty: new Uint8Array(0),
  one: ascii('a'),
  four: ascii('aaaa'),
  five: ascii('aaaaa'),
  run259: ascii(`${'b'.repeat(259)}c`),
  text: ascii('events of a camera '.repeat(40)),
  long: Uint8Array.from({ length: 256_000 }, (_, i) => (i < 250_000 ? 0 : 1 + (i & 1))),
};

describe('bzip2', () => {
  it.each(Object.keys(PACKED) as (keyof typeof PACKED)[])('unpacks %s', (name) => {
    const found = decodeBzip2(bytesOf(PACKED[name]), 0, 2 ** 20);
    expect(Buffer.compare(found, PLAIN[name])).toBe(0);
  });

  it('unpacks streams one after the other', () => {
    const both = bytesOf(PACKED.text + PACKED.five);
    expect(new TextDecoder().decode(decodeBzip2(both, 0, 2 ** 20))).toBe(
      `${'events of a camera '.repeat(40)}aaaaa`,
    );
  });

  it('stops at its cap', () => {
    expect(() => decodeBzip2(bytesOf(PACKED.long), 7, 255_999)).toThrow(/more than 255999 bytes/);
    expect(decodeBzip2(bytesOf(PACKED.long), 7, 256_000)).toHaveLength(256_000);
  });

  it('finds every damage, or reads what was there', () => {
    for (const name of ['text', 'long', 'run259'] as const) {
      const original = bytesOf(PACKED[name]);
      for (let trial = 0; trial < 150; trial++) {
        const damaged = damageBytes(original, createRandom(5, 'test', trial));
        try {
          const found = decodeBzip2(damaged, 3, 2 ** 20);
          expect(Buffer.compare(found.subarray(0, PLAIN[name].length), PLAIN[name])).toBe(0);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).code).toMatch(/^(damaged-file|too-large)$/);
        }
      }
    }
  });
});
