import type { Range } from '../schedule.ts';
import type { TrainingConfig } from '../trainingConfig.ts';
import type { StageGraph } from './stages.ts';

/** What a plan must fit into; the WebGPU defaults unless the adapter offers more. */
export interface DeviceLimits {
  maxBufferSize: number;
  maxStorageBufferBindingSize: number;
}

export const DEFAULT_LIMITS: DeviceLimits = {
  maxBufferSize: 256 * 1024 * 1024,
  maxStorageBufferBindingSize: 128 * 1024 * 1024,
};

/** What a buffer's bytes are for; the memory chart has one bar per category. */
export const BUFFER_CATEGORIES = [
  'weights',
  'optimizer',
  'gradients',
  'membranes',
  'history',
  'temporaries',
  'input',
  'metrics',
  'transfer',
] as const;
export type BufferCategory = (typeof BUFFER_CATEGORIES)[number];

/**
 * `parameters`: weights and optimizer state, read-only to most kernels. `arena`: everything else that kernels touch;
 * buffers whose lifetimes do not overlap share bytes. `uniform` and `readback` are one buffer each.
 */
export type Heap = 'parameters' | 'arena' | 'uniform' | 'readback';

/**
 * How long a buffer's content is needed: the whole `run`; one `interval` (its program repeats, so one interval's
 * lifetimes are all that matters); one time `chunk` of a block's backward pass; or one `evaluation`, from its first step
 * to its last.
 */
export type BufferScope = 'run' | 'interval' | 'chunk' | 'evaluation';

export interface PlannedBuffer {
  name: string;
  heap: Heap;
  category: BufferCategory;
  scope: BufferScope;
  /** Bytes asked for; a multiple of 4. */
  bytes: number;
  /** Slab of the heap and byte offset in it; offsets are multiples of 256. */
  slab: number;
  offset: number;
}

export type PassKind = 'forward' | 'normalize' | 'loss' | 'backward' | 'weightGradient' | 'update' | 'count';

/** One kernel run as data. `buffers` maps each binding name of the kernel to a planned buffer. */
export interface Pass {
  id: number;
  kind: PassKind;
  kernel: string;
  /** `kernel/stage`, the label of everything the GPU can complain about. */
  label: string;
  block: number;
  micro: number;
  stage: string;
  overrides: Record<string, number>;
  params: Record<string, number>;
  buffers: Record<string, string>;
  /** How many invocations have work; the executor rounds up to workgroups. 0 = exactly one workgroup. */
  invocations: number;
}

/** The uniform that changes from one run of a pass to the next; see shaders/shared/layerParams.wgsl. */
export interface StepWindow {
  stepStart: number;
  historyStart: number;
  stepCount: number;
  isFirst: boolean;
  isLast: boolean;
  interval: number;
  updateAccumulate: boolean;
  /** Index of the optimizer update that ends this window, within the iteration. */
  updateIndex: number;
}

export type ProgramStep =
  | { kind: 'clear'; block: number; micro: number; window: number; buffers: string[] }
  /** `sweep`: which way down the block's layers it belongs to; buffers of a chunk are free between two. */
  | { kind: 'run'; pass: number; window: number; sweep: number };

/** One tensor of the interface: what weights files, reports and oracle cases name. */
export interface TensorSpec {
  /** `l0.weight`, `l0.bias`, `l0.bn.weight`, `l0.bn.running_mean`, `c0.weight`, ... */
  name: string;
  /** [out][in][kh][kw] for convolutions, [out][in] for linear layers and classifiers, [out] else. */
  shape: number[];
  /** Base name of the buffers; see partName. */
  buffer: string;
  /** Output vectors (of 4 channels) that each buffer holds; one range unless the tensor exceeds a binding. */
  parts: Range[];
  layout: 'weight' | 'bias' | 'row';
  /** weight, bias: the stage whose rows the buffer holds. row: which row of vec4f[rows][outVectors]. */
  stage: number;
  row: number;
  trainable: boolean;
  /** Fan-in for the initial draw; 0 for tensors with a constant start value. */
  fanIn: number;
  isFirstLayer: boolean;
}

/** Everything about a run that can be known before it: order, sizes, places. Nothing else decides them. */
export interface TrainingPlan {
  config: TrainingConfig;
  graph: StageGraph;
  intervals: Range[];
  /** How the batch is cut so that it fits: [start, stop) samples. One micro-batch when it fits whole. */
  microBatches: Range[];
  /** Steps of a backward chunk, per block. */
  chunkSteps: number[];
  /** Whether batch norm's backward pass makes gamma again instead of keeping an interval's; no number depends on it. */
  recomputesNormGamma: boolean;
  passes: Pass[];
  windows: StepWindow[];
  /** One training iteration. */
  trainProgram: ProgramStep[];
  /** One evaluation of a batch: forward passes, read-out, spike counts. */
  evaluateProgram: ProgramStep[];
  buffers: PlannedBuffer[];
  tensors: TensorSpec[];
  /** Bytes of each slab to allocate, per heap. */
  slabs: { heap: Heap; bytes: number }[];
  /** Sum of the slabs: what the run allocates, to the byte. */
  peakBytes: number;
  /** Peak bytes by category: arena bytes are attributed at the moment of the arena's peak. */
  bytesByCategory: Record<BufferCategory, number>;
  updatesPerIteration: number;
  /** Names of the stages whose spikes are counted in evaluation, in slot order. */
  countedStages: string[];
}
