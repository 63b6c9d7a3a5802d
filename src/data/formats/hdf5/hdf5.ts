import type { Dataset, Group } from 'h5wasm';
import { AppError } from '../../../core/errors.ts';
import type { SensorSize } from '../../../core/eventStream.ts';
import { createPacer } from '../../pacer.ts';
import type { FormatDecoder } from '../decoder.ts';
import { latin1 } from '../latin1.ts';
import { rolesByName, wholeMicroseconds } from '../table/roles.ts';
import { decodeTable, type EventTable } from '../table/table.ts';
import { installFilters } from './hdf5Filters.ts';
import { withHdf5File } from './hdf5Library.ts';

/*
 * HDF5. Events are found by shape and name, in three layouts:
 *
 *   a group with four 1-D data sets named like t, x, y, p (DSEC, M3ED; a scalar t_offset beside it is added)
 *   a compound data set with such fields (Prophesee's CD/events; the attribute `geometry` is the sensor)
 *   a data set of N rows of four numbers (MVSEC), or of four rows of N
 */
const SIGNATURE = '\x89HDF\r\n\x1a\n';
/** Also MAT 7.3 files, which have a block of text in front. */
const SIGNATURE_OFFSETS = [0, 512, 1024, 2048];
const ROWS = 1 << 15;
const MAX_DEPTH = 6;
const MAX_OBJECTS = 2000;

type Numbers = ArrayLike<number | bigint>;

interface Candidate {
  path: string;
  columnNames: (string | undefined)[];
  rowCount: number;
  datasets: Dataset[];
  /** Matlab structures count pixels from 1. */
  isOneBased?: boolean;
  /** Writes rows start .. start+count-1 into f64 columns. @param nanoseconds See EventTable.scan. */
  read(start: number, columns: Float64Array[], count: number, nanoseconds: number): void;
}

function isDataset(entity: unknown): entity is Dataset {
  return (entity as { type?: string } | null)?.type === 'Dataset';
}

function isGroup(entity: unknown): entity is Group {
  return (entity as { type?: string } | null)?.type === 'Group';
}

function slice(dataset: Dataset, ranges: [number, number][]): unknown {
  const values = dataset.slice(ranges);
  if (values === null) throw new Error(`data set ${dataset.path} has no data`);
  return values;
}

/** Entries of a vector: one axis, or two of which one has length 1, as Matlab writes them. Undefined for anything else. */
function vectorLength(shape: number[]): number | undefined {
  if (shape.length === 1) return shape[0];
  if (shape.length === 2 && Math.min(...shape) === 1) return Math.max(...shape);
  return undefined;
}

/** Four data sets of one group. */
function columnsCandidate(path: string, group: Group): Candidate | undefined {
  const names = group.keys();
  const roles = rolesByName(names);
  if (!roles) return undefined;
  const used = Object.values(roles).map((i) => names[i]);
  const datasets = used.map((name) => group.get(name));
  if (!datasets.every(isDataset)) return undefined;
  const lengths = datasets.map(({ shape }) => vectorLength(shape ?? []));
  const [rowCount] = lengths;
  if (rowCount === undefined || lengths.some((length) => length !== rowCount)) return undefined;
  return {
    path,
    columnNames: used,
    rowCount,
    datasets,
    // As in Matlab files of version 5.
    isOneBased: /(^|\/)TD$/.test(path),
    read(start, columns, count, nanoseconds) {
      for (const [c, dataset] of datasets.entries()) {
        // Matlab writes vectors with two axes, one of them of length 1.
        const ranges = (dataset.shape ?? []).map((side): [number, number] =>
          side === rowCount ? [start, start + count] : [0, 1],
        );
        const values = slice(dataset, ranges) as Numbers;
        const toNumber = c === nanoseconds ? wholeMicroseconds : Number;
        for (let i = 0; i < count; i++) columns[c][i] = toNumber(values[i]);
      }
    },
  };
}

/** A field of a compound row: the library hands on arrays of one entry. */
function oneValue(field: unknown): number | bigint {
  return typeof field === 'object' ? (field as Numbers)[0] : (field as number | bigint);
}

/** One data set: compound with named fields, or rows of four numbers. */
function datasetCandidate(path: string, dataset: Dataset): Candidate | undefined {
  const shape = dataset.shape ?? [];
  const members = dataset.metadata.compound_type?.members;
  if (members && shape.length === 1) {
    const names = members.map((member) => member.name);
    if (!rolesByName(names)) return undefined;
    return {
      path,
      columnNames: names,
      rowCount: shape[0],
      datasets: [dataset],
      read(start, columns, count, nanoseconds) {
        const rows = slice(dataset, [[start, start + count]]) as (number | bigint)[][];
        for (const [c, column] of columns.entries()) {
          const toNumber = c === nanoseconds ? wholeMicroseconds : Number;
          for (let i = 0; i < count; i++) column[i] = toNumber(oneValue(rows[i][c]));
        }
      },
    };
  }
  const isNumeric = dataset.metadata.type === 0 || dataset.metadata.type === 1;
  if (!isNumeric || shape.length !== 2 || !shape.includes(4)) return undefined;
  // Four rows of N numbers are the same, the other way round.
  const isWide = shape[1] !== 4;
  return {
    path,
    columnNames: [undefined, undefined, undefined, undefined],
    rowCount: isWide ? shape[1] : shape[0],
    datasets: [dataset],
    read(start, columns, count, nanoseconds) {
      const ranges: [number, number][] = [
        [start, start + count],
        [0, 4],
      ];
      const values = slice(dataset, isWide ? ranges.reverse() : ranges) as Numbers;
      const [rowStride, columnStride] = isWide ? [1, count] : [4, 1];
      for (const [c, column] of columns.entries()) {
        const toNumber = c === nanoseconds ? wholeMicroseconds : Number;
        for (let i = 0; i < count; i++) column[i] = toNumber(values[i * rowStride + c * columnStride]);
      }
    },
  };
}

