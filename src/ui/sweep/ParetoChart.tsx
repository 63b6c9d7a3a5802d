import { type RefObject, useRef } from 'react';
import { pointName } from '../../session/sweep/searchPoints.ts';
import type { SweepState } from '../../session/sweep/sweepState.ts';
import type { PointSummary, SweepSummary } from '../../session/sweep/sweepSummary.ts';
import { roundByteTicks, type Scale, toPixel } from '../charts/chartScale.ts';
import { CHART_HEIGHT, CHART_MARGIN, LegendSymbol, Marker, SERIES_COLOURS } from '../cost/chartParts.tsx';
import { formatBytes, formatPercent } from '../shared/format.ts';
import { useElementWidth } from '../shared/useElementWidth.ts';
import { accuracyText } from './sweepWords.ts';

interface ParetoChartProps {
  sweep: SweepState;
  summary: SweepSummary;
}

type Trained = PointSummary & { accuracy: number };

const isTrained = (point: PointSummary): point is Trained => point.accuracy !== null;

/** Accuracy against memory: every trained point with its interval, and the front that no point beats in both. */
export function ParetoChart({ sweep, summary }: ParetoChartProps) {
  const body = useRef<HTMLDivElement>(null);
  const width = useElementWidth(body as RefObject<HTMLElement | null>, 440);
  const { spec } = sweep;
  const trained = summary.points.filter(isTrained);
  const front = trained
    .filter(({ isOnFront }) => isOnFront)
    .sort((a, b) => a.cost.planBytes - b.cost.planBytes);
  const bytes = summary.points.map(({ cost }) => cost.planBytes);
  const xTicks = roundByteTicks(Math.max(1, ...bytes), 4);
  const yTicks = [0, 0.25, 0.5, 0.75, 1];
  const x: Scale = {
    low: 0,
    high: xTicks[xTicks.length - 1],
    start: CHART_MARGIN.left,
    stop: width - CHART_MARGIN.right,
  };
  const y: Scale = {
    low: 0,
    high: 1,
    start: CHART_HEIGHT - CHART_MARGIN.bottom,
    stop: CHART_MARGIN.top,
  };
  const shapeOf = (n: number) => spec.axes.blockSize.indexOf(n);
  const colourOf = (n: number) => SERIES_COLOURS[shapeOf(n) % SERIES_COLOURS.length];
  const at = ({ cost, accuracy }: Trained) =>
    `${toPixel(x, cost.planBytes).toFixed(1)} ${toPixel(y, accuracy).toFixed(1)}`;
  return (
    <section aria-labelledby="pareto-title">
      <h3 id="pareto-title">Accuracy against memory</h3>
      <div className="figure-body" ref={body}>
        <svg
          width={width}
          height={CHART_HEIGHT}
          role="img"
          aria-label={`Test accuracy against planned memory; on the Pareto front: ${front.map(({ point }) => pointName(point, spec)).join('; ') || 'nothing yet'}`}
        >
          <g className="chart-axes numbers">
            {yTicks.map((tick) => (
              <g key={tick}>
                <line x1={x.start} x2={x.stop} y1={toPixel(y, tick)} y2={toPixel(y, tick)} />
                <text x={x.start - 6} y={toPixel(y, tick) + 4} textAnchor="end">
                  {formatPercent(tick, 0)}
                </text>
              </g>
            ))}
            {xTicks.map((tick, i) => (
              <text
                key={tick}
                x={toPixel(x, tick)}
                y={y.start + 16}
                textAnchor={i === xTicks.length - 1 ? 'end' : 'middle'}
              >
                {formatBytes(tick)}
              </text>
            ))}
            <text x={(x.start + x.stop) / 2} y={y.start + 32} textAnchor="middle">
              planned memory
            </text>
          </g>
          {front.length > 1 && <path className="pareto-front" d={`M${front.map(at).join('L')}`} />}
          {trained.map((point) => (
            <g
              key={point.point.id}
              style={{ stroke: colourOf(point.point.blockSize), fill: colourOf(point.point.blockSize) }}
              className={point.isOnFront ? undefined : 'pareto-behind'}
            >
              <title>{`${pointName(point.point, spec)}: ${accuracyText(point)}, ${formatBytes(point.cost.planBytes)}`}</title>
              {point.margin !== null && (
                <line
                  x1={toPixel(x, point.cost.planBytes)}
                  x2={toPixel(x, point.cost.planBytes)}
                  y1={toPixel(y, Math.min(1, point.accuracy + point.margin))}
                  y2={toPixel(y, Math.max(0, point.accuracy - point.margin))}
                />
              )}
              <Marker
                shape={shapeOf(point.point.blockSize)}
                x={toPixel(x, point.cost.planBytes)}
                y={toPixel(y, point.accuracy)}
              />
            </g>
          ))}
        </svg>
      </div>
      <ul className="figure-legend small">
        {spec.axes.blockSize.map((n) => (
          <li key={n}>
            <LegendSymbol shape={shapeOf(n)} colour={colourOf(n)} />n = {n}
          </li>
        ))}
      </ul>
      <p className="small muted">
        {front.length > 0
          ? `Nothing trained is both smaller and more accurate than ${front.map(({ point }) => `(${point.truncationInterval}, ${point.blockSize})`).join(', ')}.`
          : 'The front appears with the first finished run.'}
      </p>
    </section>
  );
}
