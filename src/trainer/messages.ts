import type { EncodedDataset } from '../core/encodedDataset.ts';
import type { ErrorData } from '../core/errors.ts';
import type { ChosenPassKind, KernelVariant } from '../core/plan/kernelVariants.ts';
import type { Schedule } from '../core/schedule.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import type { SampleInspection, SamplePicture, StepRates, TestPredictions } from './inspection.ts';
import type { PassProfile } from './passProfile.ts';
import type { ResetDrift } from './resetDrift.ts';

// What of these messages is kept, validated when it comes back.
export { countSchema, epochSchema, figuresSchema } from './epochSchema.ts';
export type {
  LayerStepRates,
  SampleInspection,
  SamplePicture,
  StepRates,
  TestPredictions,
} from './inspection.ts';

export type { PassProfile } from './passProfile.ts';

export type { ResetDrift } from './resetDrift.ts';

/** What the page and the commands say to the trainer worker. Plain data only. */
export type TrainerRequest =
  /** Requests the device; answered by `adapter` or `error`. */
  | { type: 'connect' }
  /**
   * New run: builds the plan, allocates, draws the initial weights. Answered by `planned`. The plan stays within
   * `memoryBudget` bytes, where given, by cutting the batch. `startWeights` stand in the place of what is drawn, under
   * portable names (see core/plan/tensorNames.ts).
   */
  | {
      type: 'configure';
      config: TrainingConfig;
      dataset: EncodedDataset;
      memoryBudget?: number;
      startWeights?: NamedTensor[];
      /** Checkpoints are kept in the browser's storage under this id; with `resume` the run goes on from there. */
      keep?: { id: string; resume: boolean };
      /** Use the kernels that were fastest in a trial on this adapter, and try where that is not known. No bit depends on it. */
      chooseKernels?: boolean;
    }
  /** Trains to the last epoch, or until `iterationLimit` iterations of the run are done; the epoch is then cut short. */
  | { type: 'start'; iterationLimit?: number }
  | { type: 'pause' }
  /** One iteration, then paused. */
  | { type: 'step' }
  /** Back to the initial weights of the same seed, epoch 0; kept under the new id, so that what was trained stays kept. */
  | { type: 'rewind'; keep?: { id: string } }
  /** New (k, n): re-plans, keeps weights and optimizer state. Answered by `planned`. */
  | { type: 'setSchedule'; schedule: Schedule }
  /** Takes effect at the next iteration; nothing is rebuilt. */
  | { type: 'setLearningRate'; learningRate: number }
  /**
   * One sample forward with the present weights, between two iterations of a run that goes on. Answered by `inspection`, or
   * by `inspectionFailed`: the run goes on. Leaves no trace in the weights.
   */
  | { type: 'inspectSample'; sample: number; layer?: string; neuron?: number }
  /** Samples as pictures. Answered by `pictures`, or by `inspectionFailed`. */
  | { type: 'pictureSamples'; samples: number[] }
  /** Takes and keeps a checkpoint now. Answered by `checkpoint`, where there is anything new to keep. */
  | { type: 'checkpoint' }
  /** The run goes on, but is no longer kept: its files may be deleted. */
  | { type: 'forgetKept' }
  /** The next iterations find out which kernels are fastest; false ends that. What is found is told by `kernels`. */
  | { type: 'measureKernels'; wanted: boolean }
  /** Times the passes of `rounds` training iterations, and leaves the run as it was. Answered by `profile`; the run goes on. */
  | { type: 'profile'; rounds: number }
  /** What the adapter does in a copy and in a matrix product. Answered by `adapterLimits`. */
  | { type: 'measureAdapter' }
  /** Answered by `weights`. */
  | { type: 'exportWeights' }
  /** How the network would fire with the hard reset. Answered by `drift`; the run goes on. */
  | { type: 'measureDrift' }
  | { type: 'dispose' };

export interface AdapterInfo {
  vendor: string;
  architecture: string;
  description: string;
  /** True when the adapter runs on the CPU. */
  software: boolean;
  features: string[];
  maxBufferSize: number;
  maxStorageBufferBindingSize: number;
}

export type TrainerStatus =
  | 'idle'
  | 'preparing'
  | 'ready'
  | 'running'
  | 'paused'
  | 'evaluating'
  /** The GPU was lost; a new device, the plan and the last checkpoint are being brought back. */
  | 'recovering'
  | 'finished'
  | 'failed';

/** Figures of the latest iteration, sent at most ten times per second. */
export interface IterationMetrics {
  /** Iterations since the run began. */
  iteration: number;
  epoch: number;
  /** Iterations of this epoch done, and how many it has. */
  epochIteration: number;
  epochIterations: number;
  /** Mean over the intervals, per block; averaged since the last message. */
  lossPerBlock: number[];
  /** Counted while the weights change under per-interval updates (flattering); per block, since the epoch began. */
  runningAccuracyPerBlock: number[];
  samplesPerSecond: number;
  /** Seconds to the end of the last epoch at the present speed. */
  secondsLeft: number;
  /** Bytes of GPU buffers alive now and at the peak of the run, from the ledger. */
  liveBytes: number;
  peakBytes: number;
}

