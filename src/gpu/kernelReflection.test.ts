import { describe, expect, it } from 'vitest';
import { composeKernel, describeKernel } from './kernelReflection.ts';

const SOURCE = `// demo: a kernel for this test.
// Includes     first, second (VARIANT: other)
override WORKGROUP_SIZE: u32 = 64u;
override VARIANT: u32 = 0u;
@group(0) @binding(0) var<uniform> params: LayerParams;
@group(1) @binding(1) var<storage, read_write> output: array<f32>;
@group(1) @binding(0) var<storage, read> input: array<f32>;
@compute @workgroup_size(WORKGROUP_SIZE)
fn demo() {}
`;

/** A kernel with so many storage bindings. */
const withBindings = (count: number) =>
  `${Array.from({ length: count }, (_, i) => `@group(1) @binding(${i}) var<storage, read> b${i}: array<u32>;`).join('\n')}\nfn demo() {}`;

describe('describeKernel', () => {
  it('reads bindings in their order, overrides and includes from the text', () => {
    expect(describeKernel('demo', SOURCE)).toEqual({
      name: 'demo',
      includes: ['first', 'second'],
      includeChoices: [{ include: 'second', override: 'VARIANT', instead: 'other' }],
      bindings: [
        { name: 'input', binding: 0, access: 'read' },
        { name: 'output', binding: 1, access: 'read_write' },
      ],
      overrides: ['WORKGROUP_SIZE', 'VARIANT'],
    });
  });

  it('needs an entry point of the kernel’s name', () => {
    expect(() => describeKernel('other', SOURCE)).toThrow('other.wgsl: no entry point other.');
  });

  it('refuses a gap in the bindings', () => {
    expect(() => describeKernel('demo', SOURCE.replace('@binding(1)', '@binding(2)'))).toThrow(
      'bindings of group 1 must be 0, 1, 2, ... without gaps, found 2.',
    );
  });

  it('takes as many bindings as every device has, and no more', () => {
    expect(describeKernel('demo', withBindings(8)).bindings).toHaveLength(8);
    expect(() => describeKernel('demo', withBindings(9))).toThrow('9 storage bindings');
  });

  it('needs no includes', () => {
    expect(describeKernel('demo', 'fn demo() {}').includes).toEqual([]);
  });
});

describe('composeKernel', () => {
  const description = describeKernel('demo', SOURCE);

  it('puts the kernel first, so that its line numbers stay true', () => {
    const code = composeKernel(description, SOURCE, { first: 'FIRST', second: 'SECOND' });
    expect(code.startsWith(SOURCE)).toBe(true);
    expect(code.indexOf('FIRST')).toBeLessThan(code.indexOf('SECOND'));
  });

  it('takes the stand-in of an include where its override is 1', () => {
    const shared = { first: 'FIRST', second: 'SECOND', other: 'OTHER' };
    expect(composeKernel(description, SOURCE, shared, { VARIANT: 0 })).not.toContain('OTHER');
    const code = composeKernel(description, SOURCE, shared, { VARIANT: 1 });
    expect(code).toContain('OTHER');
    expect(code).not.toContain('SECOND');
  });

  it('refuses an include that it cannot read', () => {
    expect(() => describeKernel('demo', SOURCE.replace('(VARIANT: other)', '(other)'))).toThrow(
      'demo.wgsl: cannot include',
    );
  });

  it('names an include that is not there', () => {
    expect(() => composeKernel(description, SOURCE, { first: '' })).toThrow('demo.wgsl includes second');
  });
});
