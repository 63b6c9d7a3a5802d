import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordsPerStep } from '../../core/encodedDataset.ts';
import type { EventStream } from '../../core/eventStream.ts';
import { asBatch, factsOf, type StreamedEvents } from '../streamedEvents.ts';
import { encodeRecording } from './encodeRecording.ts';
import { encodeStreamed } from './encodeStreamed.ts';
import {
  BINNING_RULES,
  checkEncoding,
  completeSettings,
  type EncodingSettings,
  largestCount,
} from './settings.ts';

const SENSOR = { width: 12, height: 9 };

/** The events in batches of these sizes, the rest at last. */
function streamOf(events: EventStream, sizes: number[]): StreamedEvents {
  const { count, tUs, x, y, polarity } = asBatch(events);
  return {
    facts: factsOf({ events }),
    async forEachBatch(visit) {
      let from = 0;
      for (const size of [...sizes, count]) {
        const to = Math.min(count, from + size);
        visit({
          count: to - from,
          tUs: tUs.slice(from, to),
          x: x.slice(from, to),
          y: y.slice(from, to),
          polarity: polarity.slice(from, to),
        });
        from = to;
      }
    },
  };
}

const event = fc.tuple(
  fc.integer({ min: 0, max: 400 }),
  // Some lie outside the sensor.
  fc.integer({ min: 0, max: 13 }),
  fc.integer({ min: 0, max: 10 }),
  fc.integer({ min: 0, max: 1 }),
);

describe('a recording that is too long for memory', () => {
  it('gives the frames of one in memory, to the last bit and count, under every setting', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 120 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 5 }),
        fc.record({
          binning: fc.constantFrom(...BINNING_RULES),
          maxCount: fc.integer({ min: 1, max: 5 }),
          stepCount: fc.integer({ min: 1, max: 6 }),
          stepDurationUs: fc.integer({ min: 1, max: 90 }),
          startUs: fc.constantFrom(0, 0, 30),
          denoiseUs: fc.constantFrom(0, 0, 50),
          reduction: fc.constantFrom('or' as const, 'crop' as const, 'centre' as const),
          polarity: fc.constantFrom('both' as const, 'merged' as const),
        }),
        fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
        async (rows, sizes, chosen, originUs) => {
          const settings: EncodingSettings = { ...chosen, frame: { height: 5, width: 7 } };
          const events: EventStream = {
            sensor: SENSOR,
            ...(originUs !== undefined && { originUs }),
            tUs: Float64Array.from(rows, ([t]) => t),
            x: Uint16Array.from(rows, ([, x]) => x),
            y: Uint16Array.from(rows, ([, , y]) => y),
            polarity: Uint8Array.from(rows, ([, , , p]) => p),
          };
          const shape = checkEncoding(settings, SENSOR);
          const maxCount = largestCount(completeSettings(settings));
          const words = settings.stepCount * wordsPerStep({ shape, maxCount });
          const [whole, streamed] = [new Uint32Array(words), new Uint32Array(words)];
          const facts = encodeRecording(events, settings, shape, whole);
          const found = await encodeStreamed(streamOf(events, sizes), events, settings, shape, streamed);
          expect(streamed).toEqual(whole);
          expect(found).toEqual(facts);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });
});
