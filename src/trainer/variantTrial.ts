import {
  FORWARD_VARIANTS,
  type ForwardVariant,
  forwardKernelName,
  variantOfKernel,
} from '../core/plan/forwardVariants.ts';
import { forcedForward } from '../core/plan/kernelVariants.ts';
import type { PlanRequest } from '../core/plan/planBuilder.ts';
import type { TrainingPlan } from '../core/plan/types.ts';
import { Engine, type EngineDevice } from './engine.ts';
import type { NamedTensor } from './messages.ts';

/** What a trial found: per synapse stage the fastest variant, and every measured one's time over its time. */
export interface ForwardTrial {
  choice: Record<string, ForwardVariant>;
  ratios: Record<string, Partial<Record<ForwardVariant, number>>>;
}

/** A variant must be this much faster than the plan's own choice to displace it: trials are short. */
const CLEARLY_FASTER = 0.95;

const trials = new WeakMap<EngineDevice, Map<string, Promise<ForwardTrial>>>();

/** Which variant every synapse of a plan runs with. */
export function forwardVariantsOf(plan: TrainingPlan): Record<string, ForwardVariant> {
  const result: Record<string, ForwardVariant> = {};
  for (const { kind, kernel, stage } of plan.passes) {
    const variant = kind === 'forward' ? variantOfKernel(kernel) : null;
    if (variant) result[stage] = variant;
  }
  return result;
}

/** What a trial depends on: layers, sizes and steps, not the learning rate. */
function keyOf({ config, microBatch }: PlanRequest): string {
  const { network, schedule, stepCount, batchSize } = config;
  return JSON.stringify([network, schedule, stepCount, batchSize, microBatch ?? 0]);
}

/**
 * Measures every forward variant on this device: trains `rounds` iterations with each on engines that are thrown away, and
 * takes the least time of every layer's forward pass. All variants give the same bits, so the outcome changes no result.
 * Found once per device and shape. Without timestamps nothing can be measured and nothing is chosen.
 * @param batch A batch of real input: how many bits are set decides which variant is faster.
 */
export function tryForwardVariants(
  device: EngineDevice,
  request: PlanRequest,
  batch: {
    input: Uint32Array<ArrayBuffer>;
    labels: Int32Array<ArrayBuffer>;
    weights: readonly NamedTensor[];
  },
  rounds = 3,
): Promise<ForwardTrial> {
  const known = trials.get(device) ?? new Map<string, Promise<ForwardTrial>>();
  trials.set(device, known);
  const key = keyOf(request);
  const found = known.get(key) ?? measure(device, request, batch, rounds);
  known.set(key, found);
  found.catch(() => known.delete(key));
  return found;
}

async function measure(
  device: EngineDevice,
  request: PlanRequest,
  { input, labels, weights }: Parameters<typeof tryForwardVariants>[2],
  rounds: number,
): Promise<ForwardTrial> {
  const times = new Map<string, Map<ForwardVariant, number>>();
  let standard: Record<string, ForwardVariant> = {};
  for (const asked of [undefined, ...FORWARD_VARIANTS]) {
    const variants = forcedForward(asked);
    const engine = await Engine.create(device, { ...request, variants });
    try {
      const used = forwardVariantsOf(engine.plan);
      if (!asked) {
        standard = used;
        continue;
      }
      engine.writeBatch(input, labels);
      await engine.writeParameters(weights);
      engine.beginIteration({ iteration: 0, learningRate: 0, seed: 0 });
      for (let round = 0; round < rounds; round++) {
        for (const { label, ms } of await engine.profile(1)) {
          const [kernel, stage] = label.split('/');
          if (kernel !== forwardKernelName(used[stage] ?? 'eventDriven')) continue;
          const own = times.get(stage) ?? new Map<ForwardVariant, number>();
          times.set(stage, own);
          own.set(used[stage], Math.min(ms, own.get(used[stage]) ?? ms));
        }
      }
    } finally {
      engine.destroy();
    }
  }
  return decide(times, standard);
}

/** The choice from measured times, in any unit. Exported for tests. */
export function decide(
  times: ReadonlyMap<string, ReadonlyMap<ForwardVariant, number>>,
  standard: Readonly<Record<string, ForwardVariant>>,
): ForwardTrial {
  const result: ForwardTrial = { choice: {}, ratios: {} };
  for (const [stage, own] of times) {
    let best = standard[stage];
    for (const [variant, ms] of own) {
      if (ms < CLEARLY_FASTER * (own.get(best) ?? Number.POSITIVE_INFINITY)) best = variant;
    }
    const least = own.get(best) ?? 0;
    result.choice[stage] = best;
    result.ratios[stage] = Object.fromEntries([...own].map(([variant, ms]) => [variant, ms / least]));
  }
  return result;
}
