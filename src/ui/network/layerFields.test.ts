import { describe, expect, it } from 'vitest';
import { inferShapes, type LayerSpec } from '../../core/network.ts';
import { PAPER_NEURON } from '../../core/neuron.ts';
import { changeLayer, LAYER_KINDS, newLayer } from '../../session/networkEdits.ts';
import { defaultSession } from '../../session/session.ts';
import { applySetting } from '../../session/sessionFields.ts';
import { type LayerField, layerFields, NEURON_FIELDS, readNumber } from './layerFields.ts';

const input = { kind: 'events' as const, shape: { channels: 2, height: 34, width: 34 } };
const network = {
  input,
  layers: [] as LayerSpec[],
  classCount: 10,
  classifier: { kind: 'trainable' as const, bias: false },
  neuron: PAPER_NEURON,
};
const edges = (field: LayerField): unknown[] =>
  field.type === 'number'
    ? [field.low, field.high]
    : field.type === 'flag'
      ? [true, false]
      : Object.keys(field.options);

describe('the fields of a layer', () => {
  it.each(LAYER_KINDS.map(({ kind }) => kind))(
    'a session takes every edge of every field of a %s',
    (kind) => {
      const spec = newLayer(kind, network, 0);
      for (const field of layerFields(spec)) {
        for (const value of edges(field)) {
          const [layer] = applySetting(
            defaultSession(),
            'layers',
            changeLayer([spec], 0, { [field.key]: value }),
          ).network.layers;
          expect((layer as unknown as Record<string, unknown>)[field.key]).toBe(value);
        }
      }
    },
  );

  it('cover everything that a layer holds, so that nothing can be set by a link alone', () => {
    for (const { kind } of LAYER_KINDS) {
      const spec = newLayer(kind, network, 0);
      const keys = layerFields(spec).map(({ key }) => key);
      for (const key of Object.keys(spec)) if (key !== 'kind') expect(keys).toContain(key);
    }
    expect(NEURON_FIELDS.map(({ key }) => key).sort()).toEqual(Object.keys(PAPER_NEURON).sort());
  });

  it('a layer takes every edge of every neuron constant of its own', () => {
    for (const field of NEURON_FIELDS) {
      for (const value of edges(field)) {
        const own = field.key === 'detachReset' ? value === 'true' : value;
        const layers = [{ ...newLayer('conv', network, 0), neuron: { [field.key]: own } } as LayerSpec];
        expect(inferShapes({ ...network, layers })).toHaveLength(1);
        expect(applySetting(defaultSession(), 'layers', layers).network.layers).toEqual(layers);
      }
    }
  });
});

describe('a typed number', () => {
  const kernel = layerFields(newLayer('conv', network, 0)).find(({ key }) => key === 'kernel');
  const dropout = layerFields(newLayer('conv', network, 0)).find(({ key }) => key === 'dropout');
  const read = (field: LayerField | undefined, text: string) => {
    if (field?.type !== 'number') throw new Error('This is no number field.');
    return readNumber(field, 'conv1', text);
  };

  it('is taken within its limits, both included', () => {
    expect(read(kernel, '1')).toEqual({ value: 1 });
    expect(read(kernel, ' 64 ')).toEqual({ value: 64 });
    expect(read(dropout, '.5')).toEqual({ value: 0.5 });
  });

  it.each([
    ['0', '0'],
    ['65', '65'],
    ['2.5', '2.5'],
    ['five', 'five'],
    ['', 'empty'],
    ['1e999', '1e999'],
  ])('%j is refused with thing, value and limit', (text, found) => {
    expect(read(kernel, text)).toEqual({
      refusal: `The kernel of conv1 is ${found}, allowed is a whole number from 1 to 64.`,
    });
  });
});
