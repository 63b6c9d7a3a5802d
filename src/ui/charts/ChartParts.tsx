import type { ChartRow } from './chartRows.ts';
import { linePath, nearestRow, type Scale, toPixel } from './chartScale.ts';
import type { ChartMark, Series } from './chartSpecs.ts';

/** A series with the rows that it is drawn from. */
export interface ChartLine extends Series {
  id: string;
  rows: ChartRow[];
  isPin: boolean;
}

interface ScaleProps {
  x: Scale;
  y: Scale;
}

interface AxesProps extends ScaleProps {
  xTicks: number[];
  yTicks: number[];
  format: (value: number) => string;
}

export function Axes({ x, y, xTicks, yTicks, format }: AxesProps) {
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
        <text key={tick} x={toPixel(x, tick)} y={y.start + 16} textAnchor="middle">
          {tick}
        </text>
      ))}
    </g>
  );
}

/** Where a level that close to the top of a chart has its name: below it, where there is room. Pixels. */
const NAME_HEIGHT = 14;

function nameY(lineY: number, top: number): number {
  return lineY - top < NAME_HEIGHT ? lineY + 12 : lineY - 4;
}

export function Marks({ x, y, marks }: ScaleProps & { marks: readonly ChartMark[] }) {
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
        <text x={x.stop} y={nameY(toPixel(y, value ?? 0), y.stop)} textAnchor="end">
          {label}
        </text>
      </g>
    ),
  );
}

export function Lines({ x, y, lines }: ScaleProps & { lines: readonly ChartLine[] }) {
  return lines.map(({ id, key, rows, colour, width, dash, dots, isPin }) => (
    <g key={id} style={{ stroke: colour, fill: colour }}>
      <path
        className={isPin ? 'chart-line chart-line-pin' : 'chart-line'}
        d={linePath(rows, key, x, y)}
        strokeWidth={width ?? 1.5}
        strokeDasharray={dash}
      />
      {dots &&
        rows
          .filter((row) => row[key] !== undefined)
          .map((row) => <circle key={row.at} cx={toPixel(x, row.at)} cy={toPixel(y, row[key])} r={2} />)}
    </g>
  ));
}

interface TipProps {
  x: Scale;
  width: number;
  at: number;
  axis: string;
  lines: readonly ChartLine[];
  format: (value: number) => string;
}

/** More lines than this would hide the chart. */
const MAX_TOLD = 10;

/** Values farther away than this share of the axis say where they are from. */
const NEAR = 0.02;

/** What every line says at one place: the value nearest to it. Accuracies come once an epoch, losses all the time. */
export function Tip({ x, width, at, axis, lines, format }: TipProps) {
  const told = lines
    .toReversed()
    .flatMap(({ id, key, name, rows, colour }) => {
      const row = nearestRow(rows, at, [key]);
      if (!row) return [];
      const isFar = Math.abs(row.at - at) > NEAR * (x.high - x.low);
      const where = isFar ? ` (${axis} ${Number(row.at.toFixed(2))})` : '';
      return [{ id, name: `${name}${where}`, colour, value: row[key] }];
    })
    .slice(0, MAX_TOLD);
  const left = toPixel(x, at);
  return (
    <div className={left > width / 2 ? 'chart-tip left' : 'chart-tip'} style={{ left }}>
      <b>
        {axis} {Number(at.toFixed(2))}
      </b>
      {told.map(({ id, name, colour, value }) => (
        <span key={id}>
          <span className="chart-dot" style={{ background: colour }} /> {name} <b>{format(value)}</b>
        </span>
      ))}
    </div>
  );
}
