import type { FrameShape } from '../../../core/encodedDataset.ts';
import { AppError } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { CHUNK_BYTES, readExactly } from '../chunks.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;

export const CIFAR_SHAPE: FrameShape = { channels: 3, height: SIDE, width: SIDE };

/** A binary version of CIFAR: records of label bytes, then 1024 red, 1024 green and 1024 blue values, row by row. */
export interface CifarLayout {
  id: 'cifar10' | 'cifar100';
  label: string;
  /** Label bytes of a record, each below its limit; the last one is the class. */
  labelLimits: readonly number[];
  recordBytes: number;
}

export const CIFAR10: CifarLayout = {
  id: 'cifar10',
  label: 'CIFAR-10',
  labelLimits: [10],
  recordBytes: 1 + 3 * PLANE,
};

/** Coarse label, fine label. */
export const CIFAR100: CifarLayout = {
  id: 'cifar100',
  label: 'CIFAR-100',
  labelLimits: [20, 100],
  recordBytes: 2 + 3 * PLANE,
};

export const CIFAR10_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/** The layouts whose records fill a file of this size exactly; empty for most sizes. */
export function cifarLayoutsOfSize(bytes: number): CifarLayout[] {
  return [CIFAR10, CIFAR100].filter(({ recordBytes }) => bytes > 0 && bytes % recordBytes === 0);
}

/** Records whose labels are looked at before a file counts as CIFAR. */
const RECORDS_LOOKED_AT = 64;

/** True when the first records have labels that this layout can have: a file of the right size may be anything. */
export async function hasCifarLabels(source: ByteSource, layout: CifarLayout): Promise<boolean> {
  const { recordBytes, labelLimits } = layout;
  const count = Math.min(RECORDS_LOOKED_AT, Math.floor(source.size / recordBytes));
  for (let record = 0; record < count; record++) {
    const labels = await source.read(record * recordBytes, labelLimits.length);
    if (labels.length < labelLimits.length) return false;
    if (labelLimits.some((limit, i) => labels[i] >= limit)) return false;
  }
  return count > 0;
}

export interface CifarImages {
  /** u8[count], 0 .. 9 or 0 .. 99 (the fine label). */
  labels: Uint8Array;
  /** u8[count][32][32][3], red, green, blue. */
  pixels: Uint8Array;
  warnings: string[];
}

/**
 * Reads a binary batch and turns its colour planes into one triple per pixel.
 * @throws AppError `truncated-file` when not one record is whole, `damaged-file` for a label out of range; the signal's
 *         reason.
 */
export async function readCifar(
  source: ByteSource,
  layout: CifarLayout,
  options: { signal?: AbortSignal; onProgress?: (bytesRead: number) => void } = {},
): Promise<CifarImages> {
  const { name, size } = source;
  const { recordBytes, labelLimits } = layout;
  const count = Math.floor(size / recordBytes);
  const rest = size % recordBytes;
  if (count === 0) {
    throw new AppError(
      'truncated-file',
      `${name} has ${size} bytes, less than one ${layout.label} record (${recordBytes}).`,
      'Copy or download the file again.',
      0,
    );
  }
  const images: CifarImages = {
    labels: new Uint8Array(count),
    pixels: new Uint8Array(count * 3 * PLANE),
    warnings:
      rest === 0 ? [] : [`The file ends inside a record: the ${count} whole images before it are kept.`],
  };
  const recordsAtOnce = Math.max(1, Math.floor(CHUNK_BYTES / recordBytes));
  for (let first = 0; first < count; first += recordsAtOnce) {
    options.signal?.throwIfAborted();
    const records = Math.min(recordsAtOnce, count - first);
    const offset = first * recordBytes;
    const bytes = await readExactly(source, offset, records * recordBytes, 'the CIFAR records');
    for (let record = 0; record < records; record++) {
      const at = record * recordBytes;
      for (const [i, limit] of labelLimits.entries()) {
        if (bytes[at + i] >= limit) throw badLabel(name, layout, bytes[at + i], limit, offset + at + i);
      }
      images.labels[first + record] = bytes[at + labelLimits.length - 1];
      interleave(bytes, at + labelLimits.length, images.pixels, (first + record) * 3 * PLANE);
    }
    options.onProgress?.(offset + bytes.length);
  }
  return images;
}

/** One image from three planes to triples. */
function interleave(planes: Uint8Array, from: number, pixels: Uint8Array, to: number): void {
  for (let i = 0; i < PLANE; i++) {
    for (let channel = 0; channel < 3; channel++)
      pixels[to + 3 * i + channel] = planes[from + channel * PLANE + i];
  }
}

function badLabel(name: string, layout: CifarLayout, value: number, limit: number, offset: number): AppError {
  return new AppError(
    'damaged-file',
    `${name} has the label ${value} at byte ${offset}; ${layout.label} has labels from 0 to ${limit - 1}.`,
    'Copy or download the file again, in the binary version of the data set.',
    offset,
  );
}
