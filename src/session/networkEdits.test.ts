import { describe, expect, it } from 'vitest';
import type { NetworkSpec } from '../core/network.ts';
import { PAPER_NEURON } from '../core/neuron.ts';
import { formatLayers, parseLayers } from './layerNotation.ts';
import {
  changeLayer,
  insertLayer,
  inspectNetwork,
  LAYER_KINDS,
  moveLayer,
  newLayer,
  removeLayer,
} from './networkEdits.ts';

const network = (text: string, side = 34): NetworkSpec => ({
  input: { kind: 'events', shape: { channels: 2, height: side, width: side } },
  layers: parseLayers(text),
  classCount: 10,
  classifier: { kind: 'trainable', bias: false },
  neuron: PAPER_NEURON,
});

describe('looking at a network layer by layer', () => {
  it('counts what works out', () => {
    const { layers, problem, parameterCount, neuronCount } = inspectNetwork(network('6C5-AP2-84FC'));
    expect(problem).toBeNull();
    expect(layers.map(({ name, shape }) => [name, shape?.output.channels, shape?.output.height])).toEqual([
      ['conv1', 6, 30],
      ['pool2', 6, 15],
      ['fc3', 84, 1],
    ]);
    expect(parameterCount).toBe(2 * 6 * 25 + 84 * 6 * 15 * 15);
    expect(neuronCount).toBe(6 * 30 * 30 + 6 * 15 * 15 + 84);
  });

  it('stops at the first layer that does not fit, and says which and why', () => {
    const { layers, problem, parameterCount } = inspectNetwork(network('6C5-16C40-84FC'));
    expect(problem?.index).toBe(1);
    expect(problem?.error).toMatchObject({
      code: 'network-invalid',
      message: 'conv2 has a 40x40 kernel, but its input is 30x30 (padding 0).',
    });
    expect(layers.map(({ shape }) => shape !== null)).toEqual([true, false, false]);
    expect(parameterCount).toBe(300);
    expect(inspectNetwork(network('AP2-84FC')).problem?.index).toBe(0);
  });
});

describe('edits', () => {
  const layers = parseLayers('6C5-AP2-84FC');

  it('insert, remove and move without touching the list they were given', () => {
    expect(formatLayers(insertLayer(layers, 1, parseLayers('8C3')[0]))).toBe('6C5-8C3-AP2-84FC');
    expect(formatLayers(removeLayer(layers, 1))).toBe('6C5-84FC');
    expect(formatLayers(moveLayer(layers, 0, 2))).toBe('AP2-84FC-6C5');
    expect(formatLayers(moveLayer(layers, 2, 1))).toBe('6C5-84FC-AP2');
    expect(formatLayers(layers)).toBe('6C5-AP2-84FC');
  });

  it('change fields, and take optional ones away', () => {
    const dropped = changeLayer(layers, 0, { kernel: 3, dropout: 0.5 });
    expect(formatLayers(dropped)).toBe('6C3d0.5-AP2-84FC');
    expect('dropout' in changeLayer(dropped, 0, { dropout: undefined })[0]).toBe(false);
  });

  it.each(LAYER_KINDS.map(({ kind }) => kind))(
    'a new %s fits after any layer that leaves two rows',
    (kind) => {
      for (const text of ['6C5', '6C5-AP2', '6C5-AP2-16C5s2', '4SEWs2', '6C5n']) {
        const before = network(text);
        const at = before.layers.length;
        const spec = newLayer(kind, before, at);
        const after = inspectNetwork({ ...before, layers: insertLayer(before.layers, at, spec) });
        expect(after.problem).toBeNull();
        if ('batchNorm' in spec) expect(text).toBe('6C5n');
      }
    },
  );
});
