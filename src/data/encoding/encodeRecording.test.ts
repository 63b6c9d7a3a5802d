import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FrameShape,
  frameBit,
  planesFor,
  wordsPerFrame,
  wordsPerStep,
} from '../../core/encodedDataset.ts';
import type { AppError } from '../../core/errors.ts';
import type { EventStream, SensorSize } from '../../core/eventStream.ts';
import { denoise } from './denoise.ts';
import { encodeRecording } from './encodeRecording.ts';
import {
  BINNING_RULES,
  checkEncoding,
  completeSettings,
  type EncodingSettings,
  largestCount,
} from './settings.ts';

type EventTuple = [tUs: number, x: number, y: number, polarity: number];

const SENSOR: SensorSize = { width: 8, height: 6 };

function streamOf(events: EventTuple[], sensor = SENSOR): EventStream {
  return {
    sensor,
    tUs: Float64Array.from(events, (event) => event[0]),
    x: Uint16Array.from(events, (event) => event[1]),
    y: Uint16Array.from(events, (event) => event[2]),
    polarity: Uint8Array.from(events, (event) => event[3]),
  };
}

const tuplesOf = ({ tUs, x, y, polarity }: EventStream): EventTuple[] =>
  Array.from(tUs, (t, i) => [t, x[i], y[i], polarity[i]]);

const SETTINGS: EncodingSettings = { stepDurationUs: 100, stepCount: 3, frame: { height: 6, width: 8 } };

/** Counts of all cells that are not 0, as "step/channel/y/x": count. */
function cellsOf(
  bits: Uint32Array,
  shape: FrameShape,
  stepCount: number,
  maxCount: number,
): Record<string, number> {
  const cells: Record<string, number> = {};
  const words = wordsPerFrame(shape);
  for (let step = 0; step < stepCount; step++)
    for (let c = 0; c < shape.channels; c++)
      for (let y = 0; y < shape.height; y++)
        for (let x = 0; x < shape.width; x++) {
          const bit = frameBit(shape, c, y, x);
          let count = 0;
          for (let plane = 0; plane < planesFor(maxCount); plane++) {
            const word = bits[step * wordsPerStep({ shape, maxCount }) + plane * words + (bit >>> 5)];
            count += ((word >>> (bit & 31)) & 1) << plane;
          }
          if (count > 0) cells[`${step}/${c}/${y}/${x}`] = count;
        }
  return cells;
}

function encode(events: EventTuple[], change: Partial<EncodingSettings> = {}, originUs?: number) {
  const settings = { ...SETTINGS, ...change };
  const shape = checkEncoding(settings, SENSOR);
  const maxCount = largestCount(completeSettings(settings));
  const bits = new Uint32Array(settings.stepCount * wordsPerStep({ shape, maxCount }));
  const stream = streamOf(events);
  const facts = encodeRecording(
    originUs === undefined ? stream : { ...stream, originUs },
    settings,
    shape,
    bits,
  );
  return { cells: cellsOf(bits, shape, settings.stepCount, maxCount), facts };
}

/** n events of one pixel, a microsecond apart. */
const burst = (n: number, x = 0, y = 0, polarity = 1): EventTuple[] =>
  Array.from({ length: n }, (_, i) => [i, x, y, polarity]);

describe('counts', () => {
  it('are those of the window, per pixel and polarity', () => {
    const events: EventTuple[] = [...burst(5), ...burst(2, 3, 2, 0), [150, 0, 0, 1]];
    expect(encode(events, { binning: 'counts' }).cells).toEqual({ '0/1/0/0': 5, '0/0/2/3': 2, '1/1/0/0': 1 });
  });

  it.each([1, 2, 3, 4, 7, 8, 15, 255])(
    'stop at their largest value, %i, and what is above is counted',
    (maxCount) => {
      for (const count of [maxCount - 1, maxCount, maxCount + 1, maxCount + 40]) {
        const { cells, facts } = encode(burst(count), { binning: 'counts', maxCount, stepDurationUs: 1000 });
        expect(cells['0/1/0/0'] ?? 0).toBe(Math.min(count, maxCount));
        expect([facts.kept, facts.cutOff]).toEqual([
          Math.min(count, maxCount),
          Math.max(0, count - maxCount),
        ]);
      }
    },
  );

  it('with the largest count 1 are the binary frames, and binary reads no largest count', () => {
    const events: EventTuple[] = [...burst(9), [120, 4, 4, 0], [121, 4, 4, 0]];
    const binary = encode(events, { binning: 'binary', maxCount: 9 }).cells;
    expect(encode(events, { binning: 'counts', maxCount: 1 }).cells).toEqual(binary);
    expect(binary).toEqual({ '0/1/0/0': 1, '1/0/4/4': 1 });
  });
});

