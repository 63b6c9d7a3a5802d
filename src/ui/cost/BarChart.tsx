import { type RefObject, useRef } from 'react';
import type { BarChartPart } from '../../core/cost/figures.ts';
import { roundTicks, type Scale, toPixel } from '../charts/chartScale.ts';
import { useElementWidth } from '../shared/useElementWidth.ts';
import { CHART_HEIGHT, CHART_MARGIN, LegendSymbol, Marker, SERIES_COLOURS } from './chartParts.tsx';

const GROUP_GAP = 18;
const SMALLEST_BAR = 26;
/** Room under the bars for their names and that of their group. */
const NAMES = 62;
/** Of a bar's value, and of half a cross with some air. */
const NOTE_HEIGHT = 24;
const MARKER_SIZE = 7;

/** Names of groups in two lines: "LeNet-1 /" and "EMNIST (1, 2)". */
function twoLines(name: string): [string, string] {
  const cut = name.indexOf('/');
  if (cut >= 0) return [name.slice(0, cut + 1), name.slice(cut + 1).trim()];
  const words = name.split(' ');
  const half = Math.ceil(words.length / 2);
  return [words.slice(0, half).join(' '), words.slice(half).join(' ')];
}

/** Groups of bars with stated numbers as crosses; what is not known is named, not drawn. */
export function BarChart({ chart, figure }: { chart: BarChartPart; figure: number }) {
  const body = useRef<HTMLDivElement>(null);
  const room = useElementWidth(body as RefObject<HTMLElement | null>, 600);
  const { title, measure, groups } = chart;
  const count = groups.reduce((sum, { bars }) => sum + bars.length, 0);
  const needed = CHART_MARGIN.left + CHART_MARGIN.right + count * SMALLEST_BAR + groups.length * GROUP_GAP;
  const width = Math.max(room, needed);
  const step = (width - CHART_MARGIN.left - CHART_MARGIN.right - groups.length * GROUP_GAP) / count;
  const values = groups.flatMap(({ bars }) =>
    bars.flatMap(({ value, stated }) => [value ?? 0, stated?.value ?? 0]),
  );
  const positive = roundTicks(Math.max(...values, 0), 4);
  const tickStep = positive[1] - positive[0];
  const lowest = Math.min(...values, 0);
  // Small negative bars get room, but no line of their own.
  const below = lowest < -0.25 * tickStep ? Math.ceil(-lowest / tickStep) : 0;
  const ticks = [...Array.from({ length: below }, (_, i) => -tickStep * (below - i)), ...positive];
  const y: Scale = {
    low: Math.min(...ticks, lowest),
    high: Math.max(...ticks),
    start: CHART_HEIGHT - NAMES + 24,
    stop: CHART_MARGIN.top,
  };
  const names = [...new Set(groups.flatMap(({ bars }) => bars.map(({ name }) => name)))];
  const colourOf = (name: string) => SERIES_COLOURS[names.indexOf(name) % SERIES_COLOURS.length];
  let left = CHART_MARGIN.left;
  return (
    <div className="figure-chart figure-bars">
      <h4>{title}</h4>
      <p className="small muted">{measure}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard. */}
      <section className="figure-scroll" tabIndex={0} aria-label={`Chart of figure ${figure}, ${title}`}>
        <div ref={body}>
          <svg
            width={width}
            height={CHART_HEIGHT + 8}
            role="img"
            aria-label={`Figure ${figure}, ${title}: ${measure} for ${groups.map(({ name }) => name).join(', ')}`}
          >
            <g className="chart-axes numbers">
              {ticks.map((tick) => (
                <g key={tick}>
                  <line
                    x1={CHART_MARGIN.left}
                    x2={width - CHART_MARGIN.right}
                    y1={toPixel(y, tick)}
                    y2={toPixel(y, tick)}
                  />
                  <text x={CHART_MARGIN.left - 6} y={toPixel(y, tick) + 4} textAnchor="end">
                    {tick}
                  </text>
                </g>
              ))}
            </g>
            {groups.map(({ name, bars }) => {
              const start = left + GROUP_GAP / 2;
              left += bars.length * step + GROUP_GAP;
              return (
                <g key={name}>
                  {bars.map((bar, index) => (
                    <OneBar
                      key={bar.name}
                      bar={bar}
                      group={name}
                      x={start + index * step}
                      width={step}
                      y={y}
                      colour={colourOf(bar.name)}
                    />
                  ))}
                  <g className="chart-axes">
                    {twoLines(name).map((text, line) => (
                      <text
                        key={text}
                        x={start + (bars.length * step) / 2}
                        y={y.start + 18 + 14 * line}
                        textAnchor="middle"
                      >
                        {text}
                      </text>
                    ))}
                  </g>
                </g>
              );
            })}
          </svg>
        </div>
      </section>
      <ul className="figure-legend small">
        {names.map((name) => (
          <li key={name}>
            <LegendSymbol shape={1} colour={colourOf(name)} />
            {name}
          </li>
        ))}
        <li className="muted">
          <LegendSymbol shape="stated" colour="var(--ink)" />
          stated by the paper
        </li>
      </ul>
    </div>
  );
}

interface OneBarProps {
  bar: BarChartPart['groups'][number]['bars'][number];
  group: string;
  x: number;
  width: number;
  y: Scale;
  colour: string;
}

function OneBar({ bar, group, x, width, y, colour }: OneBarProps) {
  const { name, value, origin, note, stated } = bar;
  const zero = toPixel(y, 0);
  const top = value === null ? zero : toPixel(y, value);
  const middle = x + width / 2;
  // A bar's value stands on it, or on the cross that stands there.
  const edge = Math.min(top, zero);
  const cross = stated ? toPixel(y, stated.value) : null;
  const isCovered = cross !== null && cross > edge - NOTE_HEIGHT && cross < edge + MARKER_SIZE;
  const noteBase = (isCovered ? Math.min(edge, cross - MARKER_SIZE) : edge) - 4;
  const said = stated ? `; stated: ${stated.label}` : '';
  return (
    <g className={origin === 'measured' ? 'figure-bar measured' : 'figure-bar'}>
      <title>{`${group}, ${name}: ${value === null ? 'not known' : note} (${origin}${said})`}</title>
      {value !== null && (
        <rect
          x={x + 2}
          y={edge}
          width={Math.max(1, width - 4)}
          height={Math.max(1, Math.abs(zero - top))}
          style={{ fill: colour, stroke: colour }}
        />
      )}
      <text className="figure-note" x={middle} y={noteBase} textAnchor="middle">
        {note}
      </text>
      {cross !== null && (
        <g style={{ stroke: 'var(--ink)' }}>
          <Marker shape="stated" x={middle} y={cross} />
        </g>
      )}
    </g>
  );
}
