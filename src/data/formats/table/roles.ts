import { AppError } from '../../../core/errors.ts';

export type Role = 't' | 'x' | 'y' | 'p';
/** Index of the column that plays each role. */
export type Roles = Record<Role, number>;

const NAMES: Record<Role, RegExp> = {
  t: /^(t|ts|time|times|timestamps?|time_?us|t_?us|timestamp_?us)$/i,
  x: /^(x|xs|x_?pos|col|column|addr_?x)$/i,
  y: /^(y|ys|y_?pos|row|addr_?y)$/i,
  p: /^(p|ps|pol|polarity|polarities|on)$/i,
};

/** What one walk over a column finds out. */
export interface ColumnStatistics {
  count: number;
  min: number;
  max: number;
  /** No value has a fraction. */
  isInteger: boolean;
  /** Every value is a whole number of thousandths, as milliseconds with microsecond resolution are. */
  isThousandths: boolean;
  isNondecreasing: boolean;
  /** Up to three different values; three stand for many. */
  distinct: Set<number>;
  last: number;
}

export function createStatistics(): ColumnStatistics {
  return {
    count: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    isInteger: true,
    isThousandths: true,
    isNondecreasing: true,
    distinct: new Set(),
    last: Number.NEGATIVE_INFINITY,
  };
}

/** Adds the first `count` values of a block. */
export function gather(statistics: ColumnStatistics, values: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const value = values[i];
    if (value < statistics.min) statistics.min = value;
    if (value > statistics.max) statistics.max = value;
    if (!Number.isInteger(value)) {
      statistics.isInteger = false;
      const thousandths = value * 1000;
      if (!(Math.abs(thousandths - Math.round(thousandths)) < 1e-6)) statistics.isThousandths = false;
    }
    if (value < statistics.last) statistics.isNondecreasing = false;
    statistics.last = value;
    if (statistics.distinct.size < 3) statistics.distinct.add(value);
  }
  statistics.count += count;
}

/** The role that a column's name says it has. */
export function roleOfName(name: string): Role | null {
  return (Object.keys(NAMES) as Role[]).find((role) => NAMES[role].test(name.trim())) ?? null;
}

/** Roles by name, if all four are named exactly once. */
export function rolesByName(names: (string | undefined)[]): Roles | undefined {
  const find = (role: Role) => {
    const places = names.flatMap((name, i) =>
      name !== undefined && NAMES[role].test(name.trim()) ? [i] : [],
    );
    return places.length === 1 ? places[0] : -1;
  };
  const roles = { t: find('t'), x: find('x'), y: find('y'), p: find('p') };
  return Object.values(roles).includes(-1) ? undefined : roles;
}

/**
 * Roles by values, for four unnamed columns: time is the one that never falls and spans most; it stands first
 * (t x y p), last (x y p t) or third (x y t p), which are the orders in use, and polarity has at most two values.
 */
function rolesByRange(statistics: ColumnStatistics[]): Roles | undefined {
  const span = (column: ColumnStatistics) => (column.count === 0 ? 0 : column.max - column.min);
  const rising = statistics.flatMap((column, i) => (column.isNondecreasing ? [i] : []));
  const candidates = rising.length > 0 ? rising : statistics.map((_, i) => i);
  // The first of equals: t x y p is the most common order.
  const t = candidates.reduce((best, i) => (span(statistics[i]) > span(statistics[best]) ? i : best));
  const orders: Roles[] = [
    { t: 0, x: 1, y: 2, p: 3 },
    { t: 3, x: 0, y: 1, p: 2 },
    { t: 2, x: 0, y: 1, p: 3 },
  ];
  return orders.find((order) => order.t === t && statistics[order.p].distinct.size <= 2);
}

/** @throws AppError `unknown-columns` when neither names nor values tell. */
export function chooseRoles(
  fileName: string,
  names: (string | undefined)[],
  statistics: ColumnStatistics[],
): Roles {
  const roles = rolesByName(names) ?? (statistics.length === 4 ? rolesByRange(statistics) : undefined);
  if (roles) return roles;
  const shown = names.map((name, i) => name ?? `column ${i + 1}`).join(', ');
  throw new AppError(
    'unknown-columns',
    `${fileName} has the columns ${shown}; which of them are time, x, y and polarity cannot be told.`,
    'Name the columns t, x, y, p in a first line, or order them t x y p.',
  );
}

/** A nanosecond in microseconds, as a unit of time. */
export const NANOSECOND_US = 1e-3;

/** Whole nanoseconds as microseconds, rounded down, exactly: as f64 they would be 100 ns off. */
export function wholeMicroseconds(nanoseconds: number | bigint): number {
  if (typeof nanoseconds === 'number') return Math.floor(nanoseconds / 1000);
  const quotient = nanoseconds / 1000n;
  return Number(nanoseconds % 1000n < 0n ? quotient - 1n : quotient);
}

/** Nanoseconds since 1970 exceed this; microseconds do not. */
const NANOSECONDS_FROM = 1e17;

/**
 * Microseconds per unit. Whole numbers are microseconds (nanoseconds when they are huge); numbers with fractions are
 * milliseconds when all of them are whole thousandths, else seconds.
 */
export function timeScale({ isInteger, isThousandths, max }: ColumnStatistics): number {
  if (isInteger) return max > NANOSECONDS_FROM ? NANOSECOND_US : 1;
  return isThousandths ? 1e3 : 1e6;
}
