import { AppError } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { isZip, listZip } from '../../containers/zip.ts';
import { IMPORT_LIMITS } from '../../limits.ts';
import type { DecodeOptions, FormatDecoder } from '../decoder.ts';
import { latin1 } from '../latin1.ts';
import { rolesByName } from '../table/roles.ts';
import { decodeTable, type EventTable } from '../table/table.ts';
import { decodeFrameStack, isFrameStack } from './frameStack.ts';
import { npyTable } from './npy.ts';
import { asRowsOfFour, type NpyArray, readNpyHeader, scanNpy, tableShape } from './npyArray.ts';

/*
 * Archives of arrays. Three layouts hold events: one array per column (t, x, y, p; SpikingJelly), one array that is a
 * table of events (N-ImageNet), and the pair pos, neg with rows x, y, t (ES-ImageNet), where the array is the polarity
 * and t is a step number. One holds frames of counts:
 * an array `frames`, or a single array of any name, T x C x H x W.
 */

async function readMembers(source: ByteSource, options: DecodeOptions): Promise<Map<string, NpyArray>> {
  const arrays = new Map<string, NpyArray>();
  for (const member of await listZip(source, options.signal)) {
    if (!member.path.endsWith('.npy')) continue;
    const array = await readNpyHeader(await member.open(options.signal));
    arrays.set(member.path.slice(0, -'.npy'.length), array);
  }
  return arrays;
}

/** All numbers of one column of an array, in memory; its length is checked against the bytes by scanNpy. */
async function readColumns(array: NpyArray, nanoseconds = -1): Promise<Float64Array[]> {
  const table = tableShape(array);
  if (!table || table.rowCount > IMPORT_LIMITS.setEvents)
    throw notEvents(array.source.name, [array.shape.join('x')]);
  const blocks: Float64Array[][] = table.columnNames.map(() => []);
  await scanNpy(
    array,
    (columns, count) => {
      for (const [i, column] of columns.entries()) blocks[i].push(column.slice(0, count));
    },
    undefined,
    nanoseconds,
  );
  return blocks.map((parts) => {
    const values = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      values.set(part, at);
      at += part.length;
    }
    return values;
  });
}

function notEvents(name: string, members: string[]): AppError {
  const hint = members.includes('frames')
    ? 'Frames are read as arrays T x C x H x W with one or two channels.'
    : 'Save the arrays t, x, y, p, or pos and neg with columns x, y, t.';
  return new AppError(
    'not-events',
    `${name} holds the arrays ${members.slice(0, 8).join(', ') || '(none)'}, which are no events.`,
    hint,
  );
}

async function columnsTable(name: string, arrays: Map<string, NpyArray>): Promise<EventTable> {
  const names = [...arrays.keys()];
  const columns: Float64Array[] = [];
  for (const array of arrays.values()) {
    if (array.shape.length !== 1) throw notEvents(name, names);
    columns.push((await readColumns(array))[0]);
  }
  const lengths = columns.map((column) => column.length);
  if (new Set(lengths).size !== 1) {
    throw new AppError(
      'damaged-file',
      `${name}: the arrays ${names.join(', ')} have ${lengths.join(', ')} entries, but an event needs one of each.`,
      'Save arrays of equal length.',
    );
  }
  return {
    name,
    columnNames: names,
    async scan(visit, nanoseconds = -1) {
      const shown = [...columns];
      if (nanoseconds >= 0) [shown[nanoseconds]] = await readColumns([...arrays.values()][nanoseconds], 0);
      visit(shown, shown[0].length);
    },
  };
}

/** The one array of an archive that is events as it stands: records with the names of columns, or rows of four numbers. */
function singleTable(arrays: Map<string, NpyArray>): NpyArray | undefined {
  const tables = [...arrays.values()].map(asRowsOfFour).filter((array) => {
    const names = tableShape(array)?.columnNames ?? [];
    return rolesByName(names) !== undefined || (names.length === 4 && names[0] === undefined);
  });
  return tables.length === 1 ? tables[0] : undefined;
}

/** pos, then neg, in stable order of t. */
async function signedTable(name: string, pos: NpyArray, neg: NpyArray): Promise<EventTable> {
  const parts = [await readColumns(pos), await readColumns(neg)];
  if (parts.some((columns) => columns.length !== 3)) throw notEvents(name, ['pos', 'neg']);
  const onCount = parts[0][0].length;
  const joined = [0, 1, 2].map((column) => Float64Array.from([...parts[0][column], ...parts[1][column]]));
  const order = Array.from(joined[2], (_, i) => i).sort((a, b) => joined[2][a] - joined[2][b] || a - b);
  const [x, y, t] = joined.map((column) => Float64Array.from(order, (i) => column[i]));
  const p = Float64Array.from(order, (i) => (i < onCount ? 1 : 0));
  const columns = [x, y, t, p];
  return {
    name,
    columnNames: ['x', 'y', 't', 'p'],
    timeUnitUs: 1,
    scan: async (visit) => visit(columns, x.length),
  };
}

export const npz: FormatDecoder = {
  id: 'npz',
  label: 'NumPy archive (.npz)',
  // The name of the first member stands in the head; an archive of recordings has other members.
  detect: (head) => isZip(head) && /^[^\0]{1,64}\.npy/.test(latin1(head.subarray(30, 100))),

  async decode(source, sink, options) {
    const arrays = await readMembers(source, options);
    const names = [...arrays.keys()];
    const pos = arrays.get('pos');
    const neg = arrays.get('neg');
    if (pos && neg) {
      sink.warn('Times are step numbers, not microseconds: choose a step duration of 1 us.');
      await decodeTable(await signedTable(source.name, pos, neg), sink, options);
      return;
    }
    const stack = arrays.get('frames') ?? (names.length === 1 ? arrays.get(names[0]) : undefined);
    if (stack && isFrameStack(stack)) {
      await decodeFrameStack(stack, sink, options);
      return;
    }
    const roles = rolesByName(names);
    const single = roles ? undefined : singleTable(arrays);
    if (single) {
      await decodeTable(npyTable(single), sink, options);
      return;
    }
    if (!roles) throw notEvents(source.name, names);
    const used = new Map(Object.values(roles).map((i) => [names[i], arrays.get(names[i]) as NpyArray]));
    await decodeTable(await columnsTable(source.name, used), sink, options);
  },
};
