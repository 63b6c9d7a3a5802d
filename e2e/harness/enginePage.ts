import { randomBatch, randomTensors } from '../../src/testing/randomNetwork.ts';
import { Engine, EngineDevice } from '../../src/trainer/engine.ts';
import { channelsLast, packFrames } from '../../src/trainer/packing.ts';
import type { EngineOutcome, EnginePage, EngineRun, LoopPage } from './engineRun.ts';
import { runLoop } from './loopPage.ts';

async function createEnginePage(): Promise<EnginePage & LoopPage> {
  const device = await EngineDevice.connect();
  const stray: string[] = [];
  device.gpu.device.addEventListener('uncapturederror', ({ error }) => stray.push(error.message));

  async function train(run: EngineRun): Promise<EngineOutcome> {
    const { config, options, seed, iterations, density, repeatBatch = false } = run;
    device.ledger.resetPeak();
    const engine = await Engine.create(device, { config, ...options });
    try {
      await engine.writeParameters(randomTensors(config, seed));
      const losses: number[][] = [];
      let predictions: number[] = [];
      for (let iteration = 0; iteration < iterations; iteration++) {
        writeBatch(engine, run, seed + (repeatBatch ? 0 : iteration), density);
        const figures = await engine.train({
          iteration,
          learningRate: config.optimizer.learningRate,
          seed: config.seed,
        });
        losses.push(Array.from(figures.losses));
        predictions = Array.from(figures.predictions);
      }
      const evaluated = await engine.evaluate();
      return {
        digest: await engine.digest(),
        losses,
        predictions,
        evaluatedPredictions: Array.from(evaluated.predictions),
        tensors: (await engine.readParameters()).map(({ name, values }) => ({ name, values })),
        forecastBytes: engine.plan.peakBytes,
        peakBytes: engine.peakBytes,
        microBatches: engine.plan.microBatches.length,
        weightParts: Math.max(...engine.plan.tensors.map(({ parts }) => parts.length)),
        chunkSteps: engine.plan.chunkSteps,
        stray: stray.splice(0),
      };
    } finally {
      engine.destroy();
    }
  }

  return { train, runLoop };
}

/** A batch of the whole size is drawn per sample, so that its first samples are those of a smaller batch. */
function writeBatch(engine: Engine, run: EngineRun, seed: number, density?: number): void {
  const { config } = run;
  const { shape, kind } = config.network.input;
  const single = { ...config, batchSize: 1 };
  const samples = Array.from({ length: config.batchSize }, (_, b) =>
    randomBatch(single, 1000 * seed + b, density),
  );
  const steps = kind === 'frames' ? 1 : config.stepCount;
  const perStep = samples[0].input.length / steps;
  const Typed = samples[0].input.constructor as new (length: number) => Uint8Array | Float32Array;
  const input = new Typed(steps * config.batchSize * perStep);
  const labels = new Int32Array(config.batchSize).fill(-1);
  for (const [b, sample] of samples.slice(0, run.sampleCount ?? config.batchSize).entries()) {
    labels[b] = sample.labels[0];
    for (let t = 0; t < steps; t++) {
      input.set(sample.input.subarray(t * perStep, (t + 1) * perStep), (t * config.batchSize + b) * perStep);
    }
  }
  engine.writeBatch(
    input instanceof Uint8Array ? packFrames(input, shape) : channelsLast(input, shape),
    labels,
  );
}

Object.assign(globalThis, { enginePage: createEnginePage() });