describe('the size of a frame', () => {
  const events: EventTuple[] = [
    [0, 0, 0, 1],
    [1, 1, 1, 1],
    [2, 3, 2, 0],
    [3, 7, 5, 0],
  ];

  it('or: pixels that share a frame pixel are combined, as a bit or as a sum', () => {
    const frame = { height: 3, width: 4 };
    expect(encode(events, { frame }).cells).toEqual({ '0/1/0/0': 1, '0/0/1/1': 1, '0/0/2/3': 1 });
    expect(encode(events, { frame, binning: 'counts' }).cells).toEqual({
      '0/1/0/0': 2,
      '0/0/1/1': 1,
      '0/0/2/3': 1,
    });
  });

  it('crop: keeps the part that begins at (cropX, cropY)', () => {
    const crop = { reduction: 'crop', frame: { height: 2, width: 3 }, cropX: 1, cropY: 1 } as const;
    const { cells, facts } = encode(events, crop);
    expect(cells).toEqual({ '0/1/0/0': 1, '0/0/1/2': 1 });
    expect([facts.kept, facts.outside]).toEqual([2, 2]);
  });

  it('centre: keeps the middle, rounded towards the top left', () => {
    // (8 - 3) / 2 = 2 columns and (6 - 3) / 2 = 1 row are cut away.
    const { cells } = encode(events, { reduction: 'centre', frame: { height: 3, width: 3 } });
    expect(cells).toEqual({ '0/0/1/1': 1 });
  });

  it('a crop of the whole sensor is the sensor', () => {
    const whole = encode(events).cells;
    expect(encode(events, { reduction: 'crop' }).cells).toEqual(whole);
    expect(encode(events, { reduction: 'centre' }).cells).toEqual(whole);
  });

  it('does not move the windows of time', () => {
    const late: EventTuple[] = [
      [0, 7, 5, 1],
      [100, 0, 0, 1],
    ];
    const { cells } = encode(late, { reduction: 'crop', frame: { height: 1, width: 1 } });
    expect(cells).toEqual({ '1/1/0/0': 1 });
  });
});

describe('polarity', () => {
  it('merged: one channel, both polarities in it', () => {
    const events: EventTuple[] = [...burst(2, 1, 1, 0), ...burst(3, 1, 1, 1)];
    expect(encode(events, { polarity: 'merged', binning: 'counts' }).cells).toEqual({ '0/0/1/1': 5 });
    expect(encode(events, { polarity: 'merged' }).cells).toEqual({ '0/0/1/1': 1 });
  });

  it('events without a sign have one channel whatever is asked', () => {
    expect(checkEncoding({ ...SETTINGS, polarity: 'both' }, SENSOR, 1).channels).toBe(1);
    expect(checkEncoding({ ...SETTINGS, polarity: 'both' }, SENSOR).channels).toBe(2);
  });
});

describe('start', () => {
  const events: EventTuple[] = [
    [1000, 0, 0, 1],
    [1049, 1, 0, 1],
    [1050, 2, 0, 1],
    [1149, 3, 0, 1],
    [1150, 4, 0, 1],
    [1400, 5, 0, 1],
  ];

  it('leaves out what is earlier and counts windows from there', () => {
    const { cells, facts } = encode(events, { startUs: 50 });
    expect(cells).toEqual({ '0/1/0/2': 1, '0/1/0/3': 1, '1/1/0/4': 1 });
    expect([facts.early, facts.late]).toEqual([2, 1]);
  });

  it('rules that divide the recording see only what is left', () => {
    // Left: 1050, 1149, 1150, 1400; floor(350 / 2) = 175 us each.
    const { cells } = encode(events, { startUs: 50, binning: 'spikingJellyTime', stepCount: 2 });
    expect(Object.keys(cells)).toEqual(['0/1/0/2', '0/1/0/3', '0/1/0/4', '1/1/0/5']);
  });

  it('begins where the file says that the recording begins', () => {
    expect(encode(events, {}, 900).cells).toEqual({
      '1/1/0/0': 1,
      '1/1/0/1': 1,
      '1/1/0/2': 1,
      '2/1/0/3': 1,
      '2/1/0/4': 1,
    });
  });

  it('after the end leaves empty frames', () => {
    const { cells, facts } = encode(events, { startUs: 5000 });
    expect(cells).toEqual({});
    expect(facts).toMatchObject({ early: 6, kept: 0, span: null });
  });
});

