import fc from 'fast-check';
import * as h5 from 'h5wasm';
import { describe, expect, it } from 'vitest';
import {
  EVENT_FILE_WRITERS,
  type EventFileWriter,
  type WrittenEvent,
} from '../../testing/eventFileWriters.ts';
import { memorySource } from '../byteSource.ts';
import { collectEvents } from '../collectEvents.ts';
import { eventTuples } from '../testSupport.ts';
import { detectFormat } from './detectFormat.ts';
import { FORMATS } from './index.ts';

await h5.ready;

const hdf5Writer: EventFileWriter = {
  format: 'hdf5',
  variant: 'columns',
  name: 'a.h5',
  limits: { timeUs: 2 ** 50, x: 0x10000, y: 0x10000 },
  write(events) {
    const file = new h5.File('round-trip.h5', 'w');
    const group = file.create_group('events');
    const column = (index: number) => events.map((event) => event[index]);
    group.create_dataset({ name: 't', data: BigInt64Array.from(column(0), BigInt) });
    group.create_dataset({ name: 'x', data: Uint16Array.from(column(1)) });
    group.create_dataset({ name: 'y', data: Uint16Array.from(column(2)) });
    group.create_dataset({ name: 'p', data: Uint8Array.from(column(3)) });
    file.close();
    const { FS } = h5.Module;
    const written = FS.readFile('round-trip.h5').slice();
    FS.unlink('round-trip.h5');
    return written;
  },
};

const WRITERS = [...EVENT_FILE_WRITERS, hdf5Writer];

/** Streams that the format can hold, in the order of time. */
function streams({ timeUs, x, y }: EventFileWriter['limits']) {
  const below = (limit: number) => fc.integer({ min: 0, max: limit - 1 });
  const event = fc.tuple(below(timeUs), below(x), below(y), below(2));
  return fc
    .array(event, { minLength: 1, maxLength: 30 })
    .map((events) => (events as WrittenEvent[]).sort((a, b) => a[0] - b[0]));
}

describe('written and read again', () => {
  it('every format that can be read has a writer', () => {
    const readable = FORMATS.map(({ id }) => id).filter((id) => id !== 'prophesee-raw');
    expect([...new Set(WRITERS.map(({ format }) => format))].sort()).toEqual(readable.sort());
  });

  it.each(WRITERS.map((writer) => [`${writer.format} ${writer.variant}`, writer] as const))(
    '%s',
    async (_, { format, name, limits, write }) => {
      await fc.assert(
        fc.asyncProperty(streams(limits), async (events) => {
          const source = memorySource(name, write(events));
          const decoder = await detectFormat(source);
          expect(decoder.id).toBe(format);
          expect(eventTuples((await collectEvents(decoder, source)).events)).toEqual(events);
        }),
        { seed: 7, numRuns: 25 },
      );
    },
  );
});
