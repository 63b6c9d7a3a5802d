import type { SensorSize } from '../../core/eventStream.ts';

/** Pixel arrays that event cameras and data sets really have, small to large. */
export const KNOWN_SENSORS: readonly SensorSize[] = [
  { width: 34, height: 34 },
  { width: 128, height: 128 },
  { width: 240, height: 180 },
  { width: 304, height: 240 },
  { width: 320, height: 240 },
  { width: 346, height: 260 },
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
];

export const DVS128: SensorSize = { width: 128, height: 128 };
export const DAVIS208: SensorSize = { width: 208, height: 192 };
export const DAVIS240: SensorSize = { width: 240, height: 180 };
export const DAVIS346: SensorSize = { width: 346, height: 260 };
export const DAVIS640: SensorSize = { width: 640, height: 480 };

/**
 * The smallest candidate that holds every event, for files that do not name their sensor; one recording need not reach
 * the border, so its largest coordinates alone are no measure. Without a candidate that is large enough: just enough.
 */
export function inferSensor(maxX: number, maxY: number, candidates = KNOWN_SENSORS): SensorSize {
  const fits = candidates.find(({ width, height }) => maxX < width && maxY < height);
  return fits ?? { width: maxX + 1, height: maxY + 1 };
}

/** Sensor of a camera by the name that file headers give it; undefined for names that say nothing. */
export function sensorOfCamera(name: string): SensorSize | undefined {
  if (/dvs_?128|davis\w*128/i.test(name)) return DVS128;
  if (/davis_?208/i.test(name)) return DAVIS208;
  if (/davis_?240|sbret/i.test(name)) return DAVIS240;
  if (/davis_?346/i.test(name)) return DAVIS346;
  if (/davis\w*640/i.test(name)) return DAVIS640;
  return undefined;
}