describe('denoise', () => {
  const tuples = (events: EventTuple[], filterUs: number) => tuplesOf(denoise(streamOf(events), filterUs));

  it('keeps events beside an earlier one of the last filterUs, not the earlier one', () => {
    const pair: EventTuple[] = [
      [1000, 3, 3, 1],
      [1099, 3, 4, 0],
    ];
    expect(tuples(pair, 100)).toEqual([[1099, 3, 4, 0]]);
    expect(tuples([pair[0], [1100, 3, 4, 0]], 100)).toEqual([]);
    expect(tuples([pair[0], [1050, 4, 4, 0]], 100)).toEqual([]);
    expect(tuples([pair[0], [1050, 3, 3, 0]], 100)).toEqual([]);
  });

  it('counts dropped events as neighbours', () => {
    const chain: EventTuple[] = [
      [1000, 1, 1, 1],
      [1010, 2, 1, 1],
      [1020, 3, 1, 1],
    ];
    expect(tuples(chain, 15)).toEqual([chain[1], chain[2]]);
  });

  it("keeps what falls into the first filterUs of the clock, as Tonic's memory begins at 0", () => {
    expect(
      tuples(
        [
          [99, 1, 1, 1],
          [100, 5, 5, 1],
        ],
        100,
      ),
    ).toEqual([[99, 1, 1, 1]]);
  });

  it('does not look beyond the largest column and row', () => {
    expect(tuples([[0, 0, 0, 1]], 100)).toEqual([]);
  });

  it('of 0 keeps everything', () => {
    const stream = streamOf(burst(3));
    expect(denoise(stream, 0)).toBe(stream);
  });

  it('comes first: the recording begins at the first event that is left', () => {
    const events: EventTuple[] = [
      [1000, 0, 0, 1],
      [2000, 3, 3, 1],
      [2010, 3, 4, 1],
    ];
    const { cells, facts } = encode(events, { denoiseUs: 50 });
    expect(cells).toEqual({ '0/1/4/3': 1 });
    expect(facts.noise).toBe(2);
  });
});

describe('facts', () => {
  const event = fc.tuple(
    fc.integer({ min: 0, max: 900 }),
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 7 }),
    fc.integer({ min: 0, max: 1 }),
  );

  it.each(BINNING_RULES)('%s: every event is accounted for, and the frames hold what is kept', (binning) => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.record({
          stepDurationUs: fc.integer({ min: 1, max: 300 }),
          stepCount: fc.integer({ min: 1, max: 5 }),
          maxCount: fc.integer({ min: 1, max: 4 }),
          startUs: fc.constantFrom(0, 40),
          denoiseUs: fc.constantFrom(0, 200),
          reduction: fc.constantFrom('or' as const, 'crop' as const, 'centre' as const),
          polarity: fc.constantFrom('both' as const, 'merged' as const),
          frame: fc.record({ height: fc.integer({ min: 1, max: 6 }), width: fc.integer({ min: 1, max: 8 }) }),
        }),
        (events, settings) => {
          const { cells, facts } = encode(events as EventTuple[], { ...settings, binning });
          const { noise, early, late, outside, cutOff, kept, perStep } = facts;
          expect(noise + early + late + outside + cutOff + kept).toBe(events.length);
          expect(facts.eventCount).toBe(events.length);
          expect(perStep.reduce((sum, count) => sum + count, 0)).toBe(cutOff + kept);
          expect(Object.values(cells).reduce((sum, count) => sum + count, 0)).toBe(kept);
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });

  it('an empty recording is empty frames', () => {
    for (const binning of BINNING_RULES) {
      const { cells, facts } = encode([], { binning });
      expect(cells).toEqual({});
      expect(facts.span).toBeNull();
    }
  });
});

describe('refusals', () => {
  it.each([
    [{ maxCount: 0 }, 'largest count'],
    [{ maxCount: 256 }, 'largest count'],
    [{ startUs: -1 }, 'start'],
    [{ denoiseUs: 0.5 }, 'filter time'],
    [{ cropX: -1 }, 'left column'],
    [
      { reduction: 'crop' as const, frame: { height: 6, width: 8 }, cropX: 1 },
      'reaches beyond the sensor of 8x6',
    ],
    [
      { reduction: 'crop' as const, frame: { height: 5, width: 8 }, cropY: 2 },
      'reaches beyond the sensor of 8x6',
    ],
  ])('%j', (change, text) => {
    expect(() => checkEncoding({ ...SETTINGS, ...change }, SENSOR)).toThrow(text);
  });

  it('name the settings that cure a frame beyond the sensor', () => {
    const remedyOf = (change: Partial<EncodingSettings>) => {
      try {
        checkEncoding({ ...SETTINGS, ...change }, SENSOR);
      } catch (error) {
        return (error as AppError).remedy;
      }
      throw new Error('expected a refusal');
    };
    expect(remedyOf({ frame: { height: 4, width: 9 } })).toEqual({ height: 4, width: 8 });
    const crop = { reduction: 'crop' as const, frame: { height: 5, width: 7 }, cropX: 4, cropY: 0 };
    expect(remedyOf(crop)).toEqual({ cropX: 1, cropY: 0 });
  });
});
