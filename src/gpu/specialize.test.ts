import { describe, expect, it } from 'vitest';
import { isSpecialized, specializeKernel } from './specialize.ts';

const KERNEL = `override COUNT: u32 = 2u;
override OTHER: u32 = 3u;
fn main() {
  for (var i = 0u; i < COUNT; i++) { // unroll
    for (var j = 0u; j < OTHER * COUNT + 1; j++) { // unroll
      sums[i] += j;
    }
  }
  for (var k = 0u; k < COUNT; k++) {
    left(k);
  }
}`;

describe('specialising a kernel', () => {
  it('is asked for by a marked loop', () => {
    expect(isSpecialized(KERNEL)).toBe(true);
    expect(isSpecialized('for (var i = 0u; i < COUNT; i++) {')).toBe(false);
  });

  it('writes marked loops out, inner ones too, and leaves the others', () => {
    const text = specializeKernel(KERNEL, { OTHER: 1 });
    expect(text.match(/const i = \du;/g)).toEqual(['const i = 0u;', 'const i = 1u;']);
    expect(text.match(/const j = \du;/g)).toHaveLength(2 * 3);
    expect(text).toContain('for (var k = 0u; k < COUNT; k++) {');
    expect(text).not.toContain('// unroll');
  });

  it('writes a sum as one statement, in order', () => {
    const sum =
      'for (var i = 0u; i < COUNT; i++) { // unroll sum\n  total[i2] += dot(a[i], b[COUNT - i]);\n}';
    const text = specializeKernel(`override COUNT: u32 = 2u;\n${sum}`, { COUNT: 3 });
    expect(text).toContain(
      '  total[i2] = total[i2] + dot(a[0u], b[COUNT - 0u]) + dot(a[1u], b[COUNT - 1u]) + dot(a[2u], b[COUNT - 2u]);',
    );
    expect(specializeKernel(`override COUNT: u32 = 0u;\n${sum}`, {})).not.toContain('total');
  });

  it('makes constants of overrides, given or standard', () => {
    const text = specializeKernel(KERNEL, { OTHER: 7 });
    expect(text).toContain('const COUNT: u32 = 2u;');
    expect(text).toContain('const OTHER: u32 = 7u;');
    expect(text).not.toContain('override');
  });

  it('leaves nothing of a loop that runs zero times', () => {
    expect(specializeKernel(KERNEL, { COUNT: 0 })).not.toContain('sums[i]');
  });

  it.each([
    ['for (var i = 1u; i < COUNT; i++) { // unroll\n}', 'another form'],
    ['for (var i = 0u; i < NOBODY; i++) { // unroll\n}', 'NOBODY'],
    ['for (var i = 0u; i < 2; i++) { // unroll sum\n  a += b;\n  c += d;\n}', 'other than one addition'],
    ['for (var i = 0u; i < 2; i++) { // unroll sum\n  a = b;\n}', 'other than one addition'],
    ['  for (var i = 0u; i < 2; i++) { // unroll\n}', 'no closing brace'],
  ])('refuses %s', (text, reason) => {
    expect(() => specializeKernel(text, {})).toThrow(reason);
  });
});
