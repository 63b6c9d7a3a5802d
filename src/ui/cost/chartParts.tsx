import { type Scale, toPixel } from '../charts/chartScale.ts';

/** Colour and shape of the curve of one block size: told apart without colour as well. */
export const SERIES_COLOURS = [
  'var(--chart-1)',
  'var(--chart-2)',
  'var(--chart-3)',
  'var(--chart-4)',
  'var(--chart-5)',
  'var(--chart-6)',
];

/** Height of all figures' charts. */
export const CHART_HEIGHT = 230;
export const CHART_MARGIN = { top: 14, right: 14, bottom: 38, left: 58 };

const RADIUS = 4;

/** The symbol of a series: circle, square, triangle, diamond in turn; `stated` is a cross. */
export function Marker({ shape, x, y }: { shape: number | 'stated'; x: number; y: number }) {
  if (shape === 'stated')
    return (
      <path
        className="figure-cross"
        d={`M${x - 5} ${y - 5}L${x + 5} ${y + 5}M${x - 5} ${y + 5}L${x + 5} ${y - 5}`}
      />
    );
  switch (shape % 4) {
    case 0:
      return <circle cx={x} cy={y} r={RADIUS} />;
    case 1:
      return <rect x={x - RADIUS} y={y - RADIUS} width={2 * RADIUS} height={2 * RADIUS} />;
    case 2:
      return <path d={`M${x} ${y - 5}L${x + 5} ${y + 4}L${x - 5} ${y + 4}Z`} />;
    default:
      return <path d={`M${x} ${y - 6}L${x + 5} ${y}L${x} ${y + 6}L${x - 5} ${y}Z`} />;
  }
}

/** A symbol in a legend. */
export function LegendSymbol({ shape, colour }: { shape: number | 'stated'; colour: string }) {
  return (
    <svg
      className="figure-key"
      width="14"
      height="14"
      aria-hidden="true"
      style={{ fill: colour, stroke: colour }}
    >
      <Marker shape={shape} x={7} y={7} />
    </svg>
  );
}

interface AxesProps {
  x: Scale;
  y: Scale;
  yTicks: number[];
  format: (value: number) => string;
  /** Name of the horizontal axis; its ticks are the values that are drawn. */
  xName: string;
  xTicks: number[];
}

/** Leaves out ticks whose labels would touch the one before; the first is always there. */
function withRoom(ticks: number[], x: Scale): number[] {
  const kept: number[] = [];
  for (const tick of [...ticks].sort((a, b) => b - a)) {
    const last = kept[kept.length - 1];
    if (last === undefined || Math.abs(toPixel(x, last) - toPixel(x, tick)) >= 18) kept.push(tick);
  }
  return kept;
}

export function FigureAxes({ x, y, yTicks, format, xName, xTicks }: AxesProps) {
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
      {withRoom(xTicks, x).map((tick) => (
        <text key={tick} x={toPixel(x, tick)} y={y.start + 16} textAnchor="middle">
          {tick}
        </text>
      ))}
      <text x={(x.start + x.stop) / 2} y={y.start + 32} textAnchor="middle">
        {xName}
      </text>
    </g>
  );
}
