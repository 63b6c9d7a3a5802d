/**
 * Shape of one frame: channels x height x width. For events, channel 0 is OFF and channel 1 is ON; colour images have
 * red, green, blue.
 */
export interface FrameShape {
  channels: number;
  height: number;
  width: number;
}

/** Neurons (pixels x channels) of a frame. */
export function frameSize(shape: FrameShape): number {
  return shape.channels * shape.height * shape.width;
}

/** u32 words that hold one packed binary frame. */
export function wordsPerFrame(shape: FrameShape): number {
  return Math.ceil(frameSize(shape) / 32);
}

/**
 * Bit of pixel (channel, y, x) inside a packed frame: channels innermost, then x, then y. The same order is used
 * for every packed spike tensor on the GPU, because it makes the row of a convolution kernel one run of bits.
 */
export function frameBit(shape: FrameShape, channel: number, y: number, x: number): number {
  return (y * shape.width + x) * shape.channels + channel;
}

/** Bit planes that hold counts from 0 to `maxCount`: 1 for binary frames, 4 for counts up to 15. */
export function planesFor(maxCount: number): number {
  return 32 - Math.clz32(maxCount);
}

export const TRAIN = 0;
export const TEST = 1;

/** `events`: frames of bits or small counts, one per time step. `frames`: one real-valued image, the same at every time step. */
export type InputKind = 'events' | 'frames';

/** Where the content of a data set lies that is read from the browser's storage, sample by sample. Plain data. */
export interface StoredSamples {
  /** Folder and name of a file of storage/datasetFile.ts: block i holds sample i. */
  folder: string;
  file: string;
  /** u32[sampleCount]: the sample of the file for every sample of the data set; null where they are the same. */
  samples: Uint32Array | null;
}

/**
 * A data set as the trainer reads it: packed event frames (kind 'events'), or images for direct encoding (kind
 * 'frames').
 *
 * bits    u32[sampleCount][stepCount][planes][wordsPerFrame]    events: bit b%32 of word b/32 holds frame bit b (see
 *                                                       frameBit); plane p is worth 2^p, binary frames have one plane
 *                                                       (see planesFor); frames: empty
 * pixels  u8[sampleCount][height][width][channels]      frames: the network reads pixel / 255; events: null
 * labels  i32[sampleCount]                              class index, 0 .. classNames.length - 1
 * split   u8[sampleCount]                               TRAIN or TEST
 */
export interface EncodedDataset {
  kind: InputKind;
  name: string;
  /** sha256 (hex) over shape, stepCount, class names, labels, split and content: equal data, equal fingerprint. */
  fingerprint: string;
  /** True for the built-in generated sets; shown wherever the data set is named. */
  synthetic: boolean;
  shape: FrameShape;
  /** Frames stored per sample: T for events. 1 for images, which serve any T. */
  stepCount: number;
  classNames: string[];
  /** Largest value of a frame's cell; more than 1 for counts. Absent: 1, binary. */
  maxCount?: number;
  bits: Uint32Array;
  pixels: Uint8Array | null;
  labels: Int32Array;
  split: Uint8Array;
  /** Where this is given, `bits` is empty and `pixels` null: the content is read when it is needed. */
  stored?: StoredSamples;
}

/** u32 words of one time step of one sample, all planes. */
export function wordsPerStep({ shape, maxCount = 1 }: Pick<EncodedDataset, 'shape' | 'maxCount'>): number {
  return planesFor(maxCount) * wordsPerFrame(shape);
}

export function sampleCount(dataset: EncodedDataset): number {
  return dataset.labels.length;
}

/** Indices of the samples of one split, ascending. */
export function samplesOfSplit(dataset: EncodedDataset, split: number): number[] {
  const indices: number[] = [];
  for (let i = 0; i < dataset.split.length; i++) if (dataset.split[i] === split) indices.push(i);
  return indices;
}
