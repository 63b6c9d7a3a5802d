import type { ErrorData } from '../core/errors.ts';
import type { KernelVariant } from '../core/plan/kernelVariants.ts';
import type { WeightPrecision } from '../core/trainingConfig.ts';
import type { Session } from '../session/session.ts';
import type { CellResult } from '../session/sweep/sweepResults.ts';
import type {
  AdapterInfo,
  AdapterLimits,
  EpochMetrics,
  KernelReport,
  ResetDrift,
} from '../trainer/messages.ts';
import type { PassProfile } from '../trainer/passProfile.ts';
import type { SharedFile } from './host.ts';

export interface TrainRequest {
  session: Session;
  /** Recordings to import; null = the built-in set that the session names. */
  files: SharedFile[] | null;
  /** Caps on the samples of imported recordings; absent = all of them (built-in sets have theirs in the session). */
  limits: { train?: number; test?: number };
  /** Iterations after which the run ends, in the middle of an epoch if need be; absent = all epochs. */
  iterations?: number;
  /** A network (NIR) or weights (safetensors) that the run begins with. */
  weights?: SharedFile;
  /** True returns the weights after the last epoch, as a safetensors file in base64. */
  saveWeights?: boolean;
  /** True measures at the end how the weights fire when a spike sets the membrane to 0, as NIR knows it. */
  drift?: boolean;
}

export interface TrainOutcome {
  /** The session as it ran: with the data set's name, counts and fingerprint filled in. */
  session: Session;
  /** sha256 (hex) of all weights after the last epoch. */
  digest: string;
  /** One per epoch, the first one before any training. */
  epochs: EpochMetrics[];
  /** Iterations trained. */
  iterations: number;
  /** The data set, and whether it was generated. */
  dataset: { name: string; synthetic: boolean };
  forecastBytes: number;
  peakBytes: number;
  adapter: AdapterInfo;
  trainSamples: number;
  testSamples: number;
  /** See `saveWeights`. */
  weightsFile?: string;
  /** See `drift`. */
  drift?: ResetDrift;
}

/** Loads and encodes the recordings of a sweep, for all the runs that follow. */
export interface OpenSweepRequest {
  base: Session;
  /** Recordings to import; null = the built-in set that the base names. */
  files: SharedFile[] | null;
  limits: TrainRequest['limits'];
  /** sha256 (hex) of the recordings that the sweep began with; null for a new one. */
  fingerprint: string | null;
}

export interface OpenSweepOutcome {
  /** The base with what the data set says filled in. */
  base: Session;
  fingerprint: string;
  adapter: AdapterInfo;
}

/** A project for a cluster: its files, and the digest of the weights it begins with. */
export interface ProjectOutcome {
  digest: string;
  files: { name: string; base64: string }[];
}

export interface GoldenRequest {
  /** Address of one .safetensors file, relative to the page. */
  url: string;
  name: string;
  /** Kernel forced on every layer that it serves; absent = the plan's own choice. */
  variant?: KernelVariant;
  /** What kernels read of the weights; absent = f32. */
  precision?: WeightPrecision;
}

/** The worst error of one quantity, as a multiple of what is allowed: 1 or below passes. */
export interface GoldenQuantity {
  quantity: string;
  /** Worst |actual - expected| over its allowance; Infinity where something must be identical and is not. */
  worst: number;
  /** Worst error itself, relative to the quantity's scale. */
  relativeError: number;
  /** Where the worst one is, for people: tensor name and position. */
  at: string;
}

export interface GoldenOutcome {
  name: string;
  status: 'passed' | 'failed' | 'not yet';
  /** Empty where nothing was run. */
  quantities: GoldenQuantity[];
  /** Why the case was not run, or what stopped it. */
  reason: string;
}

export interface BenchRequest {
  /** T; workload A has 20. */
  stepCount: number;
  truncationInterval: number;
  blockSize: number;
  batchSize: number;
  /** Timed iterations, after two that are not. */
  rounds: number;
  inferenceOnly: boolean;
  profile: boolean;
  /** Kernel forced on every layer that it serves; `auto` measures which is fastest first; absent = the plan's own choice. */
  variant?: KernelVariant | 'auto';
  /** What kernels read of the weights; absent = f32. */
  precision?: WeightPrecision;
  /** Iterations of a soak, with an evaluation every hundred; 0 = none. */
  soak: number;
}

/** What a soak watches at one of its marks. */
export interface SoakMark {
  iteration: number;
  /** Wall time of the hundred iterations before, median. */
  msPerIteration: number;
  /** Bytes of GPU buffers alive. */
  liveBytes: number;
  /** Bytes of the page's JavaScript heap in use after a collection. */
  heapBytes: number;
  /** Processor time of the browser's GPU process since it began, seconds. */
  gpuSeconds: number;
}

export interface BenchOutcome {
  /** Wall time of each iteration, from the upload of the batch to the loss read back. */
  timesMs: number[];
  /** The first iteration: pipelines are compiled, caches cold. */
  firstMs: number;
  /** Loss of the last block in the first iteration, mean over the intervals. */
  loss: number;
  peakBytes: number;
  dispatches: number;
  submits: number;
  /** GPU time and least work per pass, longest first; empty unless asked for, or where the adapter has no timestamps. */
  passes: PassProfile[];
  /** What the adapter does in a copy and in a matrix product; null unless a profile was asked for. */
  limits: AdapterLimits | null;
  /** Kernels where there is a choice, and how many times faster than the slowest they are; null where none was measured. */
  kernels: KernelReport['layers'];
  adapter: string;
}

/** What the headless page tells while a call runs. */
export type PageEvent =
  | { type: 'progress'; fraction: number; label: string }
  | { type: 'note'; line: string }
  /** The page waits until it is handled. */
  | { type: 'soakMark'; mark: Pick<SoakMark, 'iteration' | 'msPerIteration' | 'liveBytes'> }
  | { type: 'epoch'; metrics: EpochMetrics };

/** Functions that headless.html offers to the commands. */
export interface PageApi {
  train(request: TrainRequest): Promise<TrainOutcome>;
  exportProject(request: TrainRequest): Promise<ProjectOutcome>;
  openSweep(request: OpenSweepRequest): Promise<OpenSweepOutcome>;
  /** Trains one run of the sweep that was opened; its session is the opened base with (k, n) and so on replaced. */
  sweepRun(session: Session): Promise<CellResult>;
  golden(request: GoldenRequest): Promise<GoldenOutcome>;
  bench(request: BenchRequest): Promise<BenchOutcome>;
}

/** How a call's result crosses from the page to Node: an AppError keeps its code and hint. */
export type PageReply<Result> = { ok: true; value: Result } | { ok: false; error: ErrorData };
