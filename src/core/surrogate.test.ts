import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkNeuron, PAPER_NEURON, type SurrogateKind } from './neuron.ts';
import { readSafetensors } from './safetensors.ts';
import { SURROGATE_LIST, SURROGATES } from './surrogate.ts';

const WIDTHS = [0.25, 0.6, 1, 2, 5];
const POINTS = Array.from({ length: 81 }, (_, i) => (i - 40) / 16 + 0.003);

describe.each(SURROGATE_LIST)('$kind', ({ kind, derivative, primitive, kinks, defaultWidth }) => {
  it('has the slope of its primitive as derivative, away from kinks', () => {
    const step = 1e-5;
    let compared = 0;
    for (const a of WIDTHS) {
      for (const v of POINTS) {
        if (kinks(a).some((kink) => Math.abs(v - kink) < 2 * step)) continue;
        const slope = (primitive(v + step, a) - primitive(v - step, a)) / (2 * step);
        expect(Math.abs(derivative(v, a) - slope)).toBeLessThan(1e-7);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(300);
  });

  it('rises through one half at the threshold, and is symmetric', () => {
    for (const a of WIDTHS) {
      expect(primitive(0, a)).toBe(0.5);
      for (const v of POINTS) {
        expect(derivative(v, a)).toBeCloseTo(derivative(-v, a), 14);
        expect(primitive(v, a) + primitive(-v, a)).toBeCloseTo(1, 14);
        expect(derivative(v, a)).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('bends where it says, and nowhere it does not', () => {
    const step = 1e-5;
    for (const a of WIDTHS) {
      const bend = (v: number) =>
        Math.abs(derivative(v + step, a) - 2 * derivative(v, a) + derivative(v - step, a)) / step;
      for (const kink of kinks(a)) expect(bend(kink)).toBeGreaterThan(1e-2);
      for (const v of POINTS)
        if (kinks(a).every((kink) => Math.abs(v - kink) > step)) expect(bend(v)).toBeLessThan(1e-2);
    }
  });

  it('stays finite far from the threshold, with a default that the neuron accepts', () => {
    for (const v of [-1e6, 1e6]) {
      expect(derivative(v, defaultWidth)).toBeLessThan(1e-10);
      expect(Number.isFinite(primitive(v, defaultWidth))).toBe(true);
    }
    expect(() =>
      checkNeuron({ ...PAPER_NEURON, surrogate: kind, surrogateWidth: defaultWidth }),
    ).not.toThrow();
  });
});

describe('values that a kernel must meet', () => {
  it.each<[SurrogateKind, number, number, number]>([
    // kind, a, v, h
    ['rectangular', 0.5, 0, 2],
    ['rectangular', 0.5, 0.25, 0],
    ['rectangular', 0.5, -0.25, 0],
    ['rectangular', 0.5, 0.2499, 2],
    ['triangular', 0.5, 0, 2],
    ['triangular', 0.5, 0.25, 1],
    ['triangular', 0.5, 0.5, 0],
    ['triangular', 0.5, -0.75, 0],
    ['atan', 3, 0, 1.5],
    ['fastSigmoid', 7, 0, 1],
    ['fastSigmoid', 4, -0.25, 0.25],
    ['sigmoid', 4, 0, 1],
  ])('%s with a = %d at v = %d is %d', (kind, a, v, expected) => {
    expect(SURROGATES[kind].derivative(v, a)).toBe(expected);
  });

  it('the default of the default neuron is the one of the table', () => {
    expect(SURROGATES[PAPER_NEURON.surrogate].defaultWidth).toBe(PAPER_NEURON.surrogateWidth);
    for (const [kind, surrogate] of Object.entries(SURROGATES)) expect(surrogate.kind).toBe(kind);
  });
});

describe('the kernels', () => {
  it('number the surrogates as this table does', () => {
    const path = fileURLToPath(new URL('../../shaders/shared/surrogate.wgsl', import.meta.url));
    const constants = [...readFileSync(path, 'utf8').matchAll(/^const ([A-Z_]+) = (\d+)u;$/gm)];
    const inShader = Object.fromEntries(constants.map(([, name, value]) => [name, Number(value)]));
    const upperSnake = (kind: string) => kind.replace(/[A-Z]/g, '_$&').toUpperCase();
    const inTable = SURROGATE_LIST.map(({ kind, index }) => [upperSnake(kind), index]);
    expect(inShader).toEqual(Object.fromEntries(inTable));
  });
});

const golden = fileURLToPath(new URL('../../../shared/golden/', import.meta.url));

describe('stored oracle values', () => {
  it.skipIf(!existsSync(golden)).each<[string, SurrogateKind]>([
    ['rect', 'rectangular'],
    ['triangle', 'triangular'],
    ['arctan', 'atan'],
    ['fast_sigmoid', 'fastSigmoid'],
    ['sigmoid', 'sigmoid'],
  ])('%s (needs ../shared/golden)', (name, kind) => {
    const bytes = new Uint8Array(readFileSync(`${golden}lif_${name}.safetensors`));
    const { tensors, metadata } = readSafetensors(bytes);
    const { a, u_th: threshold } = JSON.parse(metadata.config).neuron;
    const u = tensors.get('u')!.values;
    const h = tensors.get('surrogate')!.values;
    expect(u.length).toBeGreaterThan(100);
    const worst = Math.max(
      ...Array.from(u, (value, i) => Math.abs(SURROGATES[kind].derivative(value - threshold, a) - h[i])),
    );
    // u is stored in f32: half an ulp of u times the steepest slope of h stays below this.
    expect(worst).toBeLessThan(2e-6);
  });
});
