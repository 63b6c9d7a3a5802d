import { describe, expect, it } from 'vitest';
import { undoKey } from './useUndoKeys.ts';

const press = (key: string, held: { ctrl?: boolean; meta?: boolean; alt?: boolean; shift?: boolean }) =>
  undoKey({
    key,
    ctrlKey: held.ctrl ?? false,
    metaKey: held.meta ?? false,
    altKey: held.alt ?? false,
    shiftKey: held.shift ?? false,
  });

describe('keys of undo and redo', () => {
  it.each([
    ['z', { ctrl: true }, 'undo'],
    ['z', { meta: true }, 'undo'],
    ['Z', { ctrl: true, shift: true }, 'redo'],
    ['Z', { meta: true, shift: true }, 'redo'],
    ['y', { ctrl: true }, 'redo'],
    ['z', {}, null],
    ['y', { ctrl: true, shift: true }, null],
    ['z', { ctrl: true, alt: true }, null],
    ['x', { ctrl: true }, null],
  ])('%s with %o asks for %s', (key, held, wanted) => {
    expect(press(key, held)).toBe(wanted);
  });
});
