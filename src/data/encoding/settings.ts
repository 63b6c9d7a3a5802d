import type { FrameShape } from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
import type { SensorSize } from '../../core/eventStream.ts';

/** How time is cut into steps. The rules are stated in binning.ts and docs/encoding.md. */
export const BINNING_RULES = [
  'binary',
  'counts',
  'tonicTimeWindow',
  'tonicTimeBins',
  'spikingJellyNumber',
  'spikingJellyTime',
] as const;
export type BinningRule = (typeof BINNING_RULES)[number];

/** How the sensor becomes the network's input: scaled down, a part of it, or its middle. */
export const REDUCTIONS = ['or', 'crop', 'centre'] as const;
export type Reduction = (typeof REDUCTIONS)[number];

/** OFF and ON as two channels, or as one. */
export const POLARITY_RULES = ['both', 'merged'] as const;
export type PolarityRule = (typeof POLARITY_RULES)[number];

/** What can be chosen besides dt, T and the size of a frame. */
export interface EncodingOptions {
  binning: BinningRule;
  /** Counts above this are cut off; 1 makes any rule binary. `binary` does not read it. */
  maxCount: number;
  /** Time after the beginning of a recording before which events are left out, microseconds. */
  startUs: number;
  reduction: Reduction;
  /** Left column and top row of the part that `crop` keeps. */
  cropX: number;
  cropY: number;
  polarity: PolarityRule;
  /** Events without a neighbour within this time are left out, microseconds; 0 keeps all. See denoise.ts. */
  denoiseUs: number;
}

/** How recordings become the frames that a network reads. What is absent takes the paper's rule. */
export interface EncodingSettings extends Partial<EncodingOptions> {
  /** dt: length of one time step, microseconds. Rules that divide the recording into T parts do not read it. */
  stepDurationUs: number;
  /** T: time steps per sample. */
  stepCount: number;
  /** The network's input, pixels; at most the sensor in either direction. */
  frame: { height: number; width: number };
}

/** Binary windows counted from the first event, the whole sensor, two channels, every event: the paper's encoding. */
export const PAPER_ENCODING: EncodingOptions = {
  binning: 'binary',
  maxCount: 15,
  startUs: 0,
  reduction: 'or',
  cropX: 0,
  cropY: 0,
  polarity: 'both',
  denoiseUs: 0,
};

export const ENCODING_LIMITS = {
  stepDurationUs: { low: 1, high: 60_000_000 },
  stepCount: { low: 1, high: 4096 },
  side: { low: 1, high: 1024 },
  maxCount: { low: 1, high: 255 },
  startUs: { low: 0, high: 3_600_000_000 },
  crop: { low: 0, high: 65_535 },
  denoiseUs: { low: 0, high: 60_000_000 },
  /** Bytes of packed frames: a typed array above 2 GiB cannot be had in every browser. */
  bytes: 2 ** 31 - 1,
} as const;

/** The settings with nothing absent. */
export type CompleteSettings = EncodingSettings & EncodingOptions;

/** Fills what is absent with {@link PAPER_ENCODING}. */
export function completeSettings(settings: EncodingSettings): CompleteSettings {
  return { ...PAPER_ENCODING, ...settings };
}

/** Largest value of a frame's cell: 1 for binary frames. */
export function largestCount({ binning, maxCount }: Pick<EncodingOptions, 'binning' | 'maxCount'>): number {
  return binning === 'binary' ? 1 : maxCount;
}

/** True for the rules that cut a recording into T parts, whatever dt is. */
export function dividesRecording(binning: BinningRule): boolean {
  return binning === 'tonicTimeBins' || binning === 'spikingJellyNumber' || binning === 'spikingJellyTime';
}

function checkRange(what: string, value: number, { low, high }: { low: number; high: number }): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new AppError(
      'encoding-invalid',
      `${what} is ${value}, allowed is ${low} to ${high}.`,
      `Enter a whole number from ${low} to ${high}.`,
    );
  }
}

/**
 * Shape of the frames these settings give on this sensor.
 * @param channels Channels of the recordings: 2 for cameras, 1 for sensors whose events have no sign.
 * @throws AppError `encoding-invalid`: a setting out of range, or a frame that reaches beyond the sensor.
 */
export function checkEncoding(settings: EncodingSettings, sensor: SensorSize, channels = 2): FrameShape {
  const { frame, cropX, cropY, reduction, polarity, ...rest } = completeSettings(settings);
  checkRange('The step duration in microseconds', rest.stepDurationUs, ENCODING_LIMITS.stepDurationUs);
  checkRange('The number of time steps', rest.stepCount, ENCODING_LIMITS.stepCount);
  checkRange('The frame height', frame.height, ENCODING_LIMITS.side);
  checkRange('The frame width', frame.width, ENCODING_LIMITS.side);
  checkRange('The largest count', rest.maxCount, ENCODING_LIMITS.maxCount);
  checkRange('The start in microseconds', rest.startUs, ENCODING_LIMITS.startUs);
  checkRange('The left column of the crop', cropX, ENCODING_LIMITS.crop);
  checkRange('The top row of the crop', cropY, ENCODING_LIMITS.crop);
  checkRange('The filter time in microseconds', rest.denoiseUs, ENCODING_LIMITS.denoiseUs);
  const { height, width } = frame;
  if (height > sensor.height || width > sensor.width) {
    throw new AppError(
      'encoding-invalid',
      `The frame is ${width}x${height} pixels, but the sensor has only ${sensor.width}x${sensor.height}.`,
      `Choose a frame of at most ${sensor.width}x${sensor.height}.`,
      undefined,
      { width: Math.min(width, sensor.width), height: Math.min(height, sensor.height) },
    );
  }
  if (reduction === 'crop' && (cropX + width > sensor.width || cropY + height > sensor.height)) {
    throw new AppError(
      'encoding-invalid',
      `The crop of ${width}x${height} pixels at (${cropX}, ${cropY}) reaches beyond the sensor of ${sensor.width}x${sensor.height}.`,
      `Begin it at most at (${sensor.width - width}, ${sensor.height - height}), or make the frame smaller.`,
      undefined,
      { cropX: Math.min(cropX, sensor.width - width), cropY: Math.min(cropY, sensor.height - height) },
    );
  }
  return { channels: polarity === 'merged' ? 1 : channels, height, width };
}
