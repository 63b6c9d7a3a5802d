import type { ColumnChoice } from '../../session/ports.ts';
import { formatMicroseconds } from '../shared/format.ts';

const numberOf = (field: string) => (/^true$/i.test(field) ? 1 : /^false$/i.test(field) ? 0 : Number(field));

/** How the first event reads with these columns, in a sentence; whether it can be one. */
export function describeFirstEvent(
  rows: readonly string[][],
  { roles, timeUnitUs }: ColumnChoice,
): { text: string; isPossible: boolean } {
  const values = rows.map((row) => ({
    tUs: numberOf(row[roles.t]) * timeUnitUs,
    x: numberOf(row[roles.x]),
    y: numberOf(row[roles.y]),
    p: numberOf(row[roles.p]),
  }));
  for (const axis of ['x', 'y'] as const) {
    const bad = values.find(
      (value) => !Number.isInteger(value[axis]) || value[axis] < 0 || value[axis] > 0xffff,
    );
    if (bad)
      return {
        text: `${axis} would be ${bad[axis]}, but pixels are whole numbers from 0 to 65535.`,
        isPossible: false,
      };
  }
  const [first] = values;
  if (!first) return { text: 'There is no event to look at.', isPossible: false };
  const spanUs = Math.max(...values.map(({ tUs }) => tUs)) - Math.min(...values.map(({ tUs }) => tUs));
  const polarities = [...new Set(values.map(({ p }) => p))].sort((a, b) => a - b);
  const range = `These lines span ${formatMicroseconds(spanUs)}; polarity is ${polarities.join(' or ')}.`;
  return { text: `The first event is at pixel (${first.x}, ${first.y}). ${range}`, isPossible: true };
}
