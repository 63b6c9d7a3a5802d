import { useMemo } from 'react';
import { formatBytes, formatPercent } from '../shared/format.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { useThrottled } from '../shared/useThrottled.ts';
import { MetricsCharts } from '../train/MetricsCharts.tsx';
import { thinOut } from './chartRows.ts';
import { LineChart, type Series } from './LineChart.tsx';
import { firingRows, memoryRows, throughputRows } from './runRows.ts';

/** More points than this cannot be told apart at the width of a chart. */
const MAX_DRAWN = 200;
const REDRAW_MS = 250;

const MEMORY: Series[] = [
  { key: 'live', name: 'now', colour: 'var(--chart-3)', dash: '5 3' },
  { key: 'peak', name: 'peak', colour: 'var(--chart-1)', width: 2.5 },
];
const SPEED: Series[] = [{ key: 'speed', name: 'samples/s', colour: 'var(--chart-1)', width: 2 }];

const wholeNumber = (value: number) => String(Math.round(value));

/** Everything that a run can draw, large. */
export default function ChartsPanel() {
  const hasRun = useSession((state) => state.run !== null);
  return (
    <section className="panel" aria-labelledby="charts-title">
      <h2 id="charts-title">Charts of this run</h2>
      {hasRun ? (
        <div className="charts charts-wide">
          <MetricsCharts />
          <RunCharts />
        </div>
      ) : (
        <p className="charts-placeholder muted small">
          Accuracy, loss, memory, speed and firing rates are drawn here while the network learns.
        </p>
      )}
    </section>
  );
}

function RunCharts() {
  const points = useThrottled(
    useSession((state) => state.history.points),
    REDRAW_MS,
  );
  const epochs = useThrottled(
    useSession((state) => state.epochs),
    REDRAW_MS,
  );
  const forecast = useSession((state) => state.run?.forecastBytes ?? null);
  const drawn = useMemo(() => thinOut(points, MAX_DRAWN), [points]);
  const memory = useMemo(() => memoryRows(drawn), [drawn]);
  const speed = useMemo(() => throughputRows(drawn), [drawn]);
  const firing = useMemo(() => firingRows(thinOut(epochs, MAX_DRAWN)), [epochs]);
  const latest = points[points.length - 1];
  const layers = epochs[epochs.length - 1]?.firingRates ?? [];
  const firingSeries = layers.map(({ layer }, index) => ({
    key: layer,
    name: layer,
    colour: `var(--chart-${(index % 6) + 1})`,
    dots: epochs.length <= 25,
  }));
  return (
    <>
      <LineChart
        title="GPU memory"
        summary={
          latest ? `The peak measured is ${formatBytes(latest.peakBytes)}.` : 'No batch is trained yet.'
        }
        rows={memory}
        series={MEMORY}
        format={formatBytes}
        marks={forecast === null ? [] : [{ label: 'forecast', value: forecast }]}
        legend={
          <>
            <span className="key key-test">measured peak</span>
            <span className="key key-train">now</span>
          </>
        }
      />
      <LineChart
        title="Throughput"
        summary={
          latest ? `${Math.round(latest.samplesPerSecond)} samples per second.` : 'No batch is trained yet.'
        }
        rows={speed}
        series={SPEED}
        format={wholeNumber}
        marks={[]}
        legend={<span className="key key-test">samples per second</span>}
      />
      <LineChart
        title="Firing rate per layer"
        summary={
          layers.length > 0
            ? layers.map(({ layer, rate }) => `${layer} ${formatPercent(rate)}`).join(', ')
            : 'No epoch is finished yet.'
        }
        rows={firing}
        series={firingSeries}
        format={(value) => formatPercent(value)}
        marks={[]}
        legend={firingSeries.map(({ key, name }, index) => (
          <span key={key} className={`key key-loss-${index % 6}`}>
            {name}
          </span>
        ))}
      />
    </>
  );
}
