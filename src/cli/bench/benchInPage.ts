import { forcedForward } from '../../core/plan/kernelVariants.ts';
import { planTraining } from '../../core/plan/planTraining.ts';
import type { TrainingConfig } from '../../core/trainingConfig.ts';
import { Engine, type EngineDevice } from '../../trainer/engine.ts';
import { forwardVariantsOf, tryForwardVariants } from '../../trainer/variantTrial.ts';
import type { BenchOutcome, BenchRequest } from '../pageApi.ts';
import { runSoak } from './soak.ts';
import { workloadBatch, workloadConfig, workloadWeights } from './workload.ts';

/** Counts a device's dispatches and submits while `run` runs. */
async function countCalls(run: () => Promise<void>): Promise<{ dispatches: number; submits: number }> {
  const counts = { dispatches: 0, submits: 0 };
  const dispatch = GPUComputePassEncoder.prototype.dispatchWorkgroups;
  const submit = GPUQueue.prototype.submit;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...args: Parameters<typeof dispatch>) {
    counts.dispatches++;
    return dispatch.apply(this, args);
  };
  GPUQueue.prototype.submit = function (...args: Parameters<typeof submit>) {
    counts.submits++;
    return submit.apply(this, args);
  };
  try {
    await run();
  } finally {
    GPUComputePassEncoder.prototype.dispatchWorkgroups = dispatch;
    GPUQueue.prototype.submit = submit;
  }
  return counts;
}

function firstWeights(config: TrainingConfig) {
  return workloadWeights(planTraining({ config }).tensors);
}

/** Times training iterations (or evaluations) of the workload; the first loss is checked by the caller. */
export async function benchInPage(device: EngineDevice, request: BenchRequest): Promise<BenchOutcome> {
  const { truncationInterval, blockSize, batchSize, rounds, inferenceOnly, profile, variant } = request;
  const config = workloadConfig(truncationInterval, blockSize, batchSize);
  const { input, labels } = workloadBatch(batchSize);
  const trial =
    variant === 'auto'
      ? await tryForwardVariants(device, { config }, { input, labels, weights: firstWeights(config) })
      : null;
  const variants = trial
    ? { forward: trial.choice }
    : forcedForward(variant === 'auto' ? undefined : variant);
  device.ledger.resetPeak();
  const engine = await Engine.create(device, { config, variants });
  try {
    let iteration = 0;
    const iterate = async () => {
      engine.writeBatch(input, labels);
      if (inferenceOnly) return (await engine.evaluate()).losses;
      const settings = { iteration: iteration++, learningRate: config.optimizer.learningRate, seed: 0 };
      return (await engine.train(settings)).losses;
    };
    const restart = async () => {
      engine.resetOptimizer();
      await engine.writeParameters(workloadWeights(engine.plan.tensors));
    };
    await restart();
    const started = performance.now();
    const losses = await iterate();
    const firstMs = performance.now() - started;
    const blockCount = engine.plan.graph.blocks.length;
    const topLosses = Array.from(losses).filter((_, i) => i % blockCount === blockCount - 1);
    await iterate();
    const timesMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await iterate();
      timesMs.push(performance.now() - start);
    }
    const counts = await countCalls(async () => {
      await iterate();
    });
    const passes = profile ? await engine.profile(rounds) : [];
    const soak = await runSoak(engine, request.soak, iterate);
    const { vendor, architecture, description } = device.gpu;
    return {
      timesMs,
      firstMs,
      loss: topLosses.reduce((sum, loss) => sum + loss, 0) / topLosses.length,
      peakBytes: engine.peakBytes,
      ...counts,
      passes,
      variants: forwardVariantsOf(engine.plan),
      trial: trial?.ratios ?? {},
      soak,
      adapter: [vendor, architecture, description].filter(Boolean).join(' '),
    };
  } finally {
    engine.destroy();
  }
}
