import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';
import { AppError } from '../../core/errors.ts';
import { fromBase64Url, toBase64Url } from '../link/base64Url.ts';
import { decodeLink, encodeLink } from '../linkCodec.ts';
import type { CellResult } from './sweepResults.ts';
import type { SweepSpec } from './sweepSpec.ts';
import { restoreSweep, type StoredSweep, type SweepState, storeSweep } from './sweepState.ts';

/** A link longer than this is neither made nor read: some three hundred runs. */
export const MAX_SWEEP_LINK = 64 * 1024;
const MAX_TEXT_BYTES = 1024 * 1024;

const STATUS_LETTERS = { waiting: 'w', done: 'd', failed: 'f', removed: 'r' } as const;
type Letter = (typeof STATUS_LETTERS)[keyof typeof STATUS_LETTERS];

/** Figures of a run without their names, which would be most of the link. */
type PackedResult = [
  epochs: number,
  testAccuracy: number,
  trainAccuracy: number,
  blockAccuracy: number[],
  accuracyByEpoch: number[],
  testSamples: number,
  loss: number | null,
  peakBytes: number,
  digest: string,
  firingRates: [layer: string, rate: number][],
  seconds: number,
];

interface PackedSweep {
  v: 1;
  base: string;
  spec: Omit<SweepSpec, 'base'>;
  fingerprint: string | null;
  cells: [Letter, PackedResult | null][];
}

function packResult(result: CellResult): PackedResult {
  const { epochs, testAccuracy, trainAccuracy, blockAccuracy, accuracyByEpoch, testSamples } = result;
  const { loss, peakBytes, digest, firingRates, seconds } = result;
  const rates = firingRates.map(({ layer, rate }): [string, number] => [layer, rate]);
  return [
    epochs,
    testAccuracy,
    trainAccuracy,
    blockAccuracy,
    accuracyByEpoch,
    testSamples,
    loss,
    peakBytes,
    digest,
    rates,
    seconds,
  ];
}

function unpackResult(packed: PackedResult | null): CellResult | null {
  if (packed === null) return null;
  const [epochs, testAccuracy, trainAccuracy, blockAccuracy, accuracyByEpoch, testSamples] = packed;
  const [, , , , , , loss, peakBytes, digest, rates, seconds] = packed;
  return {
    epochs,
    testAccuracy,
    trainAccuracy,
    blockAccuracy,
    accuracyByEpoch,
    testSamples,
    loss,
    peakBytes,
    digest,
    firingRates: rates.map(([layer, rate]) => ({ layer, rate })),
    seconds,
  };
}

/**
 * A sweep with its results as a hash fragment without the `#`: `v=1&sweep=<base64url>`, deflated JSON. Problems of failed
 * runs are not in it, recordings never.
 * @throws AppError `sweep-link-too-long`
 */
export function encodeSweepLink(state: SweepState): string {
  const { spec, fingerprint, cells } = storeSweep(state);
  const { base, ...rest } = spec;
  const packed: PackedSweep = {
    v: 1,
    base: encodeLink(base),
    spec: rest,
    fingerprint,
    cells: cells.map(({ status, result }) => [STATUS_LETTERS[status], result && packResult(result)]),
  };
  const fragment = `v=1&sweep=${toBase64Url(deflateSync(strToU8(JSON.stringify(packed)), { level: 9 }))}`;
  if (fragment.length <= MAX_SWEEP_LINK) return fragment;
  throw new AppError(
    'sweep-link-too-long',
    `The link would have ${fragment.length} characters; links of at most ${MAX_SWEEP_LINK} are read.`,
    'Save the sweep as a file instead, or share its CSV.',
  );
}

/** True where a fragment holds a sweep: it is not a link to a session then. */
export function isSweepLink(hash: string): boolean {
  return /^#?v=1&sweep=/.test(hash);
}

function damaged(what: string): AppError {
  return new AppError(
    'sweep-link-damaged',
    `The link to a sweep cannot be read: ${what}.`,
    'Ask the sender for the whole link.',
  );
}

/** @throws AppError `sweep-link-damaged`, or as {@link restoreSweep}. */
export function decodeSweepLink(hash: string): SweepState {
  if (hash.length > MAX_SWEEP_LINK + 1)
    throw damaged(`it has ${hash.length} characters, more than any sweep's`);
  return restoreSweep(readStored(hash.replace(/^#?v=1&sweep=/, '')));
}

function readStored(text: string): StoredSweep {
  let packed: PackedSweep;
  try {
    const bytes = inflateSync(fromBase64Url(text), { out: new Uint8Array(MAX_TEXT_BYTES + 1) });
    if (bytes.length > MAX_TEXT_BYTES) throw damaged(`it unpacks to more than ${MAX_TEXT_BYTES} bytes`);
    packed = JSON.parse(strFromU8(bytes));
    const { session, problems } = decodeLink(packed.base);
    if (problems.length > 0)
      throw damaged(`its session is not whole: ${problems[0].message.replace(/\.$/, '')}`);
    const names = new Map(Object.entries(STATUS_LETTERS).map(([status, letter]) => [letter, status]));
    const stored = {
      version: 1,
      spec: { ...packed.spec, base: session },
      fingerprint: packed.fingerprint,
      cells: packed.cells.map(([letter, result], i) => ({
        id: String(i),
        status: names.get(letter),
        result: unpackResult(result),
        problem: null,
      })),
      queue: [] as string[],
    };
    // Cells stand in the order of the grid: their names follow from it.
    return withIds(stored as unknown as StoredSweep);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw damaged('a part of it is missing');
  }
}

function withIds(stored: StoredSweep): StoredSweep {
  const { axes } = stored.spec;
  const ids = axes.truncationInterval.flatMap((k) =>
    axes.blockSize.flatMap((n) =>
      axes.classifier.flatMap((classifier) =>
        axes.update.flatMap((update) =>
          axes.seed.map((seed) => `k${k}-n${n}-${classifier}-${update}-s${seed}`),
        ),
      ),
    ),
  );
  return { ...stored, cells: stored.cells.map((cell, i) => ({ ...cell, id: ids[i] })), queue: ids };
}
