import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileSource } from './fileSource.ts';
import { runCommand } from './main.ts';
import { fakeHost } from './testSupport.ts';

let folder = '';
let good = '';
let broken = '';

// ATIS 40-bit: x, y, polarity and 23 bits of microseconds, big-endian.
const events = [3, 4, 0x80, 0, 10, 5, 6, 0x00, 0, 20];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spikelet-'));
  good = join(folder, 'good.bin');
  broken = join(folder, 'broken.bin');
  await writeFile(good, Uint8Array.from(events));
  await writeFile(broken, '<!DOCTYPE html><title>Not found</title>');
});
afterAll(() => rm(folder, { recursive: true }));

async function inspect(...args: string[]) {
  const { host, written } = fakeHost();
  return { status: await runCommand('inspect', args, host), ...written };
}

describe('npm run inspect', () => {
  it('prints one object for one file', async () => {
    const { status, out } = await inspect(good);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      format: 'atis-bin',
      events: 2,
      tFirstUs: 10,
      tLastUs: 20,
      onEvents: 1,
    });
    expect(JSON.parse(out).sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('prints one object per line for several, and status 1 when one was refused', async () => {
    const { status, out } = await inspect(good, broken, join(folder, 'absent'));
    const reports = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(status).toBe(1);
    expect(reports.map(({ file }) => file)).toEqual([good, broken, join(folder, 'absent')]);
    expect(reports[0].events).toBe(2);
    expect(reports[1].error).toMatchObject({ code: 'not-event-data', offset: 0 });
    expect(reports[2].error).toMatchObject({ code: 'file-unreadable', offset: null });
  });

  it('asks for a file', async () => {
    const { status, out, notes } = await inspect();
    expect([status, out]).toEqual([1, '']);
    expect(notes[0]).toBe('No file was named.');
  });

  it('reads a file by ranges, none beyond its end', async () => {
    const source = await openFileSource(good);
    expect([source.name, source.size]).toEqual(['good.bin', 10]);
    expect([...(await source.read(8, 5))]).toEqual([0, 20]);
    expect((await source.read(10, 5)).length).toBe(0);
    expect((await source.read(25, 5)).length).toBe(0);
    await source.close();
    await expect(openFileSource(folder)).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});
