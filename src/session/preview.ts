import { type FrameShape, wordsPerFrame } from '../core/encodedDataset.ts';
import { encodeRecording } from '../data/encode.ts';
import type { EventView } from './ports.ts';
import type { Session } from './session.ts';

/** The binary frames that the network gets of one recording, made by the encoder that makes the training set. */
export interface PreviewFrames {
  shape: FrameShape;
  stepCount: number;
  /** u32[stepCount][wordsPerFrame(shape)], bits as in core/encodedDataset.ts. */
  bits: Uint32Array;
}

/** Frames never exceed the sensor: what the settings ask for is cut to what this recording has. */
export function previewFrames(recording: EventView, encoding: Session['encoding']): PreviewFrames {
  const { sensor } = recording.events;
  const shape = {
    channels: 2,
    height: Math.min(encoding.height, sensor.height),
    width: Math.min(encoding.width, sensor.width),
  };
  const { stepDurationUs, stepCount } = encoding;
  const bits = new Uint32Array(stepCount * wordsPerFrame(shape));
  encodeRecording(recording.events, { stepDurationUs, stepCount, frame: shape }, shape, bits, 0);
  return { shape, stepCount, bits };
}
