import { type FrameShape, wordsPerStep } from '../core/encodedDataset.ts';
import { type ErrorData, toErrorData } from '../core/errors.ts';
import type { SensorSize } from '../core/eventStream.ts';
import { windowSpan } from '../data/encoding/binning.ts';
import { type EncodingFacts, encodeRecording } from '../data/encoding/encodeRecording.ts';
import {
  checkEncoding,
  completeSettings,
  type EncodingSettings,
  largestCount,
} from '../data/encoding/settings.ts';
import type { EventView } from './ports.ts';
import type { Session } from './session.ts';

/** The frames that the network gets of one recording, made by the encoder that makes the training set. */
export interface PreviewFrames {
  shape: FrameShape;
  stepCount: number;
  /** Largest value of a cell; 1 for binary frames. */
  maxCount: number;
  /** u32[stepCount][planes][wordsPerFrame(shape)], bits as in core/encodedDataset.ts. */
  bits: Uint32Array;
  facts: EncodingFacts;
  /** f64[stepCount + 1]: when each step begins, and when the last one ends, microseconds of the recording's clock. */
  stepBordersUs: Float64Array;
}

/** Borders of the steps; where steps are no windows of time, a step begins with its first event. */
function stepBorders(settings: EncodingSettings, facts: EncodingFacts): Float64Array {
  const { stepCount, stepDurationUs } = settings;
  const borders = new Float64Array(stepCount + 1);
  if (!facts.span) return borders;
  const { binning } = completeSettings(settings);
  const windows = windowSpan({ binning, stepCount, stepDurationUs }, facts.span);
  if (windows) {
    for (let step = 0; step < stepCount; step++)
      borders[step] = Math.min(windows.startUs + step * windows.stepUs, windows.stopUs);
    borders[stepCount] = windows.stopUs;
    return borders;
  }
  borders[stepCount] = facts.span.lastUs + 1;
  for (let step = stepCount - 1; step >= 0; step--)
    borders[step] = Math.min(facts.firstUsOfStep[step], borders[step + 1]);
  return borders;
}

/** What the encoder is asked for. */
export function toEncodingSettings(encoding: Session['encoding']): EncodingSettings {
  const { stepDurationUs, stepCount, height, width, binning, maxCount, startUs, reduction } = encoding;
  const { cropX, cropY, polarity, denoiseUs } = encoding;
  return {
    stepDurationUs,
    stepCount,
    frame: { height, width },
    binning,
    maxCount,
    startUs,
    reduction,
    cropX,
    cropY,
    polarity,
    denoiseUs,
  };
}

/** The size and place of a frame, cut to what a sensor has. */
export function fitToSensor<E extends Pick<Session['encoding'], 'height' | 'width' | 'cropX' | 'cropY'>>(
  encoding: E,
  sensor: SensorSize,
): E {
  const height = Math.min(encoding.height, sensor.height);
  const width = Math.min(encoding.width, sensor.width);
  return {
    ...encoding,
    height,
    width,
    cropX: Math.min(encoding.cropX, sensor.width - width),
    cropY: Math.min(encoding.cropY, sensor.height - height),
  };
}

/** Why these settings give no frames on a sensor, with what cures it; null where they do. */
export function encodingProblem(encoding: Session['encoding'], sensor: SensorSize): ErrorData | null {
  try {
    checkEncoding(toEncodingSettings(encoding), sensor);
    return null;
  } catch (error) {
    return toErrorData(error);
  }
}

/** Frames never exceed the sensor: what the settings ask for is cut to what this recording has. */
export function previewFrames(recording: EventView, encoding: Session['encoding']): PreviewFrames {
  const settings = toEncodingSettings(fitToSensor(encoding, recording.events.sensor));
  const { stepCount } = settings;
  const shape = { channels: encoding.channels === 1 ? 1 : 2, ...settings.frame };
  const maxCount = largestCount(encoding);
  const bits = new Uint32Array(stepCount * wordsPerStep({ shape, maxCount }));
  const facts = encodeRecording(recording.events, settings, shape, bits);
  return { shape, stepCount, maxCount, bits, facts, stepBordersUs: stepBorders(settings, facts) };
}
