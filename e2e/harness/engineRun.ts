import type { ErrorData } from '../../src/core/errors.ts';
import type { PlanRequest } from '../../src/core/plan/planBuilder.ts';
import type { Schedule } from '../../src/core/schedule.ts';
import type { TrainingConfig } from '../../src/core/trainingConfig.ts';
import type {
  SampleInspection,
  SamplePicture,
  StepRates,
  TestPredictions,
} from '../../src/trainer/inspection.ts';
import type { EpochMetrics, KernelReport, RunProfile } from '../../src/trainer/messages.ts';
import type { GpuFaults } from './gpuFaults.ts';

/** One training run on random data, as plain data: every number follows from the request. */
export interface EngineRun {
  config: TrainingConfig;
  options?: Omit<PlanRequest, 'config'>;
  /** Seed of the start values and of the batches. */
  seed: number;
  iterations: number;
  /** Share of set input bits. */
  density?: number;
  /** Samples that are really there; the places after them are empty (label -1). Default: all. */
  sampleCount?: number;
  /** The same batch every time instead of a new one. */
  repeatBatch?: boolean;
}

export interface EngineOutcome {
  /** sha256 of all tensors after the last iteration. */
  digest: string;
  /** Per iteration: f32[intervals][blocks] */
  losses: number[][];
  /** Predictions of the last iteration, u32[blocks][B], and of an evaluation after it. */
  predictions: number[];
  evaluatedPredictions: number[];
  tensors: { name: string; values: Float32Array }[];
  forecastBytes: number;
  peakBytes: number;
  microBatches: number;
  /** Most buffers over which a tensor is spread. */
  weightParts: number;
  chunkSteps: number[];
  /** Errors that no scope caught. */
  stray: string[];
}

export interface EnginePage {
  train(run: EngineRun): Promise<EngineOutcome>;
}

/** A run of the training loop on a made-up data set, with or without interruptions. */
export interface LoopRun {
  config: TrainingConfig;
  /** Samples of the made-up data set; every fifth is a test sample. */
  sampleCount: number;
  /** After these iterations: pause, take a single step, go on. */
  pauseAfter?: number[];
  /** After these iterations: re-plan with the same (k, n), which reads all weights back and allocates anew. */
  replanAfter?: number[];
  /** After these iterations: look at a sample, and at pictures of samples, without stopping. */
  inspectAfter?: number[];
  /** After these iterations: pause, profile between two exports of the weights, go on. */
  profileAfter?: number[];
  /** After these iterations: find out which kernels are fastest, with the iterations that follow. */
  measureAfter?: number[];
  /** Run to the end, rewind, and run to the end again; the second run's figures count. */
  rewind?: boolean;
}

export interface LoopOutcome {
  /** Digest after every epoch, epoch 0 (before training) first. */
  digests: string[];
  testAccuracies: number[];
  iterations: number;
  statuses: string[];
  /** What was seen on the way, and the predictions of the test samples after every epoch. */
  inspections: SampleInspection[];
  pictures: SamplePicture[];
  testPredictions: TestPredictions[];
  stepRates: StepRates[];
  firingRates: EpochMetrics['firingRates'][];
  /** What was said of the kernels on the way. */
  kernels: KernelReport[];
  profiles: RunProfile[];
  /** Of the weights that were exported. */
  weightDigests: string[];
  stray: string[];
}

/** One sample looked at with the start values of its seed, and the same sample evaluated. */
export interface InspectRun {
  config: TrainingConfig;
  options?: Omit<PlanRequest, 'config'>;
  seed: number;
  /** Place in the batch that `randomSamples` draws. */
  sample: number;
  layer?: string;
  neuron?: number;
}

export interface InspectOutcome {
  inspection: Omit<SampleInspection, 'iteration' | 'epoch'>;
  /** Evaluation of the sample alone: u32[blocks], u32[T], spikes per counted stage, and per step of it. */
  predictions: number[];
  stepPredictions: number[];
  totals: { layer: string; spikes: number; stepSpikes: number[] }[];
  /** Bytes of the ledger before and after, and its peak. */
  bytesBefore: number;
  bytesAfter: number;
  peakBytes: number;
  forecastBytes: number;
  digestBefore: string;
  digestAfter: string;
  stray: string[];
}

export interface LoopPage {
  runLoop(run: LoopRun): Promise<LoopOutcome>;
  inspect(run: InspectRun): Promise<InspectOutcome>;
}

/** A run of the training loop that is disturbed by faults of the GPU. */
export interface FaultRun {
  config: TrainingConfig;
  sampleCount: number;
  faults: GpuFaults;
  /** Asked for right after the start. */
  schedules?: Schedule[];
  /** Press Continue once where a fault has stopped the run. */
  goOn?: boolean;
}

export interface FaultOutcome {
  /** Digest after every epoch, the latest where one was trained twice. */
  digests: string[];
  /** Iterations that were reported, in order. */
  iterations: number[];
  statuses: string[];
  /** Where a fault had stopped the run before it was continued. */
  stoppedAt?: string;
  errors: ErrorData[];
  /** Iterations at which the run was brought back. */
  restored: number[];
  /** Names of the calls to the GPU. */
  calls: string[];
}

export interface FaultPage {
  runFaulty(run: FaultRun): Promise<FaultOutcome>;
}
