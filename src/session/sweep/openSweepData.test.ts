import { describe, expect, it } from 'vitest';
import type { EncodedDataset } from '../../core/encodedDataset.ts';
import type { DataSummary } from '../ports.ts';
import { type OwnData, openSweepData, type SweepDataSource } from './openSweepData.ts';
import { smallBase } from './testSupport.ts';

const dataset = {
  kind: 'events',
  name: 'Saccade digits',
  fingerprint: 'f'.repeat(64),
  synthetic: true,
  shape: { channels: 2, height: 34, width: 34 },
  stepCount: 4,
  classNames: Array.from({ length: 10 }, (_, i) => String(i)),
  bits: new Uint32Array(2 * 4 * 73),
  pixels: null,
  labels: Int32Array.of(0, 1),
  split: Uint8Array.of(0, 1),
} as EncodedDataset;

const summary = {
  kind: 'events',
  name: 'Saccade digits',
  sensor: { width: 34, height: 34 },
  channels: 2,
  classes: Array.from({ length: 10 }, (_, i) => ({ name: String(i), train: 1, test: 1 })),
} as DataSummary;

function source(hasFiles: boolean, encode = async () => dataset) {
  const log: string[] = [];
  const port = (name: string) =>
    ({
      generate: async () => {
        log.push(`${name} generates`);
        return summary;
      },
      encode: () => {
        log.push(`${name} encodes`);
        return encode();
      },
      dispose: () => void log.push(`${name} ends`),
    }) as unknown as OwnData;
  const parts: SweepDataSource = {
    page: port('page'),
    hasFiles: () => hasFiles,
    startOwn: () => port('own'),
  };
  return { parts, log };
}

describe('the recordings of a sweep', () => {
  it('are made by a worker of its own where the page can make them, which ends in any case', async () => {
    const { parts, log } = source(true);
    const { base, meta } = await openSweepData(parts, smallBase(), {});
    expect(log).toEqual(['own generates', 'own encodes', 'own ends']);
    expect([base.data.name, meta.classCount]).toEqual(['Saccade digits', 10]);
    const broken = source(true, () => Promise.reject(new Error('no memory')));
    await expect(openSweepData(broken.parts, smallBase(), {})).rejects.toThrow('no memory');
    expect(broken.log.at(-1)).toBe('own ends');
  });

  it('are the page’s where they are files, which are nowhere else', async () => {
    const base = smallBase({ data: 'files' });
    const { parts, log } = source(true);
    await openSweepData(parts, base, {});
    expect(log).toEqual(['page encodes']);
    await expect(openSweepData(source(false).parts, base, {})).rejects.toMatchObject({
      code: 'no-recordings',
    });
  });
});
