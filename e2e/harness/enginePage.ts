import { randomSamples, randomTensors } from '../../src/testing/randomNetwork.ts';
import { Engine, EngineDevice } from '../../src/trainer/engine.ts';
import { channelsLast, packFrames } from '../../src/trainer/packing.ts';
import type { EngineOutcome, EnginePage, EngineRun, FaultPage, InspectRun, LoopPage } from './engineRun.ts';
import { runFaulty } from './faultPage.ts';
import { inspectOne } from './inspectPage.ts';
import { runLoop } from './loopPage.ts';

async function createEnginePage(): Promise<EnginePage & LoopPage & FaultPage> {
  const device = await EngineDevice.connect();
  const stray: string[] = [];
  device.gpu.device.addEventListener('uncapturederror', ({ error }) => stray.push(error.message));

  async function train(run: EngineRun): Promise<EngineOutcome> {
    const { config, options, seed, iterations, repeatBatch = false } = run;
    device.ledger.resetPeak();
    const engine = await Engine.create(device, { config, ...options });
    try {
      await engine.writeParameters(randomTensors(config, seed));
      const losses: number[][] = [];
      let predictions: number[] = [];
      for (let iteration = 0; iteration < iterations; iteration++) {
        writeBatch(engine, run, seed + (repeatBatch ? 0 : iteration));
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

  const inspect = async (run: InspectRun) => ({ ...(await inspectOne(device, run)), stray: stray.splice(0) });
  return { train, runLoop, inspect, runFaulty };
}

function writeBatch(engine: Engine, { config, density, sampleCount }: EngineRun, seed: number): void {
  const { input, labels } = randomSamples(config, seed, { density, sampleCount });
  const { shape, maxCount } = config.network.input;
  engine.writeBatch(
    input instanceof Uint8Array ? packFrames(input, shape, maxCount) : channelsLast(input, shape),
    labels,
  );
}

Object.assign(globalThis, { enginePage: createEnginePage() });
