import { type EncodedDataset, frameSize } from '../core/encodedDataset.ts';
import { type CommittedFile, openCommitted } from '../storage/committedFile.ts';
import { DATASET_FILE } from '../storage/datasetFile.ts';
import { openOpfsStore } from '../storage/opfsStore.ts';

/** Where the content of samples comes from: memory, or a file in the browser's storage. */
export interface SampleSource {
  /**
   * Content of the samples, in the order asked: events u32[stepCount][...words] of every sample, images u8[H][W][C].
   * Read only. A promise where it has to be fetched.
   * @throws AppError `storage-wiped`, `storage-damaged`.
   */
  load(samples: readonly number[]): SampleContent[] | Promise<SampleContent[]>;
}

export type SampleContent = Uint32Array | Uint8Array;

function memorySource({ pixels, bits, labels, shape }: EncodedDataset): SampleSource {
  const content = pixels ?? bits;
  const size = pixels ? frameSize(shape) : bits.length / Math.max(1, labels.length);
  return {
    load: (samples) => samples.map((sample) => content.subarray(sample * size, (sample + 1) * size)),
  };
}

/** One block of a committed file per sample. @param indexOf Sample of the file for every sample of the data set. */
export function blockSource(
  open: () => Promise<CommittedFile<unknown>>,
  kind: EncodedDataset['kind'],
  indexOf: Uint32Array | null,
): SampleSource {
  let opened: Promise<CommittedFile<unknown>> | null = null;
  return {
    async load(samples) {
      opened ??= open();
      const file = await opened;
      const blocks = await Promise.all(samples.map((sample) => file.block(indexOf?.[sample] ?? sample)));
      return kind === 'frames' ? blocks : blocks.map((block) => new Uint32Array(block.buffer));
    },
  };
}

/** The source of a data set: its own arrays, or the stored file that it names. */
export function sampleSourceOf(dataset: EncodedDataset): SampleSource {
  const { stored } = dataset;
  if (!stored) return memorySource(dataset);
  const { folder, file, samples } = stored;
  const open = async () => openCommitted(await openOpfsStore(folder), file, DATASET_FILE);
  return blockSource(open, dataset.kind, samples);
}
