import { describe, expect, it } from 'vitest';
import { planTraining } from '../../core/plan/planTraining.ts';
import { workloadConfig } from './workload.ts';

describe('the plan of workload A', () => {
  it('stays within 80 dispatches and 8 MiB, and turns errors found by rows into gamma where they lie', () => {
    const plan = planTraining({ config: workloadConfig(20, 4, 16) });
    const labels = plan.passes.map(({ label }) => label);
    const rows = plan.passes.filter(({ kernel }) => kernel === 'synapseBackwardRows');
    expect(new Set(rows.map(({ stage }) => stage))).toEqual(new Set(['pool2']));
    for (const pass of rows) {
      expect(pass.buffers.gamma).toBe('pool2.gamma');
      const next = plan.passes[pass.id + 1];
      expect(labels[next.id]).toBe('errorBackwardRuns/pool2');
      expect(next.overrides.IN_PLACE).toBe(1);
    }
    expect(plan.buffers.some(({ name }) => name === 'pool2.error')).toBe(false);
    expect(plan.trainProgram.filter(({ kind }) => kind === 'run').length).toBeLessThanOrEqual(80);
    expect(plan.peakBytes).toBeLessThanOrEqual(8 * 2 ** 20);
  });
});
