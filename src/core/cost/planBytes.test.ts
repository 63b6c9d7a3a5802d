import { describe, expect, it } from 'vitest';
import { planTraining } from '../plan.ts';
import { PRESETS, type PresetName, presetConfig } from '../presets.ts';
import { planByteCost } from './planBytes.ts';

const NO_LIMITS = {
  maxBufferSize: Number.MAX_SAFE_INTEGER,
  maxStorageBufferBindingSize: Number.MAX_SAFE_INTEGER,
};

function planOf(name: PresetName, truncationInterval: number, blockSize: number, limits = NO_LIMITS) {
  const preset = PRESETS.find((candidate) => candidate.name === name)!;
  const config = { ...presetConfig(preset, 1, { truncationInterval, blockSize }), batchSize: 4 };
  return planTraining({ config, limits });
}

describe('bytes of a plan per layer', () => {
  it.each(PRESETS.map((preset) => [preset.name]))('%s: rows sum to what is allocated', (name) => {
    for (const [k, n] of [
      [4, 1],
      [8, 4],
    ]) {
      const plan = planOf(name, k, n);
      const { total, perLayer } = planByteCost(plan);
      expect(total).toBe(plan.peakBytes);
      expect(perLayer.reduce((sum, row) => sum + row.value, 0)).toBe(total);
      for (const row of perLayer) expect(Math.min(...Object.values(row.terms))).toBeGreaterThan(0);
    }
  });

  it('sum to it when small limits cut the memory into several slabs', () => {
    const limit = 8 * 2 ** 20;
    const plan = planOf('lenet2-dvsgesture', 10, 4, {
      maxBufferSize: 2 * limit,
      maxStorageBufferBindingSize: 2 * limit,
    });
    expect(plan.slabs.filter((slab) => slab.heap === 'arena').length).toBeGreaterThan(1);
    expect(planByteCost(plan).total).toBe(plan.peakBytes);
  });

  it('give weights and optimizer state, which share no bytes, to their own layer in full', () => {
    const plan = planOf('lenet1-nmnist', 5, 2);
    const { perLayer } = planByteCost(plan);
    for (const stage of plan.graph.stages.filter((candidate) => candidate.parameters)) {
      const { terms } = perLayer.find((row) => row.layer === stage.name)!;
      for (const category of ['weights', 'optimizer'] as const) {
        const own = plan.buffers.filter(
          (buffer) => buffer.name.startsWith(`${stage.name}.`) && buffer.category === category,
        );
        expect(terms[category]).toBe(own.reduce((sum, buffer) => sum + buffer.bytes, 0));
      }
    }
  });
});
