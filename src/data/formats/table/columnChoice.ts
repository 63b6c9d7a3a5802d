import type { Role, Roles } from './roles.ts';

/** Which column of a table is what, and the unit of its times: what was guessed, or what the visitor said. */
export interface ColumnChoice {
  /** Columns of the files that it holds for; others are guessed. */
  columnCount: number;
  roles: Roles;
  /** Microseconds per unit of time: 0.001 for nanoseconds, 1, 1000 for milliseconds, 1,000,000 for seconds. */
  timeUnitUs: number;
}

/** Units of time that a table can have, microseconds. */
export const TIME_UNITS_US = [0.001, 1, 1000, 1_000_000] as const;

export const ROLES: readonly Role[] = ['t', 'x', 'y', 'p'];

/** True when every role has a column of its own and the unit is one of {@link TIME_UNITS_US}. */
export function isWholeChoice({ columnCount, roles, timeUnitUs }: ColumnChoice): boolean {
  const places = ROLES.map((role) => roles[role]);
  return (
    new Set(places).size === ROLES.length &&
    places.every((place) => Number.isInteger(place) && place >= 0 && place < columnCount) &&
    TIME_UNITS_US.some((unit) => unit === timeUnitUs)
  );
}
