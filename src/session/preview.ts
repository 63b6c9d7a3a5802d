import { type FrameShape, wordsPerStep } from '../core/encodedDataset.ts';
import type { SensorSize } from '../core/eventStream.ts';
import { type EncodingFacts, encodeRecording } from '../data/encoding/encodeRecording.ts';
import { type EncodingSettings, largestCount } from '../data/encoding/settings.ts';
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

/** Frames never exceed the sensor: what the settings ask for is cut to what this recording has. */
export function previewFrames(recording: EventView, encoding: Session['encoding']): PreviewFrames {
  const settings = toEncodingSettings(fitToSensor(encoding, recording.events.sensor));
  const { stepCount } = settings;
  const shape = { channels: encoding.channels === 1 ? 1 : 2, ...settings.frame };
  const maxCount = largestCount(encoding);
  const bits = new Uint32Array(stepCount * wordsPerStep({ shape, maxCount }));
  const facts = encodeRecording(recording.events, settings, shape, bits);
  return { shape, stepCount, maxCount, bits, facts };
}
