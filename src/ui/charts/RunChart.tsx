import { memo, type PointerEvent, useId, useMemo, useRef, useState } from 'react';
import type { RunRecord } from '../../session/pinnedRuns.ts';
import { useElementWidth } from '../shared/useElementWidth.ts';
import { ChartKey } from './ChartKey.tsx';
import { Axes, type ChartLine, Lines, Marks, Tip } from './ChartParts.tsx';
import { ChartTools } from './ChartTools.tsx';
import { type ChartFormat, chartCsv, chartSvg, pngOf, saveChart } from './chartFile.ts';
import {
  largest,
  nearestRow,
  roundByteTicks,
  roundTicks,
  type Scale,
  ticksBetween,
  toPixel,
} from './chartScale.ts';
import type { ChartSpec, Span } from './chartSpecs.ts';
import { PIN_DASH, pinColour, usePins } from './PinContext.tsx';

interface RunChartProps {
  spec: ChartSpec;
  run: RunRecord;
  height?: number;
}

/** More points than this cannot be told apart at the width of a chart. */
const MAX_DRAWN = 200;
const MARGIN = { top: 8, right: 10, bottom: 22, left: 46 };
/** Width of a letter of the axes, pixels. */
const LETTER = 6.4;
/** A shorter drag is a click. */
const MIN_DRAG = 8;

/**
 * One quantity of a run as lines, with the pinned runs over it. Plain SVG: a redraw is a few path strings, so a chart
 * that changes several times per second does not hold up the page (docs/decisions says what was measured before).
 */
