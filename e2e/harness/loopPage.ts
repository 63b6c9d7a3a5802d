import { type EncodedDataset, wordsPerFrame } from '../../src/core/encodedDataset.ts';
import { createRandom } from '../../src/core/random.ts';
import type { TrainerMessage } from '../../src/trainer/messages.ts';
import { Trainer } from '../../src/trainer/trainer.ts';
import type { LoopOutcome, LoopRun } from './engineRun.ts';

/** Random spikes, denser where the class says so: enough for weights to move. */
export function madeUpDataset({
  config,
  sampleCount,
}: Pick<LoopRun, 'config' | 'sampleCount'>): EncodedDataset {
  const { shape } = config.network.input;
  const { classCount } = config.network;
  const random = createRandom(7, 'test', 2);
  const words = wordsPerFrame(shape);
  const bits = new Uint32Array(sampleCount * config.stepCount * words);
  const labels = Int32Array.from({ length: sampleCount }, (_, i) => i % classCount);
  const perStep = shape.channels * shape.height * shape.width;
  for (let sample = 0; sample < sampleCount; sample++) {
    for (let t = 0; t < config.stepCount; t++) {
      for (let i = 0; i < perStep; i++) {
        const density = i % classCount === labels[sample] ? 0.7 : 0.2;
        if (random.uniform() < density)
          bits[(sample * config.stepCount + t) * words + (i >> 5)] |= 1 << (i & 31);
      }
    }
  }
  return {
    kind: 'events',
    name: 'made up',
    fingerprint: '0'.repeat(64),
    synthetic: true,
    shape,
    stepCount: config.stepCount,
    classNames: Array.from({ length: classCount }, (_, i) => String(i)),
    bits,
    pixels: null,
    labels,
    split: Uint8Array.from({ length: sampleCount }, (_, i) => (i % 5 === 4 ? 1 : 0)),
  };
}

/** Drives the training loop as the page does, by messages alone. */
export async function runLoop(run: LoopRun): Promise<LoopOutcome> {
  const outcome: LoopOutcome = {
    digests: [],
    testAccuracies: [],
    iterations: 0,
    statuses: [],
    inspections: [],
    pictures: [],
    testPredictions: [],
    stepRates: [],
    firingRates: [],
    kernels: [],
    profiles: [],
    weightDigests: [],
    stray: [],
  };
  let finished: () => void = () => {};
  const done = new Set<number>();
  const trainer = new Trainer((message: TrainerMessage) => {
    if (message.type === 'error') {
      outcome.stray.push(message.error.message);
      finished();
    } else if (message.type === 'status') {
      outcome.statuses.push(message.status);
      if (message.status === 'finished') finished();
    } else if (message.type === 'epoch') {
      outcome.digests.push(message.metrics.digest);
      outcome.testAccuracies.push(
        message.metrics.testAccuracyPerBlock[message.metrics.testAccuracyPerBlock.length - 1],
      );
      outcome.firingRates.push(message.metrics.firingRates);
    } else if (message.type === 'stepRates') {
      outcome.stepRates.push(message.stepRates);
    } else if (message.type === 'inspectionFailed') {
      outcome.stray.push(message.error.message);
    } else if (message.type === 'inspection') {
      outcome.inspections.push(message.inspection);
    } else if (message.type === 'pictures') {
      outcome.pictures.push(...message.pictures);
    } else if (message.type === 'testPredictions') {
      outcome.testPredictions.push(message.predictions);
    } else if (message.type === 'profile') {
      if (message.profile) outcome.profiles.push(message.profile);
      else outcome.stray.push(message.error?.message ?? 'no profile');
    } else if (message.type === 'weights') {
      outcome.weightDigests.push(message.digest);
    } else if (message.type === 'kernels') {
      outcome.kernels.push(message.report);
    } else if (message.type === 'iteration') {
      outcome.iterations = message.metrics.iteration;
      interrupt(message.metrics.iteration);
    }
  });

  /** Messages come at most ten times a second, so an interruption strikes at the first one after its iteration. */
  function interrupt(iteration: number): void {
    for (const at of run.inspectAfter ?? []) {
      if (iteration < at || done.has(at + 0.5)) continue;
      done.add(at + 0.5);
      void trainer.handle({ type: 'inspectSample', sample: at, layer: 'conv0', neuron: 3 });
      void trainer.handle({ type: 'pictureSamples', samples: [at, 0] });
      return;
    }
    for (const at of run.measureAfter ?? []) {
      if (iteration < at || done.has(at + 0.25)) continue;
      done.add(at + 0.25);
      void trainer.handle({ type: 'measureKernels', wanted: true });
      return;
    }
    for (const at of run.profileAfter ?? []) {
      if (iteration < at || done.has(at + 0.75)) continue;
      done.add(at + 0.75);
      void trainer.handle({ type: 'pause' });
      void trainer.handle({ type: 'exportWeights' });
      void trainer.handle({ type: 'profile', rounds: 2 });
      void trainer.handle({ type: 'exportWeights' });
      void trainer.handle({ type: 'start' });
      return;
    }
    for (const at of run.pauseAfter ?? []) {
      if (iteration < at || done.has(at)) continue;
      done.add(at);
      void trainer.handle({ type: 'pause' });
      void trainer.handle({ type: 'step' });
      void trainer.handle({ type: 'start' });
      return;
    }
    for (const at of run.replanAfter ?? []) {
      if (iteration < at || done.has(-at)) continue;
      done.add(-at);
      void trainer.handle({ type: 'setSchedule', schedule: run.config.schedule });
      return;
    }
  }

  const untilFinished = async () => {
    const end = new Promise<void>((resolve) => {
      finished = resolve;
    });
    await trainer.handle({ type: 'start' });
    await end;
  };
  await trainer.handle({
    type: 'configure',
    config: run.config,
    dataset: madeUpDataset(run),
    chooseKernels: run.measureAfter !== undefined,
  });
  await untilFinished();
  if (run.rewind) {
    outcome.digests = [];
    outcome.testAccuracies = [];
    await trainer.handle({ type: 'rewind' });
    await untilFinished();
  }
  await trainer.handle({ type: 'dispose' });
  return outcome;
}
