import { AppError } from '../../../core/errors.ts';
import type { SensorSize } from '../../../core/eventStream.ts';
import type { DecodeOptions, EventSink } from '../decoder.ts';
import { createEventWriter } from '../eventBuffer.ts';
import { inferSensor } from '../sensors.ts';
import {
  type ColumnStatistics,
  chooseRoles,
  createStatistics,
  gather,
  NANOSECOND_US,
  type Role,
  type Roles,
  timeScale,
} from './roles.ts';

/**
 * Rows of numbers that are events: arrays, text, Matlab and HDF5 files. `scan` walks all rows in order, in blocks of
 * bounded size, and can be called again; columns are f64[count] and may be reused after the call.
 */
export interface EventTable {
  name: string;
  /** Undefined where the file does not name its columns. */
  columnNames: (string | undefined)[];
  scan(
    visit: (columns: readonly Float64Array[], count: number) => void,
    /** A column of whole nanoseconds that is handed on in microseconds, rounded down: too large for f64 as they are. */
    nanoseconds?: number,
  ): Promise<void>;
  /** The sensor where the file states it. */
  sensor?: (maxX: number, maxY: number) => SensorSize;
  /** Matlab structures count pixels from 1. */
  isOneBased?: boolean;
  /** Microseconds per unit of time where the file states it; else it is found from the values. */
  timeUnitUs?: number;
  /** Which column is which, where that is known; else it is found from names and values. */
  roles?: Roles;
  /** Added to every time, microseconds. */
  timeOffsetUs?: number;
}

function checkColumn(
  table: EventTable,
  role: Role,
  statistics: ColumnStatistics,
  low: number,
  high: number,
): void {
  const { min, max, isInteger } = statistics;
  if (statistics.count === 0 || (isInteger && min >= low && max <= high)) return;
  throw new AppError(
    'bad-column',
    `${table.name}: the column for ${role} has values from ${min} to ${max}${isInteger ? '' : ', some with fractions'}; allowed are whole numbers from ${low} to ${high}.`,
    'Name the columns t, x, y, p in a first line, or order them t x y p.',
  );
}

/**
 * Turns a table into events. A first walk finds out which column is which (by name, else by range) and the unit of
 * time; the second one hands the events on.
 * @throws AppError `unknown-columns`, `bad-column`, and what `scan` throws.
 */
export async function decodeTable(table: EventTable, sink: EventSink, options: DecodeOptions): Promise<void> {
  const statistics = table.columnNames.map(createStatistics);
  let damage: unknown;
  try {
    await table.scan((columns, count) => {
      options.signal?.throwIfAborted();
      for (const [i, column] of columns.entries()) gather(statistics[i], column, count);
    });
  } catch (error) {
    // A damaged end: what stands before it is handed on first, then the second walk throws.
    options.signal?.throwIfAborted();
    if (!(error instanceof AppError) || error.code !== 'truncated-file') throw error;
    damage = error;
  }
  const roles = table.roles ?? chooseRoles(table.name, table.columnNames, statistics);
  const base = table.isOneBased ? 1 : 0;
  checkColumn(table, 'x', statistics[roles.x], base, 0xffff + base);
  checkColumn(table, 'y', statistics[roles.y], base, 0xffff + base);
  const maxX = Math.max(0, statistics[roles.x].max - base);
  const maxY = Math.max(0, statistics[roles.y].max - base);
  sink.sensor(options.sensor ?? table.sensor?.(maxX, maxY) ?? inferSensor(maxX, maxY), 'identity');

  const scale = table.timeUnitUs ?? timeScale(statistics[roles.t]);
  const isNanoseconds = scale === NANOSECOND_US;
  const offsetUs = table.timeOffsetUs ?? 0;
  const polarity = statistics[roles.p];
  // {1, 2} is OFF, ON (Matlab readers of N-MNIST); everywhere else ON is what is above zero.
  const offUpTo = polarity.min === 1 && polarity.max === 2 ? 1 : 0;
  const writer = createEventWriter(sink);
  try {
    await table.scan(
      (columns, count) => {
        options.signal?.throwIfAborted();
        for (let i = 0; i < count; i++) {
          const time = columns[roles.t][i];
          const tUs = (isNanoseconds ? time : Math.round(time * scale)) + offsetUs;
          writer.push(
            tUs,
            columns[roles.x][i] - base,
            columns[roles.y][i] - base,
            columns[roles.p][i] > offUpTo ? 1 : 0,
          );
        }
      },
      isNanoseconds ? roles.t : -1,
    );
  } finally {
    writer.flush();
  }
  if (damage) throw damage;
}
