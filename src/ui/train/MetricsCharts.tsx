import { type ReactNode, useMemo } from 'react';
import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { formatPercent } from '../shared/format.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { accuracyRows, blockKey, type ChartRow, lossRows, mostBlocks } from './chartRows.ts';

/** Accuracy and loss over the run. A chunk of its own: the charting library is not part of the first load. */
export default function MetricsCharts() {
  const epochs = useSession((state) => state.epochs);
  const points = useSession((state) => state.history.points);
  const classCount = useSession((state) => state.run?.classCount ?? 0);
  const accuracy = useMemo(() => accuracyRows(epochs, points), [epochs, points]);
  const loss = useMemo(() => lossRows(points), [points]);
  const testBlocks = mostBlocks(epochs.map(({ testAccuracyPerBlock }) => testAccuracyPerBlock));
  const lossBlocks = mostBlocks(points.map(({ lossPerBlock }) => lossPerBlock));
  const best = epochs.length > 0 ? epochs[epochs.length - 1].testAccuracyPerBlock : [];

  return (
    <>
      <Chart
        title="Accuracy"
        summary={
          best.length > 0
            ? `Test accuracy of the last block is ${formatPercent(best[best.length - 1])} after epoch ${epochs[epochs.length - 1].epoch}.`
            : 'No epoch is finished yet.'
        }
        rows={accuracy}
        domain={[0, 1]}
        ticks={[0, 0.25, 0.5, 0.75, 1]}
        format={(value) => formatPercent(value, 0)}
        legend={
          <>
            <span className="key key-test">test</span>
            <span className="key key-train">training</span>
            {testBlocks > 1 && <span className="key key-block">lower blocks (test)</span>}
            <span className="key key-running">counted while weights change (flattering)</span>
          </>
        }
      >
        {classCount > 0 && (
          <ReferenceLine
            y={1 / classCount}
            stroke="var(--line-strong)"
            strokeDasharray="2 4"
            label={{ value: 'chance', position: 'insideBottomRight', fontSize: 11, fill: 'var(--ink-muted)' }}
          />
        )}
        {line('running', 'var(--chart-5)', { strokeDasharray: '1 3', dot: false, name: 'while training' })}
        {Array.from({ length: Math.max(0, testBlocks - 1) }, (_, block) =>
          line(blockKey('test', block), 'var(--chart-6)', {
            strokeWidth: 1,
            name: `test, block ${block + 1}`,
          }),
        )}
        {line('train', 'var(--chart-3)', { strokeDasharray: '5 3', name: 'training' })}
        {testBlocks > 0 &&
          line(blockKey('test', testBlocks - 1), 'var(--chart-1)', { strokeWidth: 2.5, name: 'test' })}
      </Chart>
      <Chart
        title="Training loss per block"
        summary={
          loss.length > 0
            ? `The loss of the last block is ${latestLoss(loss, lossBlocks)}.`
            : 'No batch is trained yet.'
        }
        rows={loss}
        domain={[0, 'auto']}
        format={(value) => value.toFixed(3)}
        legend={Array.from({ length: lossBlocks }, (_, block) => (
          <span key={blockKey('loss', block)} className={`key key-loss-${block % 6}`}>
            block {block + 1}
          </span>
        ))}
      >
        {Array.from({ length: lossBlocks }, (_, block) =>
          line(blockKey('loss', block), `var(--chart-${(block % 6) + 1})`, {
            dot: false,
            name: `block ${block + 1}`,
          }),
        )}
      </Chart>
    </>
  );
}

function latestLoss(rows: ChartRow[], blocks: number): string {
  return rows[rows.length - 1][blockKey('loss', blocks - 1)]?.toFixed(4) ?? 'unknown';
}

function line(
  key: string,
  stroke: string,
  more: { strokeDasharray?: string; strokeWidth?: number; dot?: boolean; name: string },
) {
  return (
    <Line
      key={key}
      dataKey={key}
      name={more.name}
      stroke={stroke}
      strokeWidth={more.strokeWidth ?? 1.5}
      strokeDasharray={more.strokeDasharray}
      dot={more.dot === false ? false : { r: 2, strokeWidth: 0, fill: stroke }}
      connectNulls
      isAnimationActive={false}
    />
  );
}

interface ChartProps {
  title: string;
  /** The picture in a sentence, for people who do not see it. */
  summary: string;
  rows: ChartRow[];
  domain: [number, number | 'auto'];
  ticks?: number[];
  format: (value: number) => string;
  legend: ReactNode;
  children: ReactNode;
}

function Chart({ title, summary, rows, domain, ticks, format, legend, children }: ChartProps) {
  const marks = useSession((state) => state.marks);
  return (
    <figure className="chart">
      <figcaption>
        <h3>{title}</h3>
        <div className="chart-legend small">{legend}</div>
      </figcaption>
      <div className="chart-body" role="img" aria-label={`${title}. ${summary}`}>
        <ResponsiveContainer width="100%" height="100%">
          <LineChart data={rows} margin={{ top: 6, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--line)" vertical={false} />
            <XAxis
              dataKey="epoch"
              type="number"
              domain={[0, (max: number) => Math.max(1, Math.ceil(max))]}
              allowDecimals={false}
              tick={TICK}
              stroke="var(--line-strong)"
              height={20}
              tickLine={false}
            />
            <YAxis
              domain={domain}
              ticks={ticks}
              allowDataOverflow
              tickFormatter={format}
              width={50}
              tick={TICK}
              axisLine={false}
              tickLine={false}
            />
            <Tooltip
              isAnimationActive={false}
              formatter={(value) => (typeof value === 'number' ? format(value) : String(value))}
              labelFormatter={(label) => `epoch ${Number(label).toFixed(2)}`}
              contentStyle={{
                background: 'var(--surface)',
                borderColor: 'var(--line)',
                borderRadius: 8,
                fontSize: 12,
              }}
            />
            {marks.map(({ epoch, label }) => (
              <ReferenceLine
                key={`${epoch}-${label}`}
                x={epoch}
                stroke="var(--k)"
                strokeDasharray="3 3"
                label={{ value: label, position: 'insideTopLeft', fontSize: 11, fill: 'var(--k)' }}
              />
            ))}
            {children}
          </LineChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}

const TICK = { fontSize: 11, fill: 'var(--ink-muted)' };
