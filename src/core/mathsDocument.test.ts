import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PAPER_NEURON } from './neuron.ts';
import { SURROGATE_LIST } from './surrogate.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const maths = readFileSync(`${root}docs/maths.md`, 'utf8');

/** Equations that the document defines: a bold number starts the paragraph. */
const defined = new Set([...maths.matchAll(/^\*\*\((\d+)\)/gm)].map(([, number]) => Number(number)));

function sources(folder: string, suffixes: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => suffixes.some((suffix) => name.endsWith(suffix)))
    .map((name) => join(folder, name));
}

describe('docs/maths.md', () => {
  it('numbers its equations from 1 without gaps', () => {
    const numbers = [...defined].sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(numbers.length).toBeGreaterThan(20);
  });

  it('has every equation that a shader or a source names', () => {
    const files = [...sources(`${root}shaders`, ['.wgsl']), ...sources(`${root}src`, ['.ts', '.tsx'])];
    const unknown: string[] = [];
    let references = 0;
    for (const file of files) {
      for (const [, list] of readFileSync(file, 'utf8').matchAll(/\(maths\.md ([\d, ]+)\)/g)) {
        for (const number of list.split(',').map(Number)) {
          references += 1;
          if (!defined.has(number)) unknown.push(`${file} names equation ${number}`);
        }
      }
    }
    expect(unknown).toEqual([]);
    expect(references).toBeGreaterThan(0);
  });

  it('states the surrogates as the table of the code does', () => {
    const spelled = (formula: string) => formula.replaceAll(/\|([^|]+)\|/g, 'abs($1)');
    for (const { kind, formula } of SURROGATE_LIST) {
      const row = maths.split('\n').find((line) => line.startsWith(`| ${kind} |`));
      expect(row?.replaceAll('`', '')).toContain(spelled(formula));
    }
  });

  it('states the range of the temporal factor that follows from the default constants', () => {
    const { beta, theta, surrogateWidth } = PAPER_NEURON;
    expect(beta ** 10).toBeCloseTo(0.107, 3);
    expect((beta - theta / surrogateWidth) ** 10).toBeCloseTo(5.9e-6, 7);
    expect(maths).toContain('`0.3^10 = 5.9e-6` to `0.8^10 = 0.107`');
  });
});