/** Sent after every epoch (and for epoch 0 before training): fixed weights, both splits. */
export interface EpochMetrics {
  /** Epochs trained, one that an iteration limit cut short included. */
  epoch: number;
  /** Fixed weights, over `trainSamplesEvaluated` samples of the training split. */
  trainAccuracyPerBlock: number[];
  trainSamplesEvaluated: number;
  testAccuracyPerBlock: number[];
  testSamples: number;
  /** [T] Test accuracy (last block) from the spikes of the first t + 1 steps; the last entry is the test accuracy. */
  earlyReadout: number[];
  /** Mean training loss of the epoch (last block), and per block. */
  loss: number;
  lossPerBlock: number[];
  seconds: number;
  /** Mean firing rate per LIF layer over the evaluated test samples, 0..1. */
  firingRates: { layer: string; rate: number }[];
  /** Change of each trainable layer's weights since the figures before, relative to their size; empty the first time. */
  weightChanges?: { layer: string; change: number }[];
  /** sha256 (hex) of all weights in the documented order. */
  digest: string;
}

export interface PlanMessage {
  type: 'planned';
  forecastBytes: number;
  measuredBytes: number;
  parameterCount: number;
}

/** Which kernels a run uses where several could do the work. No bit of the run depends on it. */
export interface KernelReport {
  /**
   * `resting`: nothing is being found out; `waiting`: will be, with the next iterations; `compiling`, `measuring`: a trial is
   * at it; `unmeasurable`: the adapter has no timestamps.
   */
  state: 'resting' | 'waiting' | 'compiling' | 'measuring' | 'unmeasurable';
  layers: {
    kind: ChosenPassKind;
    layer: string;
    variant: KernelVariant;
    /** How many times faster it is than the slowest variant that was measured; null where none was. */
    ratio: number | null;
    /** `standard`: the plan's own choice; `measured` in this visit, or `stored` from an earlier run. */
    source: 'standard' | 'measured' | 'stored';
  }[];
}

/** Where the time of a training iteration goes. */
export interface RunProfile {
  /** Iterations that the run had done. */
  iteration: number;
  /** Iterations that were timed; figures are their mean. */
  rounds: number;
  /** Longest first; empty where the adapter has no timestamps. */
  passes: PassProfile[];
  hasTimestamps: boolean;
}

/** The roofs of an adapter. */
export interface AdapterLimits {
  /** In a copy of `copyBytes`, read and written. */
  bytesPerSecond: number;
  /** In a product of square f32 matrices of `productRows`, multiplications and additions counted. */
  operationsPerSecond: number;
  copyBytes: number;
  productRows: number;
}

/** One named weight tensor in the interface layout ([out][in][kh][kw] or [out][in], bias [out]). */
export interface NamedTensor {
  name: string;
  shape: number[];
  values: Float32Array;
}

/** What the trainer worker says. Plain data only. */
export type TrainerMessage =
  | { type: 'adapter'; adapter: AdapterInfo }
  | PlanMessage
  | { type: 'status'; status: TrainerStatus }
  | { type: 'iteration'; metrics: IterationMetrics }
  | { type: 'epoch'; metrics: EpochMetrics }
  /** After every `epoch` that looked at test samples: what they were read out as. */
  | { type: 'testPredictions'; predictions: TestPredictions }
  /** After every `epoch`: when its layers fired. */
  | { type: 'stepRates'; stepRates: StepRates }
  | { type: 'inspection'; inspection: SampleInspection }
  | { type: 'pictures'; pictures: SamplePicture[] }
  | { type: 'inspectionFailed'; error: ErrorData }
  /** The run stands at its last checkpoint again: after a loss of the GPU, bad weights, or a reload. */
  | {
      type: 'restored';
      metrics: IterationMetrics;
      schedule: Schedule;
      learningRate: number;
      epochs: EpochMetrics[];
    }
  /** A checkpoint was taken; `bytes` of it lie in the browser's storage, 0 where it could not be kept there. */
  | { type: 'checkpoint'; iteration: number; epoch: number; bytes: number }
  /** Something the visitor should know; training goes on. */
  | { type: 'notice'; problem: ErrorData }
  | { type: 'kernels'; report: KernelReport }
  | { type: 'profile'; profile: RunProfile | null; error: ErrorData | null }
  | { type: 'adapterLimits'; limits: AdapterLimits | null; error: ErrorData | null }
  | { type: 'weights'; tensors: NamedTensor[]; digest: string }
  | { type: 'drift'; drift: ResetDrift | null; error: ErrorData | null }
  | { type: 'error'; error: ErrorData };
