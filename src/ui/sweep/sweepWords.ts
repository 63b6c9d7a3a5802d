import { pointName } from '../../session/sweep/searchPoints.ts';
import type { SweepCell, SweepSpec } from '../../session/sweep/sweepSpec.ts';
import type { PointSummary } from '../../session/sweep/sweepSummary.ts';
import { formatBytes, formatCount, formatPercent } from '../shared/format.ts';

/** "k = 5, n = 1, seed 2". */
export function runName(cell: SweepCell, spec: SweepSpec): string {
  return `${pointName(cell.point, spec)}, seed ${cell.seed}`;
}

/** A mean with its interval: "92.3 % ± 1.2". */
export function accuracyText({ accuracy, margin }: Pick<PointSummary, 'accuracy' | 'margin'>): string {
  if (accuracy === null) return '–';
  return margin === null
    ? formatPercent(accuracy)
    : `${formatPercent(accuracy)} ± ${(100 * margin).toFixed(1)}`;
}

/** A quantity of points that a heat map shows. */
export interface MapQuantity {
  key: string;
  name: string;
  /** What its numbers are. */
  origin: string;
  /** True where more is better. */
  isGain: boolean;
  value: (point: PointSummary) => number | null;
  format: (value: number) => string;
}

export const MAP_QUANTITIES: readonly MapQuantity[] = [
  {
    key: 'accuracy',
    name: 'test accuracy',
    origin: 'measured',
    isGain: true,
    value: ({ accuracy }) => accuracy,
    format: (value) => formatPercent(value),
  },
  {
    key: 'memory',
    name: 'memory',
    origin: 'planned',
    isGain: false,
    value: ({ cost }) => cost.planBytes,
    format: formatBytes,
  },
  {
    key: 'access',
    name: 'memory access, words',
    origin: 'modelled',
    isGain: false,
    value: ({ cost }) => cost.access,
    format: formatCount,
  },
  {
    key: 'macs',
    name: 'MACs',
    origin: 'modelled',
    isGain: false,
    value: ({ cost }) => cost.macs,
    format: formatCount,
  },
  {
    key: 'figureOfMerit',
    name: 'figure of merit',
    origin: 'measured and modelled',
    isGain: false,
    value: ({ figureOfMerit }) => figureOfMerit,
    format: (value) => value.toFixed(3),
  },
];
