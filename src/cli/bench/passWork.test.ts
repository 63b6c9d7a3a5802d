import { describe, expect, it } from 'vitest';
import { passWork } from '../../core/plan/passWork.ts';
import { planTraining } from '../../core/plan/planTraining.ts';
import { workloadConfig } from './workload.ts';

describe('the least work of a pass', () => {
  const plan = planTraining({ config: workloadConfig(20, 4, 16) });
  const buffers = new Map(plan.buffers.map((buffer) => [buffer.name, buffer]));
  const total = (kernel: RegExp, stage: string) =>
    plan.trainProgram
      .flatMap((step) =>
        step.kind === 'run' ? [{ pass: plan.passes[step.pass], window: plan.windows[step.window] }] : [],
      )
      .filter(({ pass }) => kernel.test(pass.kernel) && pass.stage === stage)
      .reduce((sum, { pass, window }) => sum + passWork(pass, window, buffers).denseOperations, 0);

  it('counts a multiplication and an addition per weight, position, step and sample', () => {
    // conv3: 11 x 11 positions, 5 x 5 x 6 inputs, 16 outputs, 16 samples, 20 steps.
    const operations = 2 * 11 * 11 * 150 * 16 * 16 * 20;
    expect(total(/^lifForward/, 'conv3')).toBe(operations);
    // The chunks of the backward pass add up to the whole interval.
    expect(total(/^weightGrad/, 'conv3')).toBe(operations);
    expect(total(/^synapseBackward/, 'pool2')).toBe(operations);
    expect(total(/^optimizerStep/, 'conv3')).toBe(0);
  });

  it('counts the bytes of what is bound once', () => {
    const update = plan.passes.find(({ kernel, stage }) => kernel === 'optimizerStep' && stage === 'conv3');
    if (!update) throw new Error('no update');
    const weights = buffers.get('conv3.weights')?.bytes ?? 0;
    const partials = buffers.get('conv3.partials')?.bytes ?? 0;
    expect(passWork(update, plan.windows[0], buffers).bytes).toBe(2 * weights + partials + 4);
  });
});
