import type { RunRecord } from '../../session/pinnedRuns.ts';
import { formatBytes, formatPercent } from '../shared/format.ts';
import {
  accuracyRows,
  blockAccuracyRows,
  blockKey,
  blockName,
  type ChartRow,
  lossRows,
  mostBlocks,
  thinOut,
} from './chartRows.ts';
import { earlyReadoutRows, stepsThatSuffice } from './earlyReadout.ts';
import { firingRows, memoryRows, throughputRows } from './runRows.ts';

export interface Series {
  key: string;
  name: string;
  colour: string;
  width?: number;
  dash?: string;
  /** Marks every value: for few values that are far apart. */
  dots?: boolean;
  /** Drawn for overlaid runs as well: what a run is compared by. */
  isMain?: boolean;
  /** Left out of the legend. */
  isQuiet?: boolean;
}

export interface ChartMark {
  label: string;
  /** A vertical line at an epoch, or a horizontal one at a value. */
  epoch?: number;
  value?: number;
}

/** What one chart draws of one run. */
export interface ChartData {
  rows: ChartRow[];
  /** Later ones are drawn on top. */
  series: Series[];
  marks: ChartMark[];
  /** The picture in a sentence, for people who do not see it. */
  summary: string;
}

/** A stretch of the x axis. */
export interface Span {
  low: number;
  high: number;
}

export interface ChartSpec {
  /** For file names: accuracy, loss. */
  id: string;
  title: string;
  /** What the rows lie along. */
  axis: 'epoch' | 'step';
  /** Unit of the values in exported files. */
  unit: string;
  /** Highest value of the axis; undefined follows the data. */
  high?: number;
  format: (value: number) => string;
  /** @param span What is shown of the axis, null = all. @param limit Most rows: more cannot be told apart. */
  build: (run: RunRecord, span: Span | null, limit: number) => ChartData;
}

/** With more epochs than this, dots would merge into the line. */
const MAX_DOTS = 25;

/** Items within a span and one beyond each end, so that lines run out of the picture. */
export function within<Item extends { epoch: number }>(
  items: readonly Item[],
  span: Span | null,
): readonly Item[] {
  if (!span) return items;
  const first = items.findIndex(({ epoch }) => epoch >= span.low);
  const last = items.findLastIndex(({ epoch }) => epoch <= span.high);
  if (first < 0 || last < 0) return items.slice(-1);
  return items.slice(Math.max(0, first - 1), last + 2);
}

const percent = (value: number) => formatPercent(value, 0);
const colourOf = (index: number) => `var(--chart-${(index % 6) + 1})`;
const lastOf = <Item>(items: readonly Item[]): Item | undefined => items[items.length - 1];

function chance({ classCount }: RunRecord): ChartMark[] {
  return classCount > 0 ? [{ label: 'chance', value: 1 / classCount }] : [];
}

export const ACCURACY: ChartSpec = {
  id: 'accuracy',
  title: 'Accuracy',
  axis: 'epoch',
  unit: 'share',
  high: 1,
  format: percent,
  build(run, span, limit) {
    const epochs = within(run.epochs, span);
    const blocks = mostBlocks(epochs.map(({ testAccuracyPerBlock }) => testAccuracyPerBlock));
    const dots = epochs.length <= MAX_DOTS;
    const latest = lastOf(run.epochs);
    const accuracy = latest && lastOf(latest.testAccuracyPerBlock);
    return {
      rows: accuracyRows(thinOut(epochs, limit), thinOut(within(run.points, span), limit)),
      series: [
        { key: 'running', name: 'while weights change (flattering)', colour: 'var(--chart-5)', dash: '1 3' },
        ...Array.from({ length: Math.max(0, blocks - 1) }, (_, index) => ({
          key: blockKey('test', index + 1),
          name: `test, ${blockName(index + 1)}`,
          colour: 'var(--chart-6)',
          width: 1,
          dots,
          isQuiet: index > 0,
        })),
        { key: 'train', name: 'training', colour: 'var(--chart-3)', dash: '5 3', dots },
        { key: blockKey('test', 0), name: 'test', colour: 'var(--chart-1)', width: 2.5, dots, isMain: true },
      ],
      marks: [...run.marks, ...chance(run)],
      summary:
        accuracy === undefined
          ? 'No epoch is finished yet.'
          : `Test accuracy of the last block is ${formatPercent(accuracy)} after epoch ${latest?.epoch}.`,
    };
  },
};

export const BLOCK_ACCURACY: ChartSpec = {
  id: 'accuracy-per-block',
  title: 'Accuracy per block',
  axis: 'epoch',
  unit: 'share',
  high: 1,
  format: percent,
  build(run, span, limit) {
    const epochs = within(run.epochs, span);
    const blocks = mostBlocks(epochs.map(({ testAccuracyPerBlock }) => testAccuracyPerBlock));
    const latest = lastOf(run.epochs);
    const dots = epochs.length <= MAX_DOTS;
    const series = Array.from({ length: blocks }, (_, below): Series[] => [
      {
        key: blockKey('train', below),
        name: `training, ${blockName(below)}`,
        colour: colourOf(below),
        dash: '5 3',
        isQuiet: below > 0,
      },
      {
        key: blockKey('test', below),
        name: `test, ${blockName(below)}`,
        colour: colourOf(below),
        width: 2,
        dots,
      },
    ]);
    return {
      rows: blockAccuracyRows(thinOut(epochs, limit)),
      series: series.flat().map((each) => ({ ...each, isMain: each.key === blockKey('test', 0) })),
      marks: [...run.marks, ...chance(run)],
      summary: latest
        ? `After epoch ${latest.epoch}, test accuracy from the first block to the last: ${latest.testAccuracyPerBlock.map((share) => formatPercent(share)).join(', ')}.`
        : 'No epoch is finished yet.',
    };
  },
};