export const RunChart = memo(function RunChart({ spec, run, height = 165 }: RunChartProps) {
  const body = useRef<HTMLDivElement>(null);
  const picture = useRef<SVGSVGElement>(null);
  const width = useElementWidth(body, 360);
  const pins = usePins();
  const clip = useId();
  const [zoom, setZoom] = useState<Span | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null);
  // Steps of a sample are few, and another run may have others: only time is zoomed.
  const span = spec.axis === 'epoch' ? zoom : null;

  const data = useMemo(() => spec.build(run, span, MAX_DRAWN), [spec, run, span]);
  const overlays = useMemo(
    () => pins.map(({ record }) => spec.build(record, span, MAX_DRAWN)),
    [spec, pins, span],
  );
  const lines: ChartLine[] = [
    ...overlays.flatMap(({ rows, series }, index) =>
      series
        .filter(({ isMain }) => isMain)
        .map(({ key, name }) => ({
          id: `${pins[index].id} ${key}`,
          key,
          name:
            series.filter((each) => each.isMain).length > 1
              ? `${pins[index].label}, ${name}`
              : pins[index].label,
          rows,
          colour: pinColour(index),
          dash: PIN_DASH,
          width: 1.75,
          isPin: true,
        })),
    ),
    ...data.series.map((series) => ({ ...series, id: series.key, rows: data.rows, isPin: false })),
  ];

  const end = Math.max(1e-9, ...[data, ...overlays].map(({ rows }) => rows[rows.length - 1]?.at ?? 0));
  const xTicks = span ? ticksBetween(span.low, span.high, 5) : roundTicks(end > 1e-9 ? end : 1, 6, true);
  const highest =
    spec.high ??
    Math.max(
      0,
      ...lines.map(({ rows, key }) => largest(rows, [key])),
      ...data.marks.map(({ value = 0 }) => value),
    );
  const yTicks =
    spec.high === undefined
      ? (spec.unit === 'bytes' ? roundByteTicks : roundTicks)(highest, 4)
      : [0, 0.25, 0.5, 0.75, 1].map((share) => share * highest);
  const longest = Math.max(...yTicks.map((tick) => spec.format(tick).length));
  const x: Scale = {
    low: span?.low ?? 0,
    high: span?.high ?? xTicks[xTicks.length - 1],
    start: Math.max(MARGIN.left, Math.ceil(8 + LETTER * longest)),
    stop: width - MARGIN.right,
  };
  const y: Scale = {
    low: 0,
    high: yTicks[yTicks.length - 1],
    start: height - MARGIN.bottom,
    stop: MARGIN.top,
  };

  const valueAt = (event: PointerEvent<HTMLDivElement>) => {
    const offset = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const inside = Math.min(x.stop, Math.max(x.start, offset));
    return x.low + ((inside - x.start) / (x.stop - x.start)) * (x.high - x.low);
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0 || spec.axis !== 'epoch') return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const from = valueAt(event);
    setBrush({ from, to: from });
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const at = valueAt(event);
    if (brush) setBrush({ from: brush.from, to: at });
    setPointed(at);
  };
  const onPointerUp = () => {
    if (!brush) return;
    const [low, high] = [brush.from, brush.to].sort((a, b) => a - b);
    if (toPixel(x, high) - toPixel(x, low) >= MIN_DRAG) setZoom({ low, high });
    setBrush(null);
  };
  const zoomBy = (factor: number) => {
    const middle = (x.low + x.high) / 2;
    const half = (x.high - x.low) / factor / 2;
    const low = Math.max(0, middle - half);
    setZoom(2 * half >= end ? null : { low, high: low + 2 * half });
  };
  const legend = [
    ...data.series.filter(({ isQuiet }) => !isQuiet),
    ...overlays.map((_, index) => ({
      key: pins[index].id,
      name: pins[index].label,
      colour: pinColour(index),
      dash: PIN_DASH,
      width: 2,
    })),
  ];
  const save = async (format: ChartFormat): Promise<string | null> => {
    try {
      if (format === 'csv') {
        const everything = (record: RunRecord) => spec.build(record, null, Number.POSITIVE_INFINITY);
        const runs = [
          { label: 'this run', data: everything(run) },
          ...pins.map(({ label, record }) => ({ label, data: everything(record) })),
        ];
        saveChart(spec.id, format, chartCsv(spec, runs));
      } else if (picture.current) {
        const svg = chartSvg(picture.current, spec.title, legend);
        saveChart(spec.id, format, format === 'svg' ? svg : await pngOf(svg));
      }
      return null;
    } catch {
      return `The browser could not make this file. Save the chart as ${format === 'png' ? 'SVG' : 'CSV'} instead.`;
    }
  };

  const row =
    pointed === null
      ? null
      : nearestRow(
          data.rows,
          pointed,
          data.series.map(({ key }) => key),
        );
  return (
    <figure className="chart">
      <figcaption>
        <h3>{spec.title}</h3>
        <div className="chart-legend small">
          {legend.map(({ key, name, colour, dash, width: stroke }) => (
            <span key={key}>
              <ChartKey colour={colour} dash={dash} width={stroke} /> {name}
            </span>
          ))}
        </div>
        <ChartTools
          title={spec.title}
          isZoomed={zoom !== null}
          onZoom={zoomBy}
          onWhole={() => setZoom(null)}
          onSave={save}
        />
      </figcaption>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the tools above do all of this by keyboard. */}
      <div
        className="chart-body"
        ref={body}
        style={{ height }}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => setBrush(null)}
        onPointerLeave={() => setPointed(null)}
        onDoubleClick={() => setZoom(null)}
      >
        <svg
          ref={picture}
          width={width}
          height={height}
          role="img"
          aria-label={`${spec.title}. ${data.summary}`}
        >
          <clipPath id={clip}>
            <rect x={x.start} y={0} width={Math.max(0, x.stop - x.start + 4)} height={y.start + 1} />
          </clipPath>
          <Axes x={x} y={y} xTicks={xTicks} yTicks={yTicks} format={spec.format} />
          <g clipPath={`url(#${clip})`}>
            <Marks x={x} y={y} marks={data.marks} />
            <Lines x={x} y={y} lines={lines} />
          </g>
          {brush && (
            <rect
              className="chart-brush"
              x={Math.min(toPixel(x, brush.from), toPixel(x, brush.to))}
              y={y.stop}
              width={Math.abs(toPixel(x, brush.to) - toPixel(x, brush.from))}
              height={y.start - y.stop}
            />
          )}
          {row && (
            <line
              className="chart-cursor"
              x1={toPixel(x, row.at)}
              x2={toPixel(x, row.at)}
              y1={y.stop}
              y2={y.start}
            />
          )}
        </svg>
        {row && <Tip x={x} width={width} at={row.at} axis={spec.axis} lines={lines} format={spec.format} />}
      </div>
    </figure>
  );
});
