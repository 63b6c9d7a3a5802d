import { type RefObject, useRef } from 'react';
import type { FigureLine, LineChartPart } from '../../core/cost/figures.ts';
import { roundByteTicks, roundTicks, type Scale, toPixel } from '../charts/chartScale.ts';
import { formatBytes } from '../shared/format.ts';
import { useElementWidth } from '../shared/useElementWidth.ts';
import {
  CHART_HEIGHT,
  CHART_MARGIN,
  FigureAxes,
  LegendSymbol,
  Marker,
  SERIES_COLOURS,
} from './chartParts.tsx';

const WORDS: Record<LineChartPart['unit'], string> = {
  bytes: 'bytes',
  words: 'words',
  operations: 'additions',
};

/** Counts with a metric suffix, short enough for an axis. */
function metric(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** power).toPrecision(3))}\u00a0${units[power]}`;
}

interface CurveChartProps {
  chart: LineChartPart;
  /** Number of the figure, for the name of the picture. */
  figure: number;
  /** Block sizes in order: colour and symbol follow it. */
  blockSizes: number[];
}

/** Cost against k: a curve per n, stated numbers as crosses, measured ones as rings. */
export function CurveChart({ chart, figure, blockSizes }: CurveChartProps) {
  const body = useRef<HTMLDivElement>(null);
  const width = useElementWidth(body as RefObject<HTMLElement | null>, 400);
  const { title, unit, lines, marks } = chart;
  const ks = [...new Set(lines.flatMap(({ points }) => points.map(({ k }) => k)))];
  const values = [...lines.flatMap(({ points }) => points), ...marks].map(({ value }) => value);
  const high = Math.max(...values);
  const yTicks = (unit === 'bytes' ? roundByteTicks : roundTicks)(high, 4);
  const format = unit === 'bytes' ? formatBytes : metric;
  const x: Scale = {
    low: 0,
    high: Math.max(...ks),
    start: CHART_MARGIN.left,
    stop: width - CHART_MARGIN.right,
  };
  const y: Scale = {
    low: 0,
    high: yTicks[yTicks.length - 1],
    start: CHART_HEIGHT - CHART_MARGIN.bottom,
    stop: CHART_MARGIN.top,
  };
  const shapeOf = (blockSize: number) => Math.max(0, blockSizes.indexOf(blockSize));
  const colourOf = (blockSize: number) => SERIES_COLOURS[shapeOf(blockSize) % SERIES_COLOURS.length];
  return (
    <div className="figure-chart">
      <h4>
        {title} <span className="tag">{chart.origin}</span>
      </h4>
      <div className="figure-body" ref={body}>
        <svg
          width={width}
          height={CHART_HEIGHT}
          role="img"
          aria-label={`Figure ${figure}, ${title}: ${WORDS[unit]} against k, from ${format(Math.min(...values))} to ${format(high)}`}
        >
          <FigureAxes x={x} y={y} yTicks={yTicks} xTicks={ks} format={format} xName="k, steps" />
          {lines.map((line) => (
            <Curve
              key={`${line.name} ${line.origin}`}
              line={line}
              shape={shapeOf(line.blockSize)}
              colour={colourOf(line.blockSize)}
              x={x}
              y={y}
              format={format}
            />
          ))}
          {marks.map(({ k, value, blockSize, label }) => (
            <g key={label} style={{ stroke: colourOf(blockSize) }}>
              <title>{`stated: ${label}`}</title>
              <Marker shape="stated" x={toPixel(x, k)} y={toPixel(y, value)} />
            </g>
          ))}
        </svg>
      </div>
      <ul className="figure-legend small">
        {lines.map(({ name, blockSize, classifier, origin }) => (
          <li key={`${name} ${origin}`} className={classifier === 'random' ? 'broken' : undefined}>
            <LegendSymbol shape={shapeOf(blockSize)} colour={colourOf(blockSize)} />
            {name}
          </li>
        ))}
        {marks.map(({ label, blockSize }) => (
          <li key={label} className="muted">
            <LegendSymbol shape="stated" colour={colourOf(blockSize)} />
            stated, {label}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface CurveProps {
  line: FigureLine;
  shape: number;
  colour: string;
  x: Scale;
  y: Scale;
  format: (value: number) => string;
}

function Curve({ line, shape, colour, x, y, format }: CurveProps) {
  const { name, points, classifier, origin } = line;
  const path = points
    .map(
      ({ k, value }, i) =>
        `${i === 0 ? 'M' : 'L'}${toPixel(x, k).toFixed(1)} ${toPixel(y, value).toFixed(1)}`,
    )
    .join('');
  const isMeasured = origin === 'measured';
  return (
    <g
      className={isMeasured ? 'figure-measured' : undefined}
      style={{ stroke: colour, fill: isMeasured ? 'none' : colour }}
    >
      <path className="chart-line" d={path} strokeDasharray={classifier === 'random' ? '5 4' : undefined} />
      {points.map(({ k, value }) => (
        <g key={k}>
          <title>{`${name}, k = ${k}: ${format(value)} (${origin})`}</title>
          {isMeasured ? (
            <circle cx={toPixel(x, k)} cy={toPixel(y, value)} r={8} />
          ) : (
            <Marker shape={shape} x={toPixel(x, k)} y={toPixel(y, value)} />
          )}
        </g>
      ))}
    </g>
  );
}
