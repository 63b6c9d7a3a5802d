import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_STORAGE_BINDINGS } from '../gpu/kernelReflection.ts';
import { readBindingRoles } from '../testing/kernelHead.ts';
import { KERNELS, kernelOf, LAYER_PARAMS, STEP_WINDOW } from './index.ts';
import { KERNEL_SOURCES, SHARED_SOURCES } from './sources.ts';

const ROOT = join(import.meta.dirname, '../..');
const names = Object.keys(KERNELS);

/** Text without comments. */
const codeOf = (source: string) => source.replace(/\/\/[^\n]*/g, '');

describe('the table of kernels', () => {
  it('has every file of shaders/', () => {
    expect(names.length).toBeGreaterThan(10);
    expect(() => kernelOf('nope')).toThrow('There is no kernel nope.');
  });

  it('has the uniforms, which fit the distance between uniform blocks', () => {
    expect(LAYER_PARAMS.fields.length).toBeGreaterThan(30);
    expect(LAYER_PARAMS.bytes).toBeLessThanOrEqual(256);
    expect(STEP_WINDOW.bytes).toBeLessThanOrEqual(256);
  });
});

describe.each(names)('%s', (name) => {
  const kernel = kernelOf(name);
  const source = KERNEL_SOURCES[name];

  it('binds at most what every device has, without gaps', () => {
    expect(kernel.bindings.length).toBeLessThanOrEqual(MAX_STORAGE_BINDINGS);
    expect(kernel.bindings.map(({ binding }) => binding)).toEqual(kernel.bindings.map((_, index) => index));
  });

  it('says in its head what it does with every binding, and of no other', () => {
    const roles = readBindingRoles(source);
    expect([...roles.keys()].sort()).toEqual(kernel.bindings.map((binding) => binding.name).sort());
  });

  it('writes to nothing that its head calls read, and binds as read only what it reads', () => {
    const roles = readBindingRoles(source);
    const code = codeOf(kernel.code);
    for (const { name: binding, access } of kernel.bindings) {
      const written =
        new RegExp(`\\b${binding}\\[[^;=]*\\]\\s*[-+*|]?=[^=]`).test(code) ||
        new RegExp(`atomic(Or|Add|Store)\\(&${binding}\\b`).test(code);
      const reads = roles.get(binding) === 'reads';
      expect([binding, written]).toEqual([binding, !reads]);
      if (access === 'read') expect([binding, roles.get(binding)]).toEqual([binding, 'reads']);
    }
  });

  it('includes what exists, once, and what it includes includes nothing', () => {
    expect(new Set(kernel.includes).size).toBe(kernel.includes.length);
    const standIns = kernel.includeChoices.map(({ instead }) => instead);
    for (const include of [...kernel.includes, ...standIns]) {
      expect(Object.keys(SHARED_SOURCES)).toContain(include);
      expect(SHARED_SOURCES[include]).not.toMatch(/@group|@compute|^\/\/ Includes/m);
    }
    expect(kernel.code.startsWith(source)).toBe(true);
  });

  it('says in words of the weights that it reads that they may be halves', () => {
    const binding = kernel.bindings.find(({ name, access }) => name === 'weights' && access === 'read');
    expect(Object.keys(kernel.codeWith)).toEqual(binding ? ['HALF_WEIGHTS'] : []);
    for (const code of binding ? [kernel.code, kernel.codeWith.HALF_WEIGHTS] : []) {
      expect(code.match(/alias StoredWeights = /g)).toHaveLength(1);
      // Every access goes through the shared function.
      expect(codeOf(code).match(/\bweights\[/g)).toHaveLength(1);
    }
  });

  it('names a twin that exists', () => {
    const twin = source.match(/^\/\/ Twin\s+(\S+)$/m)?.[1] ?? '';
    expect(twin).toMatch(/^src\/reference\//);
    expect(existsSync(join(ROOT, twin))).toBe(true);
    expect(readFileSync(join(ROOT, twin), 'utf8').includes('shaders/')).toBe(true);
  });

  it('uses only fields that the uniforms have', () => {
    const fieldsOf = (struct: string) =>
      [...codeOf(kernel.code).matchAll(new RegExp(`\\b${struct}\\.(\\w+)`, 'g'))].map(([, field]) => field);
    const known = (fields: { name: string }[]) => fields.map((field) => field.name);
    expect(known(LAYER_PARAMS.fields)).toEqual(expect.arrayContaining([...new Set(fieldsOf('params'))]));
    expect(known(STEP_WINDOW.fields)).toEqual(expect.arrayContaining([...new Set(fieldsOf('window'))]));
  });

  it('has workgroups whose size is an override', () => {
    expect(kernel.overrides).toContain('WORKGROUP_SIZE');
    expect(source).toContain('@compute @workgroup_size(WORKGROUP_SIZE)');
  });
});