/** Everything that looks like events, in the order of the paths. Links that point back up end at the depth limit. */
function findCandidates(root: Group): Candidate[] {
  const found: Candidate[] = [];
  let visited = 0;
  function walk(group: Group, path: string, depth: number): void {
    const here = columnsCandidate(path || '/', group);
    if (here) {
      found.push(here);
      return;
    }
    for (const name of group.keys()) {
      if (++visited > MAX_OBJECTS) return;
      const entity = group.get(name);
      if (isDataset(entity)) {
        const candidate = datasetCandidate(`${path}/${name}`, entity);
        if (candidate) found.push(candidate);
      } else if (isGroup(entity) && depth < MAX_DEPTH) walk(entity, `${path}/${name}`, depth + 1);
    }
  }
  walk(root, '', 0);
  return found;
}

/** A scalar t_offset beside the group of the events (DSEC). */
function timeOffset(root: Group): number {
  const offset = root.keys().includes('t_offset') ? root.get('t_offset') : null;
  if (!isDataset(offset)) return 0;
  const value = Number(offset.value);
  return Number.isFinite(value) ? value : 0;
}

const isSide = (side: number) => Number.isInteger(side) && side > 0 && side <= 0xffff;

function sensorOf(width: number, height: number): SensorSize | undefined {
  return isSide(width) && isSide(height) ? { width, height } : undefined;
}

/** A data set of one number beside the events. */
function scalarIn(group: Group | null, name: string): number {
  const entity = group?.keys().includes(name) ? group.get(name) : null;
  return isDataset(entity) && (entity.metadata.total_size ?? 1) === 1
    ? Number([entity.value as unknown].flat()[0])
    : Number.NaN;
}

/**
 * The sensor as files state it: an attribute `geometry` (640x480; Prophesee), an attribute `sensor_resolution` (height,
 * width), or data sets `width` and `height` in the group of the events.
 */
function statedSensor(file: Group, { path, datasets }: Candidate): SensorSize | undefined {
  for (const { attrs } of [file, ...datasets]) {
    const match = /^(\d{1,5})x(\d{1,5})$/.exec(String(attrs.geometry?.value ?? ''));
    if (match) return sensorOf(Number(match[1]), Number(match[2]));
    const resolution = attrs.sensor_resolution?.value as Numbers | undefined;
    if (resolution?.length === 2) return sensorOf(Number(resolution[1]), Number(resolution[0]));
  }
  const group = path === '/' ? file : file.get(path);
  if (!isGroup(group)) return undefined;
  const [width, height] = ['width', 'height'].map((name) => scalarIn(group, name));
  return sensorOf(width, height);
}

function notEvents(fileName: string, root: Group): AppError {
  const spikes = root.keys().includes('spikes');
  return new AppError(
    'not-events',
    spikes
      ? `${fileName} holds spike trains of many samples (as SHD and SSC do), not one recording.`
      : `${fileName} has no data sets t, x, y and p; it holds ${root.keys().slice(0, 8).join(', ') || 'nothing'}.`,
    spikes
      ? 'Drop it on the page without recordings of a camera beside it: it is read as a set of its own.'
      : 'Choose the recording of a camera with time, x, y and polarity.',
  );
}

/** True for the first bytes of an HDF5 file. */
export function detectsHdf5(head: Uint8Array): boolean {
  return SIGNATURE_OFFSETS.some((at) => latin1(head.subarray(at, at + SIGNATURE.length)) === SIGNATURE);
}

export const hdf5: FormatDecoder = {
  id: 'hdf5',
  label: 'HDF5 (.h5, .hdf5)',
  detect: detectsHdf5,

  async decode(source, sink, options) {
    await withHdf5File(source, options.signal, async (file, library) => {
      const candidates = findCandidates(file);
      if (candidates.length === 0) throw notEvents(source.name, file);
      const [chosen] = candidates;
      if (candidates.length > 1)
        sink.warn(
          `The file has events in ${candidates.map(({ path }) => path).join(', ')}; only ${chosen.path} is read.`,
        );
      const filters = chosen.datasets.flatMap((dataset) => dataset.filters);
      await installFilters(await library.ready, filters, `${source.name}: ${chosen.path}`);
      const stated = statedSensor(file, chosen);
      const columns = chosen.columnNames.map(() => new Float64Array(Math.min(ROWS, chosen.rowCount)));
      const table: EventTable = {
        name: source.name,
        columnNames: chosen.columnNames,
        sensor: stated && (() => stated),
        timeOffsetUs: timeOffset(file),
        isOneBased: chosen.isOneBased,
        async scan(visit, nanoseconds = -1) {
          const pacer = createPacer(options.signal);
          for (let row = 0; row < chosen.rowCount; row += ROWS) {
            await pacer.pause();
            options.onProgress?.(Math.floor((source.size * row) / chosen.rowCount));
            const count = Math.min(ROWS, chosen.rowCount - row);
            chosen.read(row, columns, count, nanoseconds);
            visit(columns, count);
          }
        },
      };
      await decodeTable(table, sink, options);
    });
  },
};
