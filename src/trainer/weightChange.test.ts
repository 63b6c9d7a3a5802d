import { describe, expect, it } from 'vitest';
import { planTraining } from '../core/plan.ts';
import { randomTensors, smallConfig } from '../testing/randomNetwork.ts';
import { WeightChangeMeter } from './weightChange.ts';

describe('how far each layer moved', () => {
  const config = smallConfig({ body: 'linear', blockSize: 2, classifier: { kind: 'random', bias: false } });
  const plan = planTraining({ config });
  const before = randomTensors(config, 1);
  const names = plan.graph.stages.map(({ name }) => name);

  it('is relative to the size of its weights, and nothing for a layer that stands still', () => {
    const meter = new WeightChangeMeter();
    expect(meter.measure(plan, before)).toEqual([]);
    const after = before.map((tensor) =>
      tensor.name.startsWith('l0.') ? { ...tensor, values: tensor.values.map((w) => 1.5 * w) } : tensor,
    );
    const changes = meter.measure(plan, after);
    expect(changes.map(({ layer }) => layer)).toEqual(names.slice(0, 2));
    expect(changes[0].change).toBeCloseTo(0.5, 6);
    expect(changes[1].change).toBe(0);
    // From then on the new weights are what is compared with.
    expect(meter.measure(plan, after)[0].change).toBe(0);
  });

  it('starts anew after weights were set', () => {
    const meter = new WeightChangeMeter();
    meter.measure(plan, before);
    meter.forget();
    expect(meter.measure(plan, before)).toEqual([]);
  });

  it('is 1 for weights that began at nothing', () => {
    const meter = new WeightChangeMeter();
    meter.measure(
      plan,
      before.map((tensor) => ({ ...tensor, values: new Float32Array(tensor.values.length) })),
    );
    expect(meter.measure(plan, before)[0].change).toBe(1);
  });
});
