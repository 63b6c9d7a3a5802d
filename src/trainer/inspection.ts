import type { FrameShape, InputKind } from '../core/encodedDataset.ts';
import type { NeuronParameters } from '../core/neuron.ts';
import type { NamedTensor } from './messages.ts';

/** What the spikes of one LIF layer were while the sample went through. */
export interface InspectedLayer {
  /** As in the plan: conv1, pool2, sew3.lif1, classifier1. */
  name: string;
  block: number;
  isClassifier: boolean;
  shape: FrameShape;
  neuron: NeuronParameters;
  /** u32[T][wordsPerFrame(shape)]: bit of neuron (channel, y, x) as `frameBit` says. */
  spikes: Uint32Array;
}

/** Membranes of neighbouring neurons of one layer over the sample. */
export interface MembraneTrace {
  layer: string;
  /** Neurons [start, stop) in the order of `frameBit`. */
  start: number;
  stop: number;
  /** u after each step and before the reset of its own spike, f32[T][stop - start]. */
  values: Float32Array;
}

/**
 * One sample on its way through the network with the weights as they are: no dropout, running statistics, nothing learnt.
 * Every value is read back from the GPU.
 */
export interface SampleInspection {
  /** Iterations and epochs that the weights have seen. */
  iteration: number;
  epoch: number;
  /** Index in the data set, its class, and whether it is a test sample. */
  sample: number;
  label: number;
  isTest: boolean;
  classNames: string[];
  stepCount: number;
  /** What the first layer reads. Events: bits u32[T][planes][words]. Frames: values f32[H][W][C]. */
  input: { kind: InputKind; shape: FrameShape; maxCount: number; bits: Uint32Array; values: Float32Array };
  /** Every layer with neurons, in the order of the network; classifiers stand after their block's body. */
  layers: InspectedLayer[];
  membranes: MembraneTrace;
  /** Class read out by each block after all steps. */
  predictions: number[];
  /** [T] Class that the last block reads out after each step. */
  stepPredictions: number[];
  /** Weights of the first layer: [out][in][kh][kw], or [out][in]. */
  filters: NamedTensor | null;
  /** GPU bytes that looking took beyond those of the run, and bytes read back. */
  extraGpuBytes: number;
  readBytes: number;
}

/** A sample as a picture: what its frames hold, summed over the steps. */
export interface SamplePicture {
  sample: number;
  label: number;
  kind: InputKind;
  shape: FrameShape;
  /** Events: counts over all steps; frames: 0 to 255. u16[C][H][W]. */
  values: Uint16Array;
}

/** How often a layer's neurons fire at each step: spikes per neuron and sample, 0..1, with fixed weights. */
export interface LayerStepRates {
  layer: string;
  /** [T] */
  rates: number[];
}

/** Firing rates step by step after an epoch, over the same samples as the epoch's firing rates. */
export interface StepRates {
  epoch: number;
  layers: LayerStepRates[];
}

/** What fixed weights read out for every test sample. */
export interface TestPredictions {
  epoch: number;
  classNames: string[];
  /** Index in the data set, class, and class read out by the last block; one entry per test sample. */
  samples: Uint32Array;
  labels: Uint16Array;
  predicted: Uint16Array;
}
