import type { HistoryPoint } from '../../session/metricsHistory.ts';
import type { EpochMetrics } from '../../session/sessionStore.ts';

/** One x position of a chart; a key that is absent has no value there. */
export type ChartRow = { epoch: number } & Record<string, number>;

/** Key of block `block` of a quantity: test0, test1, ... */
export function blockKey(quantity: 'test' | 'loss', block: number): string {
  return `${quantity}${block}`;
}

/**
 * Accuracy over epochs: `test<b>` of every block and `train` of the last one with fixed weights, and `running`, which
 * was counted while weights changed.
 * @returns Rows in order of time.
 */
export function accuracyRows(epochs: readonly EpochMetrics[], points: readonly HistoryPoint[]): ChartRow[] {
  const rows: ChartRow[] = points.map((point) => ({
    epoch: point.epoch,
    ...lastAs('running', point.runningAccuracyPerBlock),
  }));
  for (const metrics of epochs) {
    const row: ChartRow = { epoch: metrics.epoch, ...lastAs('train', metrics.trainAccuracyPerBlock) };
    for (const [block, accuracy] of metrics.testAccuracyPerBlock.entries())
      row[blockKey('test', block)] = accuracy;
    rows.push(row);
  }
  return rows.sort((a, b) => a.epoch - b.epoch);
}

/** Training loss over epochs, `loss<b>` per block. */
export function lossRows(points: readonly HistoryPoint[]): ChartRow[] {
  return points.map((point) => {
    const row: ChartRow = { epoch: point.epoch };
    for (const [block, loss] of point.lossPerBlock.entries()) row[blockKey('loss', block)] = loss;
    return row;
  });
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
