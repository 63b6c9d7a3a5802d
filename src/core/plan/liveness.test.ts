import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBindingRoles } from '../../testing/kernelHead.ts';
import { aliasedBindings, type KernelRoles, PlanSimulator } from '../../testing/planSimulator.ts';
import { ADAM, type ConfigChoices, NETWORK_BODY_NAMES, smallConfig } from '../../testing/randomNetwork.ts';
import { bodyLayerCount } from '../network.ts';
import type { TrainingConfig } from '../trainingConfig.ts';
import type { PlanRequest } from './planBuilder.ts';
import { planTraining } from './planTraining.ts';
import type { DeviceLimits, ProgramStep, TrainingPlan } from './types.ts';

const SHADERS = join(import.meta.dirname, '../../../shaders');
const ROLES: KernelRoles = new Map(
  readdirSync(SHADERS)
    .filter((file) => file.endsWith('.wgsl'))
    .map((file) => [file.replace('.wgsl', ''), readBindingRoles(readFileSync(join(SHADERS, file), 'utf8'))]),
);

/** Programs in an order in which a training run mixes them. */
function simulate(
  plan: TrainingPlan,
  trainProgram: readonly ProgramStep[] = plan.trainProgram,
): PlanSimulator {
  const simulator = new PlanSimulator(plan, ROLES);
  const { evaluateProgram } = plan;
  for (const program of [trainProgram, trainProgram, evaluateProgram, evaluateProgram, trainProgram]) {
    simulator.run(program);
  }
  return simulator;
}

function expectSound(request: PlanRequest): TrainingPlan {
  const plan = planTraining(request);
  const { violations, checkedReads } = simulate(plan);
  expect(violations).toEqual([]);
  expect(checkedReads).toBeGreaterThan(20);
  expect(aliasedBindings(plan)).toEqual([]);
  return plan;
}

/**
 * Limits at which everything fits but the f32 temporaries of a whole interval, which must then be cut into chunks; with batch
 * norm, which needs them whole, the limits at which all fits exactly.
 */
function tightLimits(config: TrainingConfig): DeviceLimits {
  const { buffers, tensors } = planTraining({ config });
  const hasBatchNorm = tensors.some(({ layout }) => layout === 'row');
  const steps = hasBatchNorm ? 1 : config.schedule.truncationInterval;
  const least = buffers.map(({ scope, bytes }) => (scope === 'chunk' ? bytes / steps : bytes));
  return {
    maxBufferSize: 2 ** 20,
    maxStorageBufferBindingSize: Math.max(...least),
  };
}

describe('no read finds bytes of another buffer', () => {
  it.each(NETWORK_BODY_NAMES)('%s, for every (k, n), order and cut', (body) => {
    const layerCount = bodyLayerCount(smallConfig({ body }).network);
    for (let blockSize = 1; blockSize <= layerCount; blockSize++) {
      for (const truncationInterval of [1, 2, 5]) {
        const config = smallConfig({ body, blockSize, truncationInterval, batchSize: 5 });
        for (const options of [
          {},
          { order: 'timeOuter' as const },
          { microBatch: 2 },
          { microBatch: 5, limits: tightLimits(config) },
          { normGamma: 'recomputed' as const, temporaryBudget: 1 },
          { normGamma: 'recomputed' as const, microBatch: 2 },
          { microBatch: 1, keepState: true, dropoutMasks: 'given' as const },
        ]) {
          expectSound({ config, ...options });
        }
      }
    }
  });

  it.each<[string, ConfigChoices]>([
    ['one update per sample, Adam', { update: 'sequence', optimizer: ADAM }],
    ['smooth surrogate', { neuron: { surrogate: 'atan', surrogateWidth: 2 } }],
    ['random classifiers', { classifier: { kind: 'random', bias: false } }],
    ['real-valued frames', { input: 'frames' }],
  ])('%s', (_name, choices) => {
    for (const body of ['averagePool', 'residual'] as const) {
      for (const truncationInterval of [2, 5]) {
        const config = smallConfig({ ...choices, body, truncationInterval, blockSize: 2, batchSize: 5 });
        for (const options of [{}, { microBatch: 2 }, { microBatch: 5, limits: tightLimits(config) }]) {
          expectSound({ config, ...options });
        }
      }
    }
  });

  it('really is about chunks, several slabs and spread weights where it says so', () => {
    const config = smallConfig({ body: 'averagePool', truncationInterval: 5, blockSize: 2, batchSize: 5 });
    const tight = planTraining({ config, microBatch: 5, limits: tightLimits(config) });
    expect(tight.chunkSteps[0]).toBeLessThan(5);
    const narrow = { maxBufferSize: 6144, maxStorageBufferBindingSize: 6000 };
    const plan = expectSound({ config, microBatch: 1, limits: narrow });
    expect(plan.slabs.filter(({ heap }) => heap === 'arena').length).toBeGreaterThan(1);
    const wide = smallConfig({ body: 'linear', truncationInterval: 5, blockSize: 2, batchSize: 1 });
    const spread = { maxBufferSize: 2 ** 20, maxStorageBufferBindingSize: 1000 };
    const spreadPlan = expectSound({ config: wide, limits: spread });
    expect(Math.max(...spreadPlan.tensors.map(({ parts }) => parts.length))).toBeGreaterThan(1);
  });

  it('leaves every membrane to be read back where that was asked for', () => {
    const config = smallConfig({ body: 'averagePool', truncationInterval: 5, blockSize: 1 });
    const plan = planTraining({ config, keepState: true });
    const simulator = new PlanSimulator(plan, ROLES);
    simulator.run(plan.trainProgram);
    for (const { name } of plan.buffers) if (name.endsWith('.membrane')) simulator.expectIntact(name);
    expect(simulator.violations).toEqual([]);
  });
});

describe('the simulator finds', () => {
  const config = smallConfig({ body: 'averagePool', truncationInterval: 2, blockSize: 2, batchSize: 3 });
  const plan = planTraining({ config });

  it('every buffer that is moved onto one that is needed at the same time', () => {
    const needed = plan.buffers.filter(({ heap, scope }) => heap === 'arena' && scope !== 'run');
    const input = plan.buffers.find(({ name }) => name === 'input');
    expect(needed.length).toBeGreaterThan(5);
    for (const moved of needed) {
      const buffers = plan.buffers.map((buffer) =>
        buffer === moved ? { ...buffer, offset: input?.offset ?? 0 } : buffer,
      );
      const { violations } = simulate({ ...plan, buffers });
      expect([moved.name, violations.length > 0]).toEqual([moved.name, true]);
    }
  });

  it('bits that are set in memory that was not cleared', () => {
    const program = plan.trainProgram.filter(({ kind }) => kind !== 'clear');
    expect(simulate(plan, program).violations[0]).toContain('what nobody wrote');
  });

  it('a backward pass that runs before the forward pass that it depends on', () => {
    const program = [...plan.trainProgram].reverse();
    expect(simulate(plan, program).violations.length).toBeGreaterThan(0);
  });
});
