import {
  type EncodedDataset,
  frameSize,
  type StoredSamples,
  sampleCount,
  wordsPerFrame,
  wordsPerStep,
} from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
import { safetensorsHead, type TensorHead } from '../../core/safetensors.ts';
import { type CommittedFile, openCommitted } from '../../storage/committedFile.ts';
import { DATASET_FILE } from '../../storage/datasetFile.ts';
import { openOpfsStore } from '../../storage/opfsStore.ts';

/** Frames larger than this are not put into a project: a zip archive without extensions ends at 4 GiB. */
export const MAX_FRAMES_BYTES = 3 * 2 ** 30;

/** Samples that are read from storage together. */
const PIECE_BYTES = 1 << 22;

type Content = Pick<EncodedDataset, 'kind' | 'shape' | 'stepCount' | 'maxCount'>;

/** Bytes that the frames of so many samples take in a project. */
export function framesBytes(content: Content, samples: number): number {
  const { kind, shape, stepCount } = content;
  return samples * (kind === 'frames' ? frameSize(shape) : 4 * stepCount * wordsPerStep(content));
}

const openFile = async ({ folder, file }: StoredSamples): Promise<CommittedFile<unknown>> =>
  openCommitted(await openOpfsStore(folder), file, DATASET_FILE);

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** The content of all samples, in order, in pieces of a few megabytes. */
async function* contentPieces(
  { bits, pixels, labels, stored }: EncodedDataset,
  open: typeof openFile,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (!stored) {
    yield bytesOf(pixels ?? bits);
    return;
  }
  const file = await open(stored);
  let blocks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (let sample = 0; sample < labels.length; sample++) {
    const block = await file.block(stored.samples?.[sample] ?? sample);
    blocks.push(block);
    bytes += block.length;
    if (bytes < PIECE_BYTES && sample < labels.length - 1) continue;
    yield joined(blocks);
    blocks = [];
    bytes = 0;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * The encoded frames as a safetensors file, piece by piece, so that a cluster needs none of the importers. Frames that lie
 * in the browser's storage are read from there.
 * @throws AppError `project-too-large`; `storage-wiped`, `storage-damaged`.
 */
export async function* framesPieces(
  dataset: EncodedDataset,
  open = openFile,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { kind, shape, labels, split, stepCount } = dataset;
  const bytes = framesBytes(dataset, sampleCount(dataset));
  if (bytes > MAX_FRAMES_BYTES) {
    throw new AppError(
      'project-too-large',
      `The frames have ${bytes} bytes, an archive holds at most ${MAX_FRAMES_BYTES}.`,
      'Use fewer samples for this run (setting "train").',
    );
  }
  const samples = labels.length;
  const { channels, height, width } = shape;
  const content: [string, TensorHead] =
    kind === 'frames'
      ? ['pixels', { dtype: 'U8', shape: [samples, height, width, channels] }]
      : [
          'bits',
          {
            dtype: 'I32',
            shape: [samples, stepCount, wordsPerStep(dataset) / wordsPerFrame(shape), wordsPerFrame(shape)],
          },
        ];
  yield safetensorsHead(
    [['labels', { dtype: 'I32', shape: [samples] }], content, ['split', { dtype: 'U8', shape: [samples] }]],
    {
      format: 'spikelet-frames',
      shape: `${channels}x${height}x${width}`,
      name: dataset.name,
      classes: JSON.stringify(dataset.classNames),
      fingerprint: dataset.fingerprint,
      layout:
        'bits [samples, steps, planes, words]: bit (y*width + x)*channels + c of a frame, 32 per word, plane p is worth 2^p; ' +
        'pixels [samples, height, width, channels], read as value / 255; split 0 train, 1 test',
    },
  );
  yield bytesOf(labels);
  yield* contentPieces(dataset, open);
  yield bytesOf(split);
}

/** {@link framesPieces} in one piece. */
export async function framesFile(dataset: EncodedDataset, open = openFile): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of framesPieces(dataset, open)) pieces.push(piece);
  return joined(pieces);
}
