import { AppError } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { CHUNK_BYTES, readExactly } from '../chunks.ts';

/** Sides of an image above this are a damaged header, not an image. */
const MAX_SIDE = 1024;

/** An idx file of unsigned bytes, as its header and its length say. */
export interface IdxFile {
  /** Sizes in the header, slowest first: [count] for labels, [count, height, width] for images. */
  sizes: number[];
  /** Whole items that are there; fewer than sizes[0] when the file is cut. */
  itemCount: number;
  /** Bytes of one item. */
  itemBytes: number;
  /** Offset of the first item. */
  start: number;
  /** What is odd about the file without making it useless, one sentence each. */
  warnings: string[];
}

/** True for the first bytes of an idx file (of any element type). */
export function isIdx(head: Uint8Array): boolean {
  const [first, second, type, dimensions] = head;
  const isType = type === 0x08 || type === 0x09 || (type >= 0x0b && type <= 0x0e);
  return first === 0 && second === 0 && isType && dimensions >= 1 && dimensions <= 4;
}

function refuse(code: string, message: string, hint: string, offset: number): never {
  throw new AppError(code, message, hint, offset);
}

/**
 * Reads the header: two zero bytes, element type, number of dimensions, their sizes (u32 big-endian), then the elements,
 * last dimension fastest. A count above what the file holds is reported; the items that are there can be used.
 * @throws AppError `unsupported-variant` (not u8, or neither labels nor images), `truncated-file`, `damaged-file`.
 */
export async function openIdx(source: ByteSource): Promise<IdxFile> {
  const { name } = source;
  const magic = await readExactly(source, 0, 4, 'the idx header');
  if (!isIdx(magic)) {
    refuse(
      'damaged-file',
      `${name} does not begin like an idx file (00 00 08 and 01 or 03).`,
      'Download it again.',
      0,
    );
  }
  const dimensions = magic[3];
  if (magic[2] !== 0x08 || (dimensions !== 1 && dimensions !== 3)) {
    refuse(
      'unsupported-variant',
      `${name} holds ${dimensions}-dimensional data of element type 0x${magic[2].toString(16).padStart(2, '0')}; ` +
        'read are labels (1 dimension) and images (3 dimensions) of unsigned bytes (0x08).',
      'Convert it to unsigned bytes, as in MNIST.',
      2,
    );
  }
  const start = 4 + 4 * dimensions;
  const header = await readExactly(source, 4, 4 * dimensions, 'the sizes in the idx header');
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 * i));
  for (const [i, side] of sizes.entries()) {
    if (i > 0 && (side === 0 || side > MAX_SIDE)) {
      refuse(
        'damaged-file',
        `${name} has images with a side of ${side} pixels, allowed is 1 to ${MAX_SIDE}.`,
        'Download it again.',
        4 + 4 * i,
      );
    }
  }
  const itemBytes = sizes.slice(1).reduce((product, side) => product * side, 1);
  const present = source.size - start;
  const itemCount = Math.min(sizes[0], Math.floor(present / itemBytes));
  const what = dimensions === 1 ? 'labels' : 'images';
  if (itemCount === 0) {
    refuse('truncated-file', `${name} holds no whole ${what}.`, 'Copy or download the file again.', start);
  }
  const warnings: string[] = [];
  if (itemCount < sizes[0]) {
    warnings.push(
      `The header announces ${sizes[0]} ${what}, but the file ends after ${itemCount}; these are kept.`,
    );
  } else if (present > itemCount * itemBytes) {
    warnings.push(
      `${present - itemCount * itemBytes} bytes follow the ${itemCount} ${what} that the header announces; they are left out.`,
    );
  }
  return { sizes, itemCount, itemBytes, start, warnings };
}

/**
 * Reads the items of an idx file.
 * @param into u8[itemCount * itemBytes], overwritten.
 * @throws AppError `truncated-file`; the signal's reason.
 */
export async function readIdxItems(
  source: ByteSource,
  file: IdxFile,
  into: Uint8Array,
  options: { signal?: AbortSignal; onProgress?: (bytesRead: number) => void } = {},
): Promise<void> {
  const total = file.itemCount * file.itemBytes;
  for (let offset = 0; offset < total; offset += CHUNK_BYTES) {
    options.signal?.throwIfAborted();
    const length = Math.min(CHUNK_BYTES, total - offset);
    into.set(await readExactly(source, file.start + offset, length, 'the idx data'), offset);
    options.onProgress?.(file.start + offset + length);
  }
}

/**
 * Swaps rows and columns of every image: EMNIST stores its images that way.
 * @param pixels u8[count][height][width] @returns u8[count][width][height]
 */
export function transposeImages(pixels: Uint8Array, height: number, width: number): Uint8Array {
  const size = height * width;
  const turned = new Uint8Array(pixels.length);
  for (let from = 0; from < pixels.length; from += size) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) turned[from + x * height + y] = pixels[from + y * width + x];
    }
  }
  return turned;
}
