import type { NeuronParameters } from '../../core/neuron.ts';
import type { TrainingConfig } from '../../core/trainingConfig.ts';
import type { NamedTensor } from '../../trainer/messages.ts';

/** Arrays by name; the names are the oracle's, which are also the project's interface names (l0.weight, c1.bias). */
export type Arrays<Values> = ReadonlyMap<string, Values>;

/** Everything that one training batch lets be seen. T = steps, B = samples, slowest axis first. */
export interface BatchRecord {
  /** Per interval: gradient of every trained tensor, before any optimizer arithmetic. */
  gradients: Arrays<Float32Array>[];
  /** f32[blocks][intervals] */
  losses: Float32Array;
  /** u8[T][B][C][H][W] (0 or 1) per neuron layer: l0, l2.lif1, c0. */
  spikes: Arrays<Uint8Array>;
  /** f32[B][C][H][W]: membrane after the last step, per neuron layer. */
  membranes: Arrays<Float32Array>;
  /** i32[B][classes]: spikes of each block's classifier over all steps. */
  counts: Arrays<Int32Array>;
  /** i32[B]: the class read out of the counts, per classifier. */
  predictions: Arrays<Int32Array>;
}

/** What a run in evaluation mode lets be seen: fixed weights, zero state at the start, no dropout. */
export type EvaluationRecord = Pick<BatchRecord, 'spikes' | 'counts' | 'predictions'>;

/** One batch as the oracle stores it. */
export interface GoldenBatch {
  /** Events: u8[T][B][C][H][W]. Frames: f32[B][C][H][W]. */
  input: Uint8Array | Float32Array;
  /** i32[B] */
  labels: Int32Array;
  /** Keep masks of dropout layers, u8[B][...]: 1 = kept. */
  masks: Arrays<Uint8Array>;
}

/** A network on the GPU, as the oracle cases drive it. */
export interface GoldenEngine {
  /** Sets every tensor that is named, random classifiers too. */
  setParameters(tensors: NamedTensor[]): Promise<void>;
  /** All tensors in the interface layout. */
  parameters(): Promise<NamedTensor[]>;
  trainBatch(batch: GoldenBatch): Promise<BatchRecord>;
  evaluate(input: GoldenBatch['input']): Promise<EvaluationRecord>;
  destroy(): void;
}

/** A `lif` case: the neuron alone, driven by given currents and gradients. */
export interface NeuronRequest {
  neuron: NeuronParameters;
  /** [start, stop) steps; state crosses the borders, gradient does not. */
  intervals: readonly (readonly [number, number])[];
  stepCount: number;
  /** Neurons x samples: the neuron does not know which is which. */
  cellCount: number;
  /** I, f32[stepCount][cellCount] */
  current: Float32Array;
  /** dLoss/dspike from above, f32[stepCount][cellCount] */
  gradSpikes: Float32Array;
}

export interface NeuronRecord {
  /** u8[stepCount][cellCount] */
  spikes: Uint8Array;
  /** u, f32[stepCount][cellCount]; absent where the kernels keep only what the surrogate needs. */
  membrane?: Float32Array;
  /** Surrogate derivative at u, f32[stepCount][cellCount] */
  surrogate: Float32Array;
  /** gamma = dLoss/du, f32[stepCount][cellCount] */
  gradMembrane: Float32Array;
}

/** The real GPU path, as the oracle cases need it. */
export interface GoldenBackend {
  /** Why this configuration cannot be run yet (a layer kind that does not exist); '' where it can. */
  missingFeature(config: TrainingConfig): string;
  missingNeuronFeature(neuron: NeuronParameters): string;
  create(config: TrainingConfig): Promise<GoldenEngine>;
  runNeuron(request: NeuronRequest): Promise<NeuronRecord>;
}
