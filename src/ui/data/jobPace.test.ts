import { describe, expect, it } from 'vitest';
import type { DataProgress } from '../../session/ports.ts';
import { formatBytes, formatSeconds } from '../shared/format.ts';
import { paceOf, progressText } from './jobPace.ts';

const MIB = 2 ** 20;
const job = (done: number, total = 100 * MIB): DataProgress => ({ done, total, label: 'x', unit: 'bytes' });
const text = (progress: DataProgress, pace: ReturnType<typeof paceOf>) =>
  progressText(progress, pace, formatBytes, formatSeconds).replaceAll('\u00a0', ' ');

describe('the pace of a job', () => {
  it('gives rate and time left once there is something to go by', () => {
    const first = paceOf(null, job(10 * MIB), 1000);
    expect(text(job(10 * MIB), first)).toBe('10.0 MiB of 100 MiB');
    const soon = paceOf(first, job(12 * MIB), 1200);
    expect(soon.rate).toBeNull();
    const later = paceOf(soon, job(30 * MIB), 3000);
    expect(text(job(30 * MIB), later)).toBe('30.0 MiB of 100 MiB, 10.0 MiB/s, 7 s left');
  });

  it('begins anew for a job of another size, and after a step back', () => {
    const first = paceOf(null, job(0), 0);
    expect(paceOf(first, job(5, 7), 9000)).toMatchObject({ total: 7, startedAtMs: 9000, rate: null });
    const forth = paceOf(null, job(50), 0);
    expect(paceOf(forth, job(10), 9000)).toMatchObject({ startedAtDone: 10, rate: null });
  });

  it('counts things without a unit in whole ones, and says nothing of amounts that are not known', () => {
    const frames = { done: 3.7, total: 12, label: 'x' };
    expect(text(frames, paceOf(null, frames, 0))).toBe('3 of 12');
    expect(text(job(0, 0), paceOf(null, job(0, 0), 0))).toBe('');
  });
});