export const LOSS: ChartSpec = {
  id: 'loss',
  title: 'Training loss per block',
  axis: 'epoch',
  unit: 'loss',
  format: (value) => value.toFixed(3),
  build(run, span, limit) {
    const points = within(run.points, span);
    const blocks = mostBlocks(points.map(({ lossPerBlock }) => lossPerBlock));
    const latest = lastOf(run.points)?.lossPerBlock;
    return {
      rows: lossRows(thinOut(points, limit)),
      series: Array.from({ length: blocks }, (_, below) => ({
        key: blockKey('loss', below),
        name: blockName(below),
        colour: colourOf(below),
        width: below === 0 ? 2 : 1.5,
        isMain: below === 0,
      })),
      marks: [...run.marks],
      summary: latest
        ? `The loss of the last block is ${lastOf(latest)?.toFixed(4)}.`
        : 'No batch is trained yet.',
    };
  },
};

export const MEMORY: ChartSpec = {
  id: 'memory',
  title: 'GPU memory',
  axis: 'epoch',
  unit: 'bytes',
  format: formatBytes,
  build(run, span, limit) {
    const latest = lastOf(run.points);
    return {
      rows: memoryRows(thinOut(within(run.points, span), limit)),
      series: [
        { key: 'live', name: 'now', colour: 'var(--chart-3)', dash: '5 3' },
        { key: 'peak', name: 'measured peak', colour: 'var(--chart-1)', width: 2.5, isMain: true },
      ],
      marks: run.forecastBytes === null ? [] : [{ label: 'forecast', value: run.forecastBytes }],
      summary: latest
        ? `The peak measured is ${formatBytes(latest.peakBytes)}${run.forecastBytes === null ? '' : `, forecast were ${formatBytes(run.forecastBytes)}`}.`
        : 'No batch is trained yet.',
    };
  },
};

export const THROUGHPUT: ChartSpec = {
  id: 'throughput',
  title: 'Throughput',
  axis: 'epoch',
  unit: 'samples per second',
  format: (value) => String(Number(value.toPrecision(3))),
  build(run, span, limit) {
    const latest = lastOf(run.points);
    return {
      rows: throughputRows(thinOut(within(run.points, span), limit)),
      series: [
        { key: 'speed', name: 'samples per second', colour: 'var(--chart-1)', width: 2, isMain: true },
      ],
      marks: [],
      summary: latest
        ? `${Math.round(latest.samplesPerSecond)} samples per second.`
        : 'No batch is trained yet.',
    };
  },
};

export const FIRING: ChartSpec = {
  id: 'firing-rates',
  title: 'Firing rate per layer',
  axis: 'epoch',
  unit: 'spikes per neuron and step',
  format: (value) => formatPercent(value),
  build(run, span, limit) {
    const epochs = within(run.epochs, span);
    const layers = lastOf(run.epochs)?.firingRates ?? [];
    return {
      rows: firingRows(thinOut(epochs, limit)),
      series: layers.map(({ layer }, index) => ({
        key: layer,
        name: layer,
        colour: colourOf(index),
        // Six colours: layers beyond them are dashed.
        dash: index < 6 ? undefined : index < 12 ? '6 3' : '2 3',
        dots: epochs.length <= MAX_DOTS,
        isMain: !layer.startsWith('classifier'),
      })),
      marks: [],
      summary:
        layers.length > 0
          ? layers.map(({ layer, rate }) => `${layer} ${formatPercent(rate)}`).join(', ')
          : 'No epoch is finished yet.',
    };
  },
};

export const EARLY_READOUT: ChartSpec = {
  id: 'early-readout',
  title: 'Accuracy against steps seen',
  axis: 'step',
  unit: 'share',
  high: 1,
  format: percent,
  build(run, _span, limit) {
    const latest = lastOf(run.epochs);
    const enough = latest ? stepsThatSuffice(latest) : 0;
    const rows = latest ? earlyReadoutRows(latest) : [];
    return {
      rows: thinOut(rows, limit),
      series: [
        {
          key: 'test',
          name: latest
            ? `epoch ${latest.epoch}: ${enough} of ${rows.length} steps are enough, within one point`
            : 'test samples, after each epoch',
          colour: 'var(--chart-1)',
          width: 2.5,
          isMain: true,
        },
      ],
      marks: chance(run),
      summary: latest
        ? `After epoch ${latest.epoch}, ${enough} of ${rows.length} steps give the accuracy of all of them.`
        : 'No epoch is finished yet.',
    };
  },
};
