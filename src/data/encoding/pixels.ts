import type { FrameShape } from '../../core/encodedDataset.ts';
import type { SensorSize } from '../../core/eventStream.ts';
import type { CompleteSettings } from './settings.ts';

/** Column and row of a frame for every column and row of the sensor; -1 where they are left out. */
export interface PixelMap {
  columnOf: Int32Array;
  rowOf: Int32Array;
}

/** floor(i * size / sensorSide): neighbouring pixels share one. */
function scaled(sensorSide: number, size: number): Int32Array {
  return Int32Array.from({ length: sensorSide }, (_, i) => Math.floor((i * size) / sensorSide));
}

/** Pixels first .. first + size - 1 as they are. */
function cut(sensorSide: number, size: number, first: number): Int32Array {
  return Int32Array.from({ length: sensorSide }, (_, i) => (i >= first && i < first + size ? i - first : -1));
}

/**
 * Where sensor pixels go. `or`: pixel i of a side falls on floor(i * frame / sensor), pixels that share one are combined.
 * `crop`: the part that begins at (cropX, cropY). `centre`: the part that begins at floor((sensor - frame) / 2).
 */
export function mapPixels(
  sensor: SensorSize,
  { height, width }: FrameShape,
  { reduction, cropX, cropY }: CompleteSettings,
): PixelMap {
  if (reduction === 'or')
    return { columnOf: scaled(sensor.width, width), rowOf: scaled(sensor.height, height) };
  const isCentre = reduction === 'centre';
  const left = isCentre ? Math.floor((sensor.width - width) / 2) : cropX;
  const top = isCentre ? Math.floor((sensor.height - height) / 2) : cropY;
  return { columnOf: cut(sensor.width, width, left), rowOf: cut(sensor.height, height, top) };
}
