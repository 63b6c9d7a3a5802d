import { z } from 'zod';
import type { SweepCell, SweepSpec } from './sweepSpec.ts';

const count = z.number().int().min(0);
const share = z.number().min(0).max(1);

/**
 * What one run gave. Everything but `seconds` is a function of the session and the adapter: the same run gives the
 * same figures to the last bit, which is what makes an interrupted sweep end as an undisturbed one.
 */
export const cellResultSchema = z.strictObject({
  /** Epochs trained. */
  epochs: count,
  /** Shares of right answers with fixed weights after the last epoch: last block, 0..1. */
  testAccuracy: share,
  trainAccuracy: share,
  /** [block] Test accuracy of every block's own classifier; the last is `testAccuracy`. */
  blockAccuracy: z.array(share),
  /** [epoch] Test accuracy after epochs 1, 2, ...: what early stopping looks at. */
  accuracyByEpoch: z.array(share),
  testSamples: count,
  /** Mean training loss of the last epoch, last block; null where it grew beyond all numbers. */
  loss: z.number().nullable(),
  /** Bytes of GPU buffers at the peak, from the ledger. */
  peakBytes: count,
  /** sha256 (hex) of all weights after the last epoch. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Mean firing rate per LIF layer over the test samples, spikes per step. */
  firingRates: z.array(z.strictObject({ layer: z.string(), rate: share })),
  /** Seconds of training on the machine that ran it: no part of the results that are compared. */
  seconds: z.number().min(0),
});

export type CellResult = z.infer<typeof cellResultSchema>;

/**
 * waiting  in the queue (or waiting for a further stage of early stopping)
 * running  being trained now
 * done     trained to its last epoch
 * stopped  trained in part, and left behind by early stopping
 * skipped  never trained: above the memory limit, or not asked for by the search
 * failed   stopped by an error; can be tried again
 * removed  taken out of the queue by the visitor
 */
export const CELL_STATUSES = [
  'waiting',
  'running',
  'done',
  'stopped',
  'skipped',
  'failed',
  'removed',
] as const;
export type CellStatus = (typeof CELL_STATUSES)[number];

/** One run of a sweep with all that is known of it. */
export interface CellRecord {
  cell: SweepCell;
  status: CellStatus;
  /** After the most epochs that were run so far; null before. */
  result: CellResult | null;
  /** Why it failed. */
  problem: { code: string; message: string; hint: string } | null;
  /** Why it was stopped or skipped, for people; '' otherwise. */
  note: string;
}

/** A finished or half-finished sweep as other parts read it (claims, reports). */
export interface SweepResults {
  spec: SweepSpec;
  /** sha256 (hex) of the encoded data set; null before the first run. */
  fingerprint: string | null;
  /** In the order of the sweep's table. */
  cells: CellRecord[];
}
