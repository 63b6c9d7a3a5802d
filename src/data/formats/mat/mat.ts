import { AppError } from '../../../core/errors.ts';
import type { FormatDecoder } from '../decoder.ts';
import { latin1 } from '../latin1.ts';
import { type Roles, rolesByName, wholeMicroseconds } from '../table/roles.ts';
import { decodeTable } from '../table/table.ts';
import { type MatNumbers, type MatValue, matVariables } from './matFile.ts';

/*
 * Matlab files of version 5. Four vectors named like t, x, y, p hold the events: as variables (ASL-DVS: ts, x, y,
 * pol), in a struct TD (the ATIS tools; pixels counted from 1), or deeper (jAER: aedat.data.polarity). A struct EM
 * beside TD holds exposure measurements, which are no events.
 */
const ROWS = 1 << 15;

interface Found {
  names: string[];
  vectors: MatNumbers[];
  isOneBased: boolean;
}

/** The vectors of one scope, if they are events. */
function eventsIn(scope: Map<string, MatValue>, scopeName: string): Found | undefined {
  const numeric = [...scope].flatMap(([name, value]) => (value.kind === 'numbers' ? [{ name, value }] : []));
  const names = numeric.map(({ name }) => name);
  const roles: Roles | undefined = rolesByName(names);
  if (!roles) return undefined;
  const used = Object.values(roles).map((i) => numeric[i]);
  return {
    names: used.map(({ name }) => name),
    vectors: used.map(({ value }) => value),
    isOneBased: scopeName === 'TD',
  };
}

function findEvents(scope: Map<string, MatValue>, scopeName = ''): Found | undefined {
  const here = eventsIn(scope, scopeName);
  if (here) return here;
  // TD before its siblings, whatever their order.
  const structs = [...scope].sort(([a], [b]) => Number(b === 'TD') - Number(a === 'TD'));
  for (const [name, value] of structs) {
    if (value.kind !== 'struct' || name === 'EM') continue;
    const found = findEvents(value.fields, name);
    if (found) return found;
  }
  return undefined;
}

export const mat: FormatDecoder = {
  id: 'mat5',
  label: 'Matlab 5 (.mat)',
  detect: (head) => latin1(head.subarray(0, 19)) === 'MATLAB 5.0 MAT-file',

  async decode(source, sink, options) {
    const variables = new Map<string, MatValue>();
    for await (const { name, value } of matVariables(source)) {
      options.signal?.throwIfAborted();
      variables.set(name, value);
    }
    const found = findEvents(variables);
    if (!found) {
      throw new AppError(
        'not-events',
        `${source.name} has the variables ${[...variables.keys()].join(', ') || '(none)'}; none of them holds vectors t, x, y and p.`,
        'Save vectors named t, x, y, p, or a struct with such fields.',
      );
    }
    const { names, vectors, isOneBased } = found;
    const lengths = vectors.map((vector) => vector.length);
    if (new Set(lengths).size !== 1) {
      throw new AppError(
        'damaged-file',
        `${source.name}: the vectors ${names.join(', ')} have ${lengths.join(', ')} entries, but an event needs one of each.`,
        'Save vectors of equal length.',
      );
    }
    const columns = names.map(() => new Float64Array(Math.min(ROWS, lengths[0])));
    await decodeTable(
      {
        name: source.name,
        columnNames: names,
        isOneBased,
        async scan(visit, nanoseconds = -1) {
          for (let row = 0; row < lengths[0]; row += ROWS) {
            const count = Math.min(ROWS, lengths[0] - row);
            for (const [c, vector] of vectors.entries())
              for (let i = 0; i < count; i++)
                columns[c][i] =
                  c === nanoseconds ? wholeMicroseconds(vector.read(row + i)) : vector.read(row + i);
            visit(columns, count);
          }
        },
      },
      sink,
      options,
    );
  },
};
