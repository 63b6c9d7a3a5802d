import { describe, expect, it } from 'vitest';
import { accessOf, WRITTEN_BINDINGS } from '../core/plan/passAccess.ts';
import { type BindingRole, readBindingRoles } from '../testing/kernelHead.ts';
import { KERNEL_SOURCES } from './sources.ts';

const ACCESS = {
  reads: 'reads',
  updates: 'updates',
  overwrites: 'writes',
  setsBits: 'writes',
  adds: 'updates',
};

describe('what passes read and write', () => {
  it('is said of no kernel that does not exist', () => {
    expect(Object.keys(WRITTEN_BINDINGS).filter((kernel) => !(kernel in KERNEL_SOURCES))).toEqual([]);
  });

  it.each(Object.keys(KERNEL_SOURCES))('is what the head of %s says', (kernel) => {
    const roles: [string, BindingRole][] = [...readBindingRoles(KERNEL_SOURCES[kernel])];
    expect(roles.map(([binding]) => [binding, accessOf(kernel, binding)])).toEqual(
      roles.map(([binding, role]) => [binding, ACCESS[role]]),
    );
  });
});
