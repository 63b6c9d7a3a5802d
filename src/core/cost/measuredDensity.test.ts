import { describe, expect, it } from 'vitest';
import type { LayerSpec, NetworkSpec } from '../network.ts';
import { PAPER_NEURON } from '../neuron.ts';
import { conv, linear } from '../presets/commonChoices.ts';
import { DEFAULT_DENSITY } from './costRules.ts';
import { densityRows, measuredDensity } from './measuredDensity.ts';

const network = (layers: LayerSpec[]): NetworkSpec => ({
  input: { kind: 'events', shape: { channels: 2, height: 8, width: 8 } },
  layers,
  classCount: 2,
  classifier: { kind: 'trainable', bias: false },
  neuron: PAPER_NEURON,
});
const pool = (kind: 'avgPool' | 'maxPool', neuron: 'lif' | 'none'): LayerSpec => ({
  kind,
  kernel: 2,
  stride: 2,
  neuron,
});

describe('densities from measured firing rates', () => {
  it('take each entry’s own rate, and leave what is not counted assumed', () => {
    const rates = [
      { layer: 'conv1', rate: 0.1 },
      { layer: 'pool2', rate: 0.2 },
      { layer: 'classifier1', rate: 0.9 },
    ];
    const rows = densityRows(
      network([conv(4, 3, 1), pool('avgPool', 'lif'), linear(3)]),
      rates,
      null,
      DEFAULT_DENSITY,
    );
    expect(rows).toEqual([
      { layer: 'input', assumed: 0.5, measured: null },
      { layer: 'conv1', assumed: 0.5, measured: 0.1 },
      { layer: 'pool2', assumed: 0.5, measured: 0.2 },
      { layer: 'fc3', assumed: 0.5, measured: null },
    ]);
    expect(measuredDensity(rows)).toEqual({ input: 0.5, layers: [0.1, 0.2, 0.5] });
  });

  it('pass through a plain average pool, and are unknown behind a plain maximum pool', () => {
    const rates = [{ layer: 'conv1', rate: 0.1 }];
    const measured = (kind: 'avgPool' | 'maxPool') =>
      densityRows(network([conv(4, 3, 1), pool(kind, 'none')]), rates, 0.03, DEFAULT_DENSITY).map(
        (row) => row.measured,
      );
    expect(measured('avgPool')).toEqual([0.03, 0.1, 0.1]);
    expect(measured('maxPool')).toEqual([0.03, 0.1, null]);
  });

  it('add up both paths of a residual unit', () => {
    const rates = [
      { layer: 'conv1', rate: 0.1 },
      { layer: 'sew2.lif1', rate: 0.7 },
      { layer: 'sew2.lif2', rate: 0.2 },
      { layer: 'sew3.lif2', rate: 0.05 },
      { layer: 'sew3.lifs', rate: 0.15 },
    ];
    const layers: LayerSpec[] = [
      conv(4, 3, 1),
      { kind: 'sew', out: 4, stride: 1 },
      { kind: 'sew', out: 8, stride: 2 },
    ];
    const rows = densityRows(network(layers), rates, null, DEFAULT_DENSITY);
    expect(rows[2].measured).toBeCloseTo(0.3, 12);
    expect(rows[3].measured).toBeCloseTo(0.2, 12);
  });

  it('refuse assumed densities that do not fit the network', () => {
    const assumed = { input: 0.5, layers: [0.5, 0.5] };
    expect(() => densityRows(network([linear(3)]), [], null, assumed)).toThrow('There are 2 spike densities');
  });
});
