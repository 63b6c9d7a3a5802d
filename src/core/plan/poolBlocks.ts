import type { FrameShape } from '../encodedDataset.ts';
import { isPlainRecursion, RUN_BITS } from './historyRun.ts';
import { vectorsOf } from './planBuilder.ts';
import type { Stage } from './stages.ts';

/** Positions of a block that `poolBackwardBlocks` has written out. */
const MAX_POSITIONS = 9;

/** What `poolBackwardBlocks` needs to know of a pool. */
export type PoolWindow = Pick<Stage, 'pool' | 'kernelHeight' | 'kernelWidth' | 'stride'>;

/**
 * How `poolBackwardBlocks` finds the error below a pool: by blocks of as many rows and columns as the stride has.
 * @param below The layer whose neurons these are. @param form What else the pass has to do.
 * @returns Overrides, and invocations per sample; null where the pool takes the maximum, windows overlap or are too far
 *   apart, or neurons need more than one bit of history: `poolBackward` does everything.
 */
export function poolBlocks(
  { pool, kernelHeight, kernelWidth, stride }: PoolWindow,
  { channels, height, width }: FrameShape,
  form: Readonly<Record<string, number>>,
): { overrides: Record<string, number>; perSample: number } | null {
  const isDisjoint = kernelHeight === kernelWidth && kernelWidth <= stride;
  const isSmall = stride > 1 && stride * stride <= MAX_POSITIONS;
  if (pool !== 'average' || !isPlainRecursion(form) || !isDisjoint || !isSmall) return null;
  const sticksOut = height % stride !== 0 || width % stride !== 0;
  return {
    overrides: {
      BLOCK: stride,
      WINDOW: kernelWidth,
      SHARED: (stride - 1) * channels + 4 <= RUN_BITS ? 1 : 0,
      PARTIAL: sticksOut && kernelWidth < stride ? 1 : 0,
    },
    perSample: Math.ceil(height / stride) * Math.ceil(width / stride) * vectorsOf(channels),
  };
}
