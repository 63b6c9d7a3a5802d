import type { ClassifierKind } from '../network.ts';
import { type CostOrigin, csvText } from './costReport.ts';
import type { Figure } from './figures.ts';

/** One number of a figure. */
export interface FigureNumberRow {
  chart: string;
  series: string;
  /** Null in bar charts, whose series name the setting. */
  k: number | null;
  n: number | null;
  classifier: ClassifierKind | null;
  origin: CostOrigin | 'stated';
  unit: string;
  /** Null where it is not known. */
  value: number | null;
  note: string;
}

/** Every number of a figure: modelled, planned, measured and stated ones, each marked. */
export function figureRows(figure: Figure): FigureNumberRow[] {
  const rows: FigureNumberRow[] = [];
  for (const { title: chart, unit, lines, marks } of figure.lineCharts) {
    for (const { name: series, blockSize: n, classifier, origin, points } of lines)
      for (const { k, value } of points)
        rows.push({ chart, series, k, n, classifier, origin, unit, value, note: '' });
    for (const { k, blockSize: n, value, label: note } of marks)
      rows.push({ chart, series: 'stated', k, n, classifier: null, origin: 'stated', unit, value, note });
  }
  for (const { title: chart, measure: unit, groups } of figure.barCharts) {
    for (const { name: group, bars } of groups) {
      for (const { name, value, origin, note, stated } of bars) {
        const common = { chart, series: `${group}: ${name}`, k: null, n: null, classifier: null, unit };
        rows.push({ ...common, origin, value, note });
        if (stated) rows.push({ ...common, origin: 'stated', value: stated.value, note: stated.label });
      }
    }
  }
  return rows;
}

/** A figure's numbers as CSV. */
export function figureCsv(figure: Figure): string {
  return csvText([
    ['figure', 'chart', 'series', 'k', 'n', 'classifier', 'origin', 'unit', 'value', 'note'],
    ...figureRows(figure).map(({ chart, series, k, n, classifier, origin, unit, value, note }) => [
      ...[figure.number, chart, series, k ?? '', n ?? '', classifier ?? ''],
      ...[origin, unit, value ?? '', note],
    ]),
  ]);
}
