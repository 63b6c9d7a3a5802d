import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from './errors.ts';
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts';

/** A file with this header text and so many bytes of data, as another writer could have made it. */
function fileOf(header: string, dataBytes: number, saidLength?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, saidLength ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

function entry(dtype: string, shape: number[], begin: number, end: number): object {
  return { dtype, shape, data_offsets: [begin, end] };
}

function refusal(bytes: Uint8Array): string {
  try {
    readSafetensors(bytes);
  } catch (error) {
    if (error instanceof AppError && error.code === 'safetensors-invalid') return error.message;
    throw error;
  }
  return 'accepted';
}

const tensor: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom('F32' as const, 'I32' as const, 'U8' as const),
    fc.array(fc.nat(4), { maxLength: 3 }),
  )
  .chain(([dtype, shape]) => {
    const count = shape.reduce((product, side) => product * side, 1);
    return fc.uint8Array({ minLength: 4 * count, maxLength: 4 * count }).map((bytes) => {
      const buffer = bytes.slice().buffer;
      const values =
        dtype === 'U8'
          ? bytes.slice(0, count)
          : dtype === 'F32'
            ? new Float32Array(buffer)
            : new Int32Array(buffer);
      return { dtype, shape, values };
    });
  });

const bytesOf = ({ values }: Tensor) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const name = fc.string().filter((text) => text !== '__metadata__');

describe('safetensors', () => {
  it('reads back what it wrote, to the last bit', () => {
    fc.assert(
      fc.property(
        fc.dictionary(name, tensor),
        fc.dictionary(fc.string(), fc.string()),
        (tensors, metadata) => {
          const file = { tensors: new Map(Object.entries(tensors)), metadata };
          const again = readSafetensors(writeSafetensors(file));
          expect(again.metadata).toEqual(metadata);
          expect(again.tensors.size).toBe(file.tensors.size);
          for (const [key, original] of file.tensors) {
            const copy = again.tensors.get(key)!;
            expect([copy.dtype, copy.shape]).toEqual([original.dtype, original.shape]);
            // As bytes: a NaN keeps its payload.
            expect(bytesOf(copy)).toEqual(bytesOf(original));
          }
        },
      ),
    );
  });

  it('reads a file written by hand', () => {
    const bytes = fileOf(JSON.stringify({ a: entry('F32', [2], 0, 8), __metadata__: { format: '1' } }), 8);
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, 1.5, true);
    const { tensors, metadata } = readSafetensors(bytes);
    expect(metadata).toEqual({ format: '1' });
    expect(tensors.get('a')).toEqual({ dtype: 'F32', shape: [2], values: new Float32Array([0, 1.5]) });
  });

  it('starts its data at a multiple of 8 bytes, 4-byte elements first', () => {
    const tensors = new Map<string, Tensor>([
      ['odd', { dtype: 'U8', shape: [3], values: new Uint8Array([1, 2, 3]) }],
      ['wide', { dtype: 'F32', shape: [1], values: new Float32Array([2]) }],
    ]);
    const bytes = writeSafetensors({ tensors, metadata: {} });
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    expect(new DataView(bytes.buffer).getFloat32(8 + headerLength, true)).toBe(2);
  });

  const two = (first: object, second: object) => JSON.stringify({ a: first, b: second });
  it.each([
    ['the control case', fileOf(two(entry('F32', [2], 0, 8), entry('U8', [3], 8, 11)), 11), 'accepted'],
    ['no header length', new Uint8Array(7), 'The file has 7 bytes'],
    ['a header longer than the file', fileOf('{}', 0, 3n), 'said to have 3 bytes, but there is room for 2'],
    ['a header length beyond 2^53', fileOf('{}', 0, 2n ** 63n), 'said to have 9223372036854775808 bytes'],
    ['a header that is not JSON', fileOf('{a}', 0), 'not JSON text'],
    ['a header that is a list', fileOf('[]', 0), 'not a JSON object'],
    ['metadata that are numbers', fileOf('{"__metadata__":{"a":1}}', 0), 'metadata entry a is not text'],
    ['an entry that is a number', fileOf('{"a":1}', 0), 'entry of tensor a is not'],
    [
      'an unknown element type',
      fileOf(JSON.stringify({ a: entry('F16', [1], 0, 2) }), 2),
      'element type "F16"',
    ],
    [
      'an inherited name as type',
      fileOf(JSON.stringify({ a: entry('toString', [1], 0, 2) }), 2),
      'element type',
    ],
    ['a negative side', fileOf(JSON.stringify({ a: entry('U8', [-1], 0, 0) }), 0), 'The shape of tensor a'],
    ['a broken side', fileOf(JSON.stringify({ a: entry('U8', [1.5], 0, 1) }), 1), 'The shape of tensor a'],
    [
      'a range beyond the data',
      fileOf(JSON.stringify({ a: entry('U8', [4], 0, 4) }), 3),
      'there are 3 bytes of data',
    ],
    ['a range backwards', fileOf(JSON.stringify({ a: entry('U8', [0], 2, 1) }), 3), 'bytes 2 to 1'],
    [
      'a shape larger than its range',
      fileOf(JSON.stringify({ a: entry('F32', [2], 0, 7) }), 7),
      'needs 8 bytes',
    ],
    ['overlapping tensors', fileOf(two(entry('U8', [4], 0, 4), entry('U8', [4], 3, 7)), 7), 'overlaps'],
    ['a gap', fileOf(two(entry('U8', [4], 0, 4), entry('U8', [2], 5, 7)), 7), 'leaves a gap'],
    [
      'bytes after the last tensor',
      fileOf(JSON.stringify({ a: entry('U8', [1], 0, 1) }), 2),
      'end at byte 1',
    ],
  ])('judges %s', (_case, bytes, message) => {
    expect(refusal(bytes)).toContain(message);
  });

  it('refuses every truncation of a file', () => {
    const bytes = writeSafetensors({
      tensors: new Map([['a', { dtype: 'U8', shape: [5], values: new Uint8Array(5) }]]),
      metadata: { note: 'ä' },
    });
    expect(refusal(bytes)).toBe('accepted');
    for (let length = 0; length < bytes.length; length++) {
      expect(refusal(bytes.subarray(0, length))).not.toBe('accepted');
    }
  });

  it('refuses to write values that do not fit their shape or type', () => {
    const write = (bad: Tensor) => () => writeSafetensors({ tensors: new Map([['a', bad]]), metadata: {} });
    expect(write({ dtype: 'F32', shape: [3], values: new Float32Array(2) })).toThrow('was given 2 values');
    expect(write({ dtype: 'I32', shape: [2], values: new Float32Array(2) })).toThrow('of type F32');
  });
});
