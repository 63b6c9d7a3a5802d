import type { HistoryPoint } from '../../session/metricsHistory.ts';
import type { EpochMetrics } from '../../session/sessionStore.ts';

/** Values `at` one x position of a chart (an epoch, a time step); a key that is absent has no value there. */
export type ChartRow = { at: number } & Record<string, number>;

/**
 * Key of a block's quantity, counted from the top: test0 is the output, test1 the block below it. The output keeps its
 * classifier when n changes, so its line goes on.
 */
export function blockKey(quantity: 'test' | 'train' | 'loss', below: number): string {
  return `${quantity}${below}`;
}

/** How a chart names the block that is `below` blocks under the top. */
export function blockName(below: number): string {
  return below === 0 ? 'output' : `${below} below`;
}

function byBlock(quantity: 'test' | 'train' | 'loss', values: readonly number[]): Record<string, number> {
  return Object.fromEntries(
    values.map((value, block) => [blockKey(quantity, values.length - 1 - block), value]),
  );
}

/**
 * Accuracy over epochs: `test<b>` of the block b below the top and `train` of the last one with fixed weights, and `running`, which
 * was counted while weights changed.
 * @returns Rows in order of time.
 */
export function accuracyRows(epochs: readonly EpochMetrics[], points: readonly HistoryPoint[]): ChartRow[] {
  const rows: ChartRow[] = points.map((point) => ({
    at: point.epoch,
    ...lastAs('running', point.runningAccuracyPerBlock),
  }));
  for (const metrics of epochs) {
    rows.push({
      at: metrics.epoch,
      ...lastAs('train', metrics.trainAccuracyPerBlock),
      ...byBlock('test', metrics.testAccuracyPerBlock),
    });
  }
  return rows.sort((a, b) => a.at - b.at);
}

/** Accuracies over epochs with fixed weights: `test<b>` and `train<b>` of the block b below the top. */
export function blockAccuracyRows(epochs: readonly EpochMetrics[]): ChartRow[] {
  return epochs.map(({ epoch, testAccuracyPerBlock, trainAccuracyPerBlock }) => ({
    ...byBlock('train', trainAccuracyPerBlock),
    ...byBlock('test', testAccuracyPerBlock),
    at: epoch,
  }));
}

/** Training loss over epochs, `loss<b>` of the block b below the top. */
export function lossRows(points: readonly HistoryPoint[]): ChartRow[] {
  return points.map((point) => ({ at: point.epoch, ...byBlock('loss', point.lossPerBlock) }));
}

function lastAs(key: string, values: readonly number[]): Record<string, number> {
  return values.length > 0 ? { [key]: values[values.length - 1] } : {};
}

/** At most about `limit` of the items, evenly spread, the last one always among them. */
export function thinOut<Item>(items: readonly Item[], limit: number): Item[] {
  const stride = Math.ceil(items.length / limit);
  if (stride <= 1) return [...items];
  const last = items.length - 1;
  return items.filter((_, index) => (last - index) % stride === 0);
}

/** How many blocks any row has, so that lines survive a change of n. */
export function mostBlocks(lists: readonly number[][]): number {
  return lists.reduce((most, list) => Math.max(most, list.length), 0);
}
