import type { EncodedDataset } from '../core/encodedDataset.ts';
import type { FileKind } from './committedFile.ts';

/** Folder of the encoded data sets. */
export const DATASET_FOLDER = 'datasets';

/** An encoded data set: a block per sample (its frames or its image), and {@link DatasetFacts}. */
export const DATASET_FILE: FileKind = { kind: 'data', version: 1 };

/** What a data set file says besides the content of its samples; `source` belongs to whoever wrote it. */
export interface DatasetFacts<Source = unknown>
  extends Omit<EncodedDataset, 'bits' | 'pixels' | 'labels' | 'split' | 'stored'> {
  labels: number[];
  split: number[];
  source: Source;
}
