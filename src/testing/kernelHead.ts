/** What a kernel's head comment says of a binding. */
export type BindingRole = 'reads' | 'updates' | 'overwrites' | 'setsBits' | 'adds';

const ROLES: Record<string, BindingRole> = {
  Reads: 'reads',
  Updates: 'updates',
  Overwrites: 'overwrites',
  'Sets bits': 'setsBits',
  Adds: 'adds',
};

/** Where the second column of a head comment begins. */
const COLUMN = 16;

/**
 * Reads the table of a kernel's head comment: a role in the first column holds for the bindings that begin the second column,
 * there and in the lines below, until the next word in the first column.
 * @returns Role by binding name; a binding with two roles has the first.
 */
export function readBindingRoles(source: string): Map<string, BindingRole> {
  const roles = new Map<string, BindingRole>();
  const head = source.slice(0, source.search(/^[^/\n]/m)).split('\n');
  let role: BindingRole | undefined;
  for (const line of head) {
    const first = line.slice(2, COLUMN).trim();
    if (first !== '') role = ROLES[first];
    const names = line.slice(COLUMN).match(/^\w+(, \w+)*(?=\s|$)/)?.[0];
    if (!role || !names) continue;
    for (const name of names.split(', ')) if (!roles.has(name)) roles.set(name, role);
  }
  return roles;
}
