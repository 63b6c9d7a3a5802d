import { describe, expect, it } from 'vitest';
import { createProgress } from './commandHost.mjs';

function fakeStream(terminal: { columns: number } | null) {
  const stream = {
    text: '',
    isTTY: terminal !== null,
    columns: terminal?.columns,
    write: (text: string) => text,
  };
  stream.write = (text) => {
    stream.text += text;
    return text;
  };
  return stream;
}

describe('progress', () => {
  it('writes a line whenever the tenth changes where there is no terminal', () => {
    const stream = fakeStream(null);
    const { show, clear } = createProgress(stream as never);
    for (const fraction of [0, 0.05, 0.1, 0.15, 1, 1.5]) show(fraction, `at ${fraction}`);
    clear();
    expect(stream.text).toBe('0 % at 0\n10 % at 0.1\n100 % at 1\n');
  });

  it('starts again for the next piece of work', () => {
    const stream = fakeStream(null);
    const { show } = createProgress(stream as never);
    show(1, 'first');
    show(0, 'second');
    expect(stream.text).toBe('100 % first\n0 % second\n');
  });

  it('overwrites one bar on a terminal, never wider than it, and makes room', () => {
    const stream = fakeStream({ columns: 60 });
    const { show, clear } = createProgress(stream as never);
    show(0.5, 'half, and a label that is much too long for one line of this terminal');
    const [line] = stream.text.split('\r\u001b[K').slice(1);
    expect(line).toContain(`[${'#'.repeat(15)}${'.'.repeat(15)}] half`);
    expect(line.length).toBeLessThan(60);
    clear();
    expect(stream.text.endsWith('\r\u001b[K')).toBe(true);
    expect(stream.text).not.toContain('\n');
  });
});
