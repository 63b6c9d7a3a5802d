import { forcedVariant, type KernelVariant, variantOfPass } from '../../core/plan/kernelVariants.ts';
import { measureAdapterLimits } from '../../trainer/adapterLimits.ts';
import { Engine, type EngineDevice, type IterationSettings } from '../../trainer/engine.ts';
import { availableVariants, type KernelPlace, kernelPlaces, placeName } from '../../trainer/kernelChoices.ts';
import { KernelTrial } from '../../trainer/kernelTrial.ts';
import type { BenchOutcome, BenchRequest, PageEvent } from '../pageApi.ts';
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

/** Trains until it is known which kernels are fastest; the engine then runs them. */
async function tryKernels(
  engine: Engine,
  places: KernelPlace[],
  settings: IterationSettings,
): Promise<KernelTrial['choices']> {
  const trial = new KernelTrial(engine, places, new Map(places.map((place) => [place, place.standard])));
  await trial.begin();
  while (trial.state !== 'decided' && trial.state !== 'stopped') {
    await trial.train(settings);
    // Compiling goes on beside the iterations.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return trial.choices;
}

/** Where there is a choice of kernels, with what the engine runs and what was measured. */
function kernelsOf(
  engine: Engine,
  places: readonly KernelPlace[],
  choices: KernelTrial['choices'],
): BenchOutcome['kernels'] {
  const running = new Map<string, KernelVariant>();
  for (const pass of engine.plan.passes) {
    const variant = variantOfPass(pass);
    if (variant !== null) running.set(`${pass.kind}/${pass.stage}`, variant);
  }
  return places.map((place) => ({
    kind: place.kind,
    layer: place.layer,
    variant: running.get(placeName(place)) ?? place.standard,
    ratio: choices.get(place)?.ratio ?? null,
    source: choices.has(place) ? 'measured' : 'standard',
  }));
}

/** Times training iterations (or evaluations) of the workload; the first loss is checked by the caller. */
export async function benchInPage(
  device: EngineDevice,
  request: BenchRequest,
  emit: (event: PageEvent) => void | Promise<void>,
): Promise<BenchOutcome> {
  const { stepCount, truncationInterval, blockSize, batchSize, rounds, inferenceOnly, profile, variant } =
    request;
  const config = {
    ...workloadConfig(truncationInterval, blockSize, batchSize, stepCount),
    ...(request.precision && { weightPrecision: request.precision }),
  };
  const { input, labels } = workloadBatch(batchSize, stepCount);
  const variants = forcedVariant(variant === 'auto' ? undefined : variant);
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
    const places = kernelPlaces(
      (asked) => engine.planWith(asked),
      availableVariants(await device.kernelFeatures()),
    );
    let choices: KernelTrial['choices'] = new Map();
    if (variant === 'auto' && engine.hasTimestamps) {
      await restart();
      engine.writeBatch(input, labels);
      choices = await tryKernels(engine, places, { iteration: 0, learningRate: 0, seed: 0 });
    }
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
    const limits = profile ? await measureAdapterLimits(device) : null;
    await runSoak(engine, request.soak, iterate, emit);
    const { vendor, architecture, description } = device.gpu;
    return {
      timesMs,
      firstMs,
      loss: topLosses.reduce((sum, loss) => sum + loss, 0) / topLosses.length,
      peakBytes: engine.peakBytes,
      ...counts,
      passes,
      limits,
      kernels: kernelsOf(engine, places, choices),
      adapter: [vendor, architecture, description].filter(Boolean).join(' '),
    };
  } finally {
    engine.destroy();
  }
}
