import type { TestPredictions } from '../../trainer/messages.ts';

/** Test samples by class and by the class they were read out as. */
export interface Confusion {
  classNames: string[];
  /** u32[class][read out]: how many. */
  counts: Uint32Array;
  /** Test samples of every class. */
  perClass: Uint32Array;
  right: number;
  total: number;
}

export interface ConfusionCell {
  label: number;
  predicted: number;
  count: number;
}

export function confusionOf({ classNames, labels, predicted }: TestPredictions): Confusion {
  const classes = classNames.length;
  const counts = new Uint32Array(classes * classes);
  const perClass = new Uint32Array(classes);
  let right = 0;
  for (const [i, label] of labels.entries()) {
    counts[label * classes + predicted[i]]++;
    perClass[label]++;
    if (label === predicted[i]) right++;
  }
  return { classNames, counts, perClass, right, total: labels.length };
}

/** Wrong cells that hold samples, the largest first; ties in class order. */
export function confusions({ classNames, counts }: Confusion): ConfusionCell[] {
  const classes = classNames.length;
  return Array.from(counts, (count, at) => ({
    label: Math.floor(at / classes),
    predicted: at % classes,
    count,
  }))
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((a, b) => b.count - a.count);
}

/** Indices in the data set of the samples behind a cell, ascending. */
export function samplesOfCell(
  { samples, labels, predicted }: TestPredictions,
  cell: Pick<ConfusionCell, 'label' | 'predicted'>,
): number[] {
  return Array.from(samples).filter((_, i) => labels[i] === cell.label && predicted[i] === cell.predicted);
}
