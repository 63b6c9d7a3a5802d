import { describe, expect, it } from 'vitest';
import { packStruct, readStruct } from './structLayout.ts';

const SOURCE = `
// struct Other { a: u32 };
struct Sizes {
  count: u32,      // how many, and a comma
  offset: i32,
  // scale: f32,   not a field
  factor: f32
};
struct Last { x: f32 };
`;

describe('readStruct', () => {
  it('reads names and types in order, without comments', () => {
    expect(readStruct(SOURCE, 'Sizes')).toEqual({
      name: 'Sizes',
      fields: [
        { name: 'count', type: 'u32' },
        { name: 'offset', type: 'i32' },
        { name: 'factor', type: 'f32' },
      ],
      bytes: 12,
    });
    expect(readStruct(SOURCE, 'Last').bytes).toBe(4);
  });

  it('refuses a struct that is not there, and fields that are no scalars', () => {
    expect(() => readStruct(SOURCE, 'Missing')).toThrow('The shader text has no struct Missing.');
    expect(() => readStruct('struct S { v: vec4f };', 'S')).toThrow('S.v is of type vec4f.');
  });
});

describe('packStruct', () => {
  const layout = readStruct(SOURCE, 'Sizes');

  it('puts field i at byte 4 i from the offset, little-endian, and 0 where there is no value', () => {
    const view = new DataView(new ArrayBuffer(32));
    packStruct(layout, { factor: 0.5, count: 4_000_000_000, offset: -2 }, view, 16);
    expect(view.getUint32(16, true)).toBe(4_000_000_000);
    expect(view.getInt32(20, true)).toBe(-2);
    expect(view.getFloat32(24, true)).toBe(0.5);
    expect([view.getUint32(12, true), view.getUint32(28, true)]).toEqual([0, 0]);
    packStruct(layout, { offset: 7 }, view, 16);
    expect([view.getUint32(16, true), view.getInt32(20, true), view.getFloat32(24, true)]).toEqual([0, 7, 0]);
  });

  it('refuses a value that no field takes', () => {
    const view = new DataView(new ArrayBuffer(12));
    expect(() => packStruct(layout, { counts: 1 }, view, 0)).toThrow('Sizes has no field counts.');
  });
});
