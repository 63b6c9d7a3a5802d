/** Image files for the tests; nothing of the product imports this file. */
import type { ImportFile } from '../import/candidates.ts';

/** An idx file of unsigned bytes. `announced` is the count in the header where it is not the true one. */
export function idxFile(
  sizes: number[],
  data: ArrayLike<number>,
  announced = sizes[0],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * sizes.length + data.length);
  bytes.set([0, 0, 8, sizes.length]);
  const view = new DataView(bytes.buffer);
  for (const [i, size] of sizes.entries()) view.setUint32(4 + 4 * i, i === 0 ? announced : size);
  bytes.set(data, 4 + 4 * sizes.length);
  return bytes;
}

/** Records of a CIFAR batch: label bytes, then three planes that `value` gives per channel and pixel. */
export function cifarFile(
  labels: number[][],
  value: (image: number, channel: number, pixel: number) => number,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    labels.flatMap((own, image) => [
      ...own,
      ...Array.from({ length: 3072 }, (_, i) => value(image, i >> 10, i & 1023)),
    ]),
  );
}

export function fileOf(path: string, content: Uint8Array<ArrayBuffer> | string): ImportFile {
  return { path, blob: new Blob([content]) };
}

/** Images and labels of a split, named as in MNIST. */
export function idxPair(
  base: string,
  labels: number[],
  image: (label: number, index: number) => number[],
  [height, width]: [number, number],
): ImportFile[] {
  const pixels = labels.flatMap((label, index) => image(label, index));
  return [
    fileOf(`${base}-images-idx3-ubyte`, idxFile([labels.length, height, width], pixels)),
    fileOf(`${base}-labels-idx1-ubyte`, idxFile([labels.length], labels)),
  ];
}
