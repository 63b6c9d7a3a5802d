import { z } from 'zod';
import type { ErrorData } from '../../core/errors.ts';
import type { Table } from './packedTable.ts';

/** Digits of a weights' digest that a link holds: 64 bits, enough to tell two runs apart. */
export const SHARED_DIGEST_DIGITS = 16;
/** Epochs whose digests a link holds at most; of longer runs the first ones, and then evenly spaced ones to the last. */
export const MAX_SHARED_DIGESTS = 64;
const MAX_ADAPTER_LENGTH = 120;

/** What a run came to on the sharer's machine, so that whoever replays it can compare. */
export interface SharedRun {
  /** The adapter that the run trained on, for people. */
  adapter: string;
  /** Of the weights after an epoch (0: before training), the first {@link SHARED_DIGEST_DIGITS} hex digits of sha256. */
  digests: { epoch: number; digest: string }[];
  /** Final figures: accuracies 0..1 of every block on the test split, of the last block on training samples, mean loss. */
  final: { epoch: number; testAccuracyPerBlock: number[]; trainAccuracy: number; loss: number };
}

/** The figures of an epoch that a shared run is made of. */
export interface EpochFigures {
  epoch: number;
  digest: string;
  testAccuracyPerBlock: number[];
  trainAccuracyPerBlock: number[];
  loss: number;
}

/** Rounded to what a link has room for. */
const figure = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : 0);

/** The part of a run that a link holds. @param epochs At least one, oldest first. */
export function toSharedRun(epochs: readonly EpochFigures[], adapter: string): SharedRun {
  const last = epochs[epochs.length - 1];
  return {
    adapter: adapter.slice(0, MAX_ADAPTER_LENGTH),
    digests: pick(epochs).map(({ epoch, digest }) => ({
      epoch,
      digest: digest.slice(0, SHARED_DIGEST_DIGITS),
    })),
    final: {
      epoch: last.epoch,
      testAccuracyPerBlock: last.testAccuracyPerBlock.slice(0, MAX_BLOCKS).map(figure),
      trainAccuracy: figure(last.trainAccuracyPerBlock[last.trainAccuracyPerBlock.length - 1] ?? 0),
      loss: figure(last.loss),
    },
  };
}

const MAX_BLOCKS = 64;

/** All epochs where they are few, else the first half of the room and evenly spaced ones from there to the last. */
function pick<Row>(rows: readonly Row[]): Row[] {
  if (rows.length <= MAX_SHARED_DIGESTS) return [...rows];
  const first = MAX_SHARED_DIGESTS / 2;
  const rest = MAX_SHARED_DIGESTS - first;
  const step = (rows.length - first) / rest;
  return [
    ...rows.slice(0, first),
    ...Array.from({ length: rest }, (_, i) => rows[first + Math.ceil((i + 1) * step) - 1]),
  ];
}

const epochNumber = z.number().int().min(0).max(10_000);
const share = z.number().min(0).max(1);
const packedSchema = z.strictObject({
  a: z.string().max(MAX_ADAPTER_LENGTH),
  /** Epoch of each digest. */
  e: z.array(epochNumber).min(1).max(MAX_SHARED_DIGESTS),
  /** The digests, one after the other. */
  d: z.string().regex(/^[0-9a-f]+$/),
  n: epochNumber,
  t: z.array(share).min(1).max(MAX_BLOCKS),
  r: share,
  l: z.number().min(0),
});

/** The run under the short names of a link. */
export function packRun({ adapter, digests, final }: SharedRun): Table {
  return {
    a: adapter,
    e: digests.map(({ epoch }) => epoch),
    d: digests.map(({ digest }) => digest).join(''),
    n: final.epoch,
    t: final.testAccuracyPerBlock,
    r: final.trainAccuracy,
    l: final.loss,
  };
}

/** Reads the run of a link; null with a problem where it cannot be believed. */
export function unpackRun(values: Table): { run: SharedRun | null; problems: ErrorData[] } {
  const parsed = packedSchema.safeParse(values);
  const isWhole =
    parsed.success &&
    parsed.data.d.length === SHARED_DIGEST_DIGITS * parsed.data.e.length &&
    parsed.data.e.every((epoch, i, all) => i === 0 || epoch > all[i - 1]);
  if (!isWhole) {
    const field = parsed.success ? 'd' : parsed.error.issues[0].path.join('.');
    return {
      run: null,
      problems: [
        {
          code: 'link-run-damaged',
          message: `The results that were shared with the link are damaged (at "${field}").`,
          hint: 'They were left out: the settings can be trained, but not compared with the shared run.',
        },
      ],
    };
  }
  const { a, e, d, n, t, r, l } = parsed.data;
  const digestAt = (i: number) => d.slice(i * SHARED_DIGEST_DIGITS, (i + 1) * SHARED_DIGEST_DIGITS);
  return {
    run: {
      adapter: a,
      digests: e.map((epoch, i) => ({ epoch, digest: digestAt(i) })),
      final: { epoch: n, testAccuracyPerBlock: t, trainAccuracy: r, loss: l },
    },
    problems: [],
  };
}
