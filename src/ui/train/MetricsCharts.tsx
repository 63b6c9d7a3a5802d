import { memo, useMemo } from 'react';
import type { HistoryPoint } from '../../session/metricsHistory.ts';
import type { EpochMetrics, ScheduleMark } from '../../session/sessionStore.ts';
import { accuracyRows, blockKey, blockName, lossRows, mostBlocks, thinOut } from '../charts/chartRows.ts';
import { earlyReadoutRows, stepsThatSuffice } from '../charts/earlyReadout.ts';
import { LineChart, type Series } from '../charts/LineChart.tsx';
import { formatPercent } from '../shared/format.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { useThrottled } from '../shared/useThrottled.ts';

/** More points than this cannot be told apart at the width of a chart. */
const MAX_DRAWN = 200;
/** With more epochs than this, dots would merge into the line. */
const MAX_DOTS = 25;
/** Shortest time between two drawings of the charts. */
const REDRAW_MS = 250;

const percent = (value: number) => formatPercent(value, 0);
const threeDigits = (value: number) => value.toFixed(3);

/** Accuracy and loss over the run. */
export function MetricsCharts() {
  const allEpochs = useSession((state) => state.epochs);
  const allPoints = useSession((state) => state.history.points);
  const marks = useSession((state) => state.marks);
  const classCount = useSession((state) => state.run?.classCount ?? 0);
  const epochs = useThrottled(allEpochs, REDRAW_MS);
  const points = useThrottled(allPoints, REDRAW_MS);
  return (
    <>
      <AccuracyChart epochs={epochs} points={points} marks={marks} classCount={classCount} />
      <LossChart points={points} marks={marks} />
      <EarlyReadoutChart latest={epochs[epochs.length - 1]} classCount={classCount} />
    </>
  );
}

interface AccuracyChartProps {
  epochs: EpochMetrics[];
  points: HistoryPoint[];
  marks: ScheduleMark[];
  classCount: number;
}

const AccuracyChart = memo(function AccuracyChart({ epochs, points, marks, classCount }: AccuracyChartProps) {
  const rows = useMemo(
    () => accuracyRows(thinOut(epochs, MAX_DRAWN), thinOut(points, MAX_DRAWN)),
    [epochs, points],
  );
  const blocks = mostBlocks(epochs.map(({ testAccuracyPerBlock }) => testAccuracyPerBlock));
  const dots = epochs.length <= MAX_DOTS;
  const latest = epochs[epochs.length - 1];
  const accuracy = latest?.testAccuracyPerBlock[latest.testAccuracyPerBlock.length - 1];
  const series: Series[] = [
    { key: 'running', name: 'while training', colour: 'var(--chart-5)', dash: '1 3' },
    ...Array.from({ length: Math.max(0, blocks - 1) }, (_, index) => ({
      key: blockKey('test', index + 1),
      name: `test, ${blockName(index + 1)}`,
      colour: 'var(--chart-6)',
      width: 1,
      dots,
    })),
    { key: 'train', name: 'training', colour: 'var(--chart-3)', dash: '5 3', dots },
    { key: blockKey('test', 0), name: 'test', colour: 'var(--chart-1)', width: 2.5, dots },
  ];
  return (
    <LineChart
      title="Accuracy"
      summary={
        accuracy === undefined
          ? 'No epoch is finished yet.'
          : `Test accuracy of the last block is ${formatPercent(accuracy)} after epoch ${latest.epoch}.`
      }
      rows={rows}
      series={series}
      high={1}
      format={percent}
      marks={[...marks, ...(classCount > 0 ? [{ label: 'chance', value: 1 / classCount }] : [])]}
      legend={
        <>
          <span className="key key-test">test</span>
          <span className="key key-train">training</span>
          {blocks > 1 && <span className="key key-block">lower blocks (test)</span>}
          <span className="key key-running">counted while weights change (flattering)</span>
        </>
      }
    />
  );
});

const LossChart = memo(function LossChart({
  points,
  marks,
}: {
  points: HistoryPoint[];
  marks: ScheduleMark[];
}) {
  const rows = useMemo(() => lossRows(thinOut(points, MAX_DRAWN)), [points]);
  const blocks = mostBlocks(points.map(({ lossPerBlock }) => lossPerBlock));
  const series = Array.from({ length: blocks }, (_, below) => ({
    key: blockKey('loss', below),
    name: blockName(below),
    colour: `var(--chart-${(below % 6) + 1})`,
  }));
  const latest = points[points.length - 1]?.lossPerBlock;
  return (
    <LineChart
      title="Training loss per block"
      summary={
        latest
          ? `The loss of the last block is ${latest[latest.length - 1].toFixed(4)}.`
          : 'No batch is trained yet.'
      }
      rows={rows}
      series={series}
      format={threeDigits}
      marks={marks}
      legend={series.map(({ key, name }, block) => (
        <span key={key} className={`key key-loss-${block % 6}`}>
          {name}
        </span>
      ))}
    />
  );
});

const READOUT_SERIES: Series[] = [
  { key: 'test', name: 'test accuracy', colour: 'var(--chart-1)', width: 2.5 },
];

const EarlyReadoutChart = memo(function EarlyReadoutChart({
  latest,
  classCount,
}: {
  latest: EpochMetrics | undefined;
  classCount: number;
}) {
  const rows = useMemo(() => (latest ? earlyReadoutRows(latest) : []), [latest]);
  const enough = latest ? stepsThatSuffice(latest) : 0;
  return (
    <LineChart
      title="Accuracy against steps seen"
      summary={
        latest
          ? `After epoch ${latest.epoch}, ${enough} of ${rows.length} steps give the accuracy of all of them.`
          : 'No epoch is finished yet.'
      }
      rows={rows}
      axis="step"
      series={READOUT_SERIES}
      high={1}
      format={percent}
      marks={classCount > 0 ? [{ label: 'chance', value: 1 / classCount }] : []}
      legend={
        <span>
          {latest
            ? `epoch ${latest.epoch}: ${enough} of ${rows.length} steps are enough, within one point`
            : 'test samples, after each epoch'}
        </span>
      }
    />
  );
});
