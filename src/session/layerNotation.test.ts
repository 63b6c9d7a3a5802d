import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerSpec } from '../core/network.ts';
import { formatLayers, parseLayers } from './layerNotation.ts';

describe('layer notation', () => {
  it('reads the paper’s spelling of LeNet-1', () => {
    expect(parseLayers('6C5-AP2-84FC')).toEqual([
      { kind: 'conv', out: 6, kernel: 5, stride: 1, padding: 0, bias: false },
      { kind: 'avgPool', kernel: 2, stride: 2, neuron: 'lif' },
      { kind: 'linear', out: 84, bias: false },
    ]);
  });

  it('reads options in any order and any of the separators', () => {
    expect(parseLayers(' 8c3p1s2bn, MP3s2plain 10FCd0.25 ')).toEqual([
      { kind: 'conv', out: 8, kernel: 3, stride: 2, padding: 1, bias: true, batchNorm: true },
      { kind: 'maxPool', kernel: 3, stride: 2, neuron: 'none' },
      { kind: 'linear', out: 10, bias: false, dropout: 0.25 },
    ]);
  });

  it.each([
    ['', '"" is not a layer: it has none of the forms 6C5, AP2, MP2, 84FC, 64SEW.'],
    ['6C', '"6C" is not a layer: it has none of the forms 6C5, AP2, MP2, 84FC, 64SEW.'],
    ['84FCs2', '"84FCs2" is not a layer: the option "s2" does not apply here.'],
    ['AP2b', '"AP2b" is not a layer: the option "b" does not apply here.'],
    ['6C5plain', '"6C5plain" is not a layer: the option "plain" does not apply here.'],
    ['6C5q', '"6C5q" is not a layer: "q" is not an option.'],
  ])('refuses %j', (text, message) => {
    expect(() => parseLayers(text)).toThrow(message);
  });

  it('gives back what it was given', () => {
    const count = fc.integer({ min: 1, max: 512 });
    const side = fc.integer({ min: 1, max: 9 });
    const extras = fc.record(
      { batchNorm: fc.constant(true), dropout: fc.constantFrom(0.1, 0.25, 0.5) },
      { requiredKeys: [] },
    );
    const layer: fc.Arbitrary<LayerSpec> = fc.oneof(
      fc
        .record({
          out: count,
          kernel: side,
          stride: side,
          padding: fc.integer({ min: 0, max: 4 }),
          bias: fc.boolean(),
        })
        .chain((conv) => extras.map((more) => ({ kind: 'conv' as const, ...conv, ...more }))),
      fc
        .record({ out: count, bias: fc.boolean() })
        .chain((linear) => extras.map((more) => ({ kind: 'linear' as const, ...linear, ...more }))),
      fc.record({
        kind: fc.constantFrom('avgPool' as const, 'maxPool' as const),
        kernel: side,
        stride: side,
        neuron: fc.constantFrom('lif' as const, 'none' as const),
      }),
      fc.record({ kind: fc.constant('sew' as const), out: count, stride: side }),
    );
    fc.assert(
      fc.property(fc.array(layer, { minLength: 1, maxLength: 8 }), (layers) => {
        expect(parseLayers(formatLayers(layers))).toEqual(layers);
      }),
    );
  });
});
