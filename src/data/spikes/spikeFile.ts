import type { Dataset, Group } from 'h5wasm';
import { AppError } from '../../core/errors.ts';
import { halfToNumber } from '../../core/halfFloat.ts';
import type { ByteSource } from '../byteSource.ts';
import { installFilters } from '../formats/hdf5/hdf5Filters.ts';
import { withHdf5File } from '../formats/hdf5/hdf5Library.ts';

/*
 * Spike trains in HDF5, many samples per file (SHD, SSC): spikes/times and spikes/units hold one list of variable
 * length per sample, seconds as 16-bit floats and channel numbers; labels holds one number per sample; extra/keys names
 * the classes.
 */

/** Samples read from the file at a time: some megabytes. */
const SAMPLES_AT_ONCE = 64;
/** The library's number for floating-point types, and for whole numbers. */
const FLOAT = 1;
const INTEGER = 0;

/** One sample: spike i is at `tUs[i]` in channel `unit[i]`. */
export interface SpikeTrain {
  label: number;
  tUs: Float64Array;
  unit: Uint16Array;
}

/** An opened file of spike trains. */
export interface SpikeFile {
  sampleCount: number;
  /** Name of every label, where the file gives them; else empty. */
  classNames: string[];
  /** The samples in the order of the file. @throws AppError `damaged-file` */
  samples(): Generator<SpikeTrain>;
}

type Lists = ArrayLike<number | bigint>[];

function isDataset(entity: unknown): entity is Dataset {
  return (entity as { type?: string } | null)?.type === 'Dataset';
}

function damaged(name: string, what: string): AppError {
  return new AppError('damaged-file', `${name}: ${what}.`, 'Copy or download the file again.');
}

/**
 * Reader for the lists of a data set of variable-length lists; null where it is none. The library knows no 16-bit
 * floats: they are read as whole numbers and unpacked here.
 */
function listReader(dataset: Dataset): ((start: number, stop: number) => Lists) | null {
  const element = dataset.metadata.vlen_type;
  if (!element || (element.type !== FLOAT && element.type !== INTEGER)) return null;
  const isHalf = element.type === FLOAT && element.size === 2;
  if (isHalf) element.type = INTEGER;
  return (start, stop) => {
    const lists = dataset.slice([[start, stop]]) as unknown as Lists;
    return isHalf ? lists.map((list) => Array.from(list, (bits) => halfToNumber(Number(bits)))) : lists;
  };
}

/**
 * Opens a file of spike trains for the time of `use`, which gets null where the HDF5 file holds something else.
 * @throws AppError `damaged-file`, `file-too-large`, `truncated-file`; the signal's reason.
 */
export function withSpikeFile<T>(
  source: ByteSource,
  signal: AbortSignal | undefined,
  use: (file: SpikeFile | null) => Promise<T>,
): Promise<T> {
  return withHdf5File(source, signal, async (file, library) => {
    const lists = file.keys().includes('spikes')
      ? ['spikes/times', 'spikes/units'].map((path) => file.get(path))
      : [];
    const filters = lists.filter(isDataset).flatMap((dataset) => dataset.filters);
    await installFilters(await library.ready, filters, source.name);
    return use(openSpikes(source.name, file));
  });
}

function openSpikes(name: string, file: Group): SpikeFile | null {
  const find = (path: string) => (file.keys().includes(path.split('/')[0]) ? file.get(path) : null);
  const [times, units, labels] = ['spikes/times', 'spikes/units', 'labels'].map(find);
  if (!isDataset(times) || !isDataset(units)) return null;
  const readTimes = listReader(times);
  const readUnits = listReader(units);
  if (!readTimes || !readUnits) return null;
  const sampleCount = times.shape?.[0] ?? 0;
  const labelCount = isDataset(labels) ? (labels.shape?.[0] ?? 0) : 0;
  const unitCount = units.shape?.[0] ?? 0;
  if (!isDataset(labels) || labelCount !== sampleCount || unitCount !== sampleCount) {
    const found = `${sampleCount} lists of times, ${unitCount} of units and ${labelCount} labels`;
    throw damaged(name, `it has ${found}, but every sample needs one of each`);
  }
  const labelOf = labels.value as unknown as ArrayLike<number | bigint>;
  return {
    sampleCount,
    classNames: classNamesOf(find('extra/keys')),
    *samples() {
      for (let start = 0; start < sampleCount; start += SAMPLES_AT_ONCE) {
        const stop = Math.min(sampleCount, start + SAMPLES_AT_ONCE);
        const timeLists = readTimes(start, stop);
        const unitLists = readUnits(start, stop);
        for (let i = 0; i < stop - start; i++)
          yield trainOf(name, start + i, Number(labelOf[start + i]), timeLists[i], unitLists[i]);
      }
    },
  };
}

function classNamesOf(keys: unknown): string[] {
  const names = isDataset(keys) ? keys.value : null;
  return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : [];
}

function trainOf(
  name: string,
  index: number,
  label: number,
  times: ArrayLike<number | bigint>,
  units: ArrayLike<number | bigint>,
): SpikeTrain {
  if (times.length !== units.length)
    throw damaged(name, `sample ${index} has ${times.length} times and ${units.length} units`);
  if (!Number.isInteger(label) || label < 0)
    throw damaged(name, `sample ${index} has the label ${label}; labels are whole numbers from 0`);
  const train = { label, tUs: new Float64Array(times.length), unit: new Uint16Array(times.length) };
  for (let i = 0; i < times.length; i++) {
    const tUs = Math.round(Number(times[i]) * 1e6);
    const unit = Number(units[i]);
    if (!Number.isSafeInteger(tUs) || !(unit >= 0 && unit <= 0xffff))
      throw damaged(name, `spike ${i} of sample ${index} is at ${times[i]} s in channel ${unit}`);
    train.tUs[i] = tUs;
    train.unit[i] = unit;
  }
  return train;
}
