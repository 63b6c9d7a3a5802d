import { type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { useElementWidth } from '../shared/useElementWidth.ts';
import type { ChartRow } from './chartRows.ts';
import { largest, linePath, nearestRow, roundTicks, type Scale, toPixel } from './chartScale.ts';

export interface Series {
  key: string;
  name: string;
  colour: string;
  width?: number;
  dash?: string;
  /** Marks every value: for few values that are far apart. */
  dots?: boolean;
}

export interface ChartMark {
  label: string;
  /** A vertical line at an epoch, or a horizontal one at a value. */
  epoch?: number;
  value?: number;
}

interface LineChartProps {
  title: string;
  /** The picture in a sentence, for people who do not see it. */
  summary: string;
  rows: ChartRow[];
  /** What the rows lie along. */
  axis?: 'epoch' | 'step';
  /** Later ones are drawn on top. */
  series: Series[];
  /** Highest value of the axis; undefined follows the data. */
  high?: number;
  format: (value: number) => string;
  marks: ChartMark[];
  legend: ReactNode;
}

const HEIGHT = 165;
const MARGIN = { top: 8, right: 10, bottom: 22, left: 46 };

/**
 * Lines over epochs or steps. Plain SVG: a redraw is a few path strings, so a chart that changes several times per second
 * does not hold up the page (docs/decisions says what was measured before).
 */
export function LineChart(props: LineChartProps) {
  const { title, summary, rows, axis = 'epoch', series, high, format, marks, legend } = props;
  const body = useRef<HTMLDivElement>(null);
  const width = useElementWidth(body, 360);
  const [pointed, setPointed] = useState<ChartRow | null>(null);
  const keys = series.map(({ key }) => key);
  const xTicks = roundTicks(rows.length > 0 ? rows[rows.length - 1].at : 1, 6, true);
  const yTicks =
    high === undefined ? roundTicks(largest(rows, keys), 4) : [0, high / 4, high / 2, (3 * high) / 4, high];
  const x: Scale = {
    low: 0,
    high: xTicks[xTicks.length - 1],
    start: MARGIN.left,
    stop: width - MARGIN.right,
  };
  const y: Scale = {
    low: 0,
    high: yTicks[yTicks.length - 1],
    start: HEIGHT - MARGIN.bottom,
    stop: MARGIN.top,
  };

  const point = (event: PointerEvent<HTMLDivElement>) => {
    const offset = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const at = x.low + ((offset - x.start) / (x.stop - x.start)) * (x.high - x.low);
    setPointed(nearestRow(rows, at, keys));
  };

  return (
    <figure className="chart">
      <figcaption>
        <h3>{title}</h3>
        <div className="chart-legend small">{legend}</div>
      </figcaption>
      <div className="chart-body" ref={body} onPointerMove={point} onPointerLeave={() => setPointed(null)}>
        <svg width={width} height={HEIGHT} role="img" aria-label={`${title}. ${summary}`}>
          <Axes x={x} y={y} xTicks={xTicks} yTicks={yTicks} format={format} />
          <Marks x={x} y={y} marks={marks} />
          {series.map((each) => (
            <g key={each.key} style={{ stroke: each.colour, fill: each.colour }}>
              <path
                className="chart-line"
                d={linePath(rows, each.key, x, y)}
                strokeWidth={each.width ?? 1.5}
                strokeDasharray={each.dash}
              />
              {each.dots &&
                rows
                  .filter((row) => row[each.key] !== undefined)
                  .map((row) => (
                    <circle key={row.at} cx={toPixel(x, row.at)} cy={toPixel(y, row[each.key])} r={2} />
                  ))}
            </g>
          ))}
          {pointed && (
            <line
              className="chart-cursor"
              x1={toPixel(x, pointed.at)}
              x2={toPixel(x, pointed.at)}
              y1={y.stop}
              y2={y.start}
            />
          )}
        </svg>
        {pointed && (
          <div
            className={toPixel(x, pointed.at) > width / 2 ? 'chart-tip left' : 'chart-tip'}
            style={{ left: toPixel(x, pointed.at) }}
          >
            <b>
              {axis} {Number(pointed.at.toFixed(2))}
            </b>
            {series
              .filter(({ key }) => pointed[key] !== undefined)
              .map(({ key, name }) => (
                <span key={key}>
                  {name} {format(pointed[key])}
                </span>
              ))}
          </div>
        )}
      </div>
    </figure>
  );
}

interface AxesProps {
  x: Scale;
  y: Scale;
  xTicks: number[];
  yTicks: number[];
  format: (value: number) => string;
}

function Axes({ x, y, xTicks, yTicks, format }: AxesProps) {
  return (
    <g className="chart-axes numbers">
      {yTicks.map((tick) => (
        <g key={tick}>
          <line x1={x.start} x2={x.stop} y1={toPixel(y, tick)} y2={toPixel(y, tick)} />
          <text x={x.start - 6} y={toPixel(y, tick) + 4} textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {xTicks.map((tick) => (
        <text key={tick} x={toPixel(x, tick)} y={HEIGHT - 6} textAnchor="middle">
          {tick}
        </text>
      ))}
    </g>
  );
}

function Marks({ x, y, marks }: { x: Scale; y: Scale; marks: ChartMark[] }) {
  return marks.map(({ label, epoch, value }) =>
    epoch !== undefined ? (
      <g key={`${label}-${epoch}`} className="chart-mark chart-mark-time">
        <line x1={toPixel(x, epoch)} x2={toPixel(x, epoch)} y1={y.stop} y2={y.start} />
        <text x={toPixel(x, epoch) + 4} y={y.stop + 9}>
          {label}
        </text>
      </g>
    ) : (
      <g key={label} className="chart-mark">
        <line x1={x.start} x2={x.stop} y1={toPixel(y, value ?? 0)} y2={toPixel(y, value ?? 0)} />
        <text x={x.stop} y={toPixel(y, value ?? 0) - 4} textAnchor="end">
          {label}
        </text>
      </g>
    ),
  );
}
