import { Engine, type EngineDevice } from '../../trainer/engine.ts';
import type { BenchOutcome, BenchRequest } from '../pageApi.ts';
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

/** Times training iterations (or evaluations) of the workload; the first loss is checked by the caller. */
export async function benchInPage(device: EngineDevice, request: BenchRequest): Promise<BenchOutcome> {
  const { truncationInterval, blockSize, batchSize, rounds, inferenceOnly, profile } = request;
  device.ledger.resetPeak();
  const config = workloadConfig(truncationInterval, blockSize, batchSize);
  const engine = await Engine.create(device, { config });
  try {
    const { input, labels } = workloadBatch(batchSize);
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
    const { vendor, architecture, description } = device.gpu;
    return {
      timesMs,
      firstMs,
      loss: topLosses.reduce((sum, loss) => sum + loss, 0) / topLosses.length,
      peakBytes: engine.peakBytes,
      ...counts,
      passes,
      adapter: [vendor, architecture, description].filter(Boolean).join(' '),
    };
  } finally {
    engine.destroy();
  }
}
