import type { EpochMetrics } from '../../trainer/messages.ts';

/** What a row of the epoch table holds, for spreadsheets. */
function columnsOf(
  epochs: readonly EpochMetrics[],
): { name: string; of: (epoch: EpochMetrics) => number | string }[] {
  const blocks = Math.max(0, ...epochs.map(({ testAccuracyPerBlock }) => testAccuracyPerBlock.length));
  const layers = [...new Set(epochs.flatMap(({ firingRates }) => firingRates.map(({ layer }) => layer)))];
  const perBlock = (name: string, of: (epoch: EpochMetrics) => readonly number[]) =>
    Array.from({ length: blocks }, (_, block) => ({
      name: `${name}_block${block + 1}`,
      of: (epoch: EpochMetrics) => of(epoch)[block] ?? '',
    }));
  return [
    { name: 'epoch', of: ({ epoch }) => epoch },
    { name: 'loss', of: ({ loss }) => loss },
    ...perBlock('test_accuracy', ({ testAccuracyPerBlock }) => testAccuracyPerBlock),
    ...perBlock('train_accuracy', ({ trainAccuracyPerBlock }) => trainAccuracyPerBlock),
    { name: 'seconds', of: ({ seconds }) => seconds },
    ...layers.map((layer) => ({
      name: `rate_${layer}`,
      of: ({ firingRates }: EpochMetrics) => firingRates.find((each) => each.layer === layer)?.rate ?? '',
    })),
    { name: 'digest', of: ({ digest }) => digest },
  ];
}

/** The figures of every epoch as CSV with a head line: accuracies and rates 0 to 1. */
export function figuresCsv(epochs: readonly EpochMetrics[]): string {
  const columns = columnsOf(epochs);
  const rows = epochs.map((epoch) => columns.map(({ of }) => of(epoch)).join(','));
  return `${[columns.map(({ name }) => name).join(','), ...rows].join('\n')}\n`;
}

/** The figures of every epoch as a table of texts, for reports. */
export function figuresTable(epochs: readonly EpochMetrics[]): { head: string[]; rows: string[][] } {
  const columns = columnsOf(epochs).filter(({ name }) => name !== 'digest');
  const show = (value: number | string) =>
    typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(4) : String(value);
  return {
    head: columns.map(({ name }) => name.replaceAll('_', ' ')),
    rows: epochs.map((epoch) => columns.map(({ of }) => show(of(epoch)))),
  };
}
