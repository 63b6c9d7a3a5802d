import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EVENT_FILE_WRITERS,
  type EventFileWriter,
  type WrittenEvent,
} from '../../testing/eventFileWriters.ts';
import { HDF5_WRITER } from '../../testing/hdf5Writer.ts';
import { memorySource } from '../byteSource.ts';
import { collectEvents } from '../collectEvents.ts';
import { eventTuples } from '../testSupport.ts';
import { detectFormat } from './detectFormat.ts';
import { FORMATS } from './index.ts';

const WRITERS = [...EVENT_FILE_WRITERS, HDF5_WRITER];

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
