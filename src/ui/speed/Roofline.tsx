import { useRef } from 'react';
import { roofAt, rooflinePoints } from '../../session/speed/roofline.ts';
import type { AdapterLimits, PassProfile } from '../../session/speed/speedState.ts';
import { useElementWidth } from '../shared/useElementWidth.ts';

const HEIGHT = 260;
const MARGIN = { left: 62, right: 16, top: 12, bottom: 42 };

function decades(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

/** Every pass that multiplies, by operations per byte and operations per second, under the roof of the adapter. */
export function Roofline({ passes, limits }: { passes: readonly PassProfile[]; limits: AdapterLimits }) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useElementWidth(frame, 640);
  const points = rooflinePoints(passes);
  const ridge = limits.operationsPerSecond / limits.bytesPerSecond;
  const xs = decades(
    Math.min(ridge / 10, ...points.map(({ intensity }) => intensity)),
    Math.max(ridge * 10, ...points.map(({ intensity }) => intensity)),
  );
  const [left, right] = [xs[0], xs[xs.length - 1]];
  const ys = decades(
    Math.min(roofAt(left, limits), ...points.map(({ operationsPerSecond }) => operationsPerSecond)),
    Math.max(limits.operationsPerSecond, ...points.map(({ operationsPerSecond }) => operationsPerSecond)),
  );
  const place = (value: number, [low, high]: readonly [number, number], from: number, to: number) =>
    from + ((Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))) * (to - from);
  const x = (value: number) => place(value, [left, right], MARGIN.left, width - MARGIN.right);
  const y = (value: number) => place(value, [ys[0], ys[ys.length - 1]], HEIGHT - MARGIN.bottom, MARGIN.top);
  const roof = [left, ridge, right].map((at) => `${x(at)},${y(roofAt(at, limits))}`).join(' ');
  const summary = points
    .map(
      ({ pass, operationsPerSecond }) =>
        `${pass.label} ${(operationsPerSecond / 1e9).toPrecision(2)} GFLOP/s`,
    )
    .join(', ');
  return (
    <div ref={frame} className="speed-roofline">
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`Roofline: the limit is ${(limits.operationsPerSecond / 1e9).toPrecision(3)} GFLOP/s from ${ridge.toPrecision(2)} operations per byte on. ${summary}.`}
      >
        {xs.map((value) => (
          <g key={value}>
            <line
              className="speed-grid"
              x1={x(value)}
              x2={x(value)}
              y1={MARGIN.top}
              y2={HEIGHT - MARGIN.bottom}
            />
            <text className="speed-tick" x={x(value)} y={HEIGHT - MARGIN.bottom + 16} textAnchor="middle">
              {value >= 1e4 || value < 0.01 ? value.toExponential(0) : value}
            </text>
          </g>
        ))}
        {ys.map((value) => (
          <g key={value}>
            <line
              className="speed-grid"
              x1={MARGIN.left}
              x2={width - MARGIN.right}
              y1={y(value)}
              y2={y(value)}
            />
            <text className="speed-tick" x={MARGIN.left - 6} y={y(value) + 4} textAnchor="end">
              {value / 1e9 >= 1e4 || value / 1e9 < 0.001 ? (value / 1e9).toExponential(0) : value / 1e9}
            </text>
          </g>
        ))}
        <text className="speed-tick" x={(MARGIN.left + width) / 2} y={HEIGHT - 6} textAnchor="middle">
          operations per byte
        </text>
        <text
          className="speed-tick"
          x={14}
          y={HEIGHT / 2 - 10}
          textAnchor="middle"
          transform={`rotate(-90 14 ${HEIGHT / 2 - 10})`}
        >
          GFLOP/s
        </text>
        <polyline className="speed-roof" points={roof} />
        {points.map(({ pass, intensity, operationsPerSecond }) => (
          <circle
            key={pass.label}
            className={`speed-point speed-${pass.kind}`}
            cx={x(intensity)}
            cy={y(operationsPerSecond)}
            r={5}
          >
            <title>
              {pass.label}: {(operationsPerSecond / 1e9).toPrecision(3)} GFLOP/s
            </title>
          </circle>
        ))}
      </svg>
      <p className="small muted speed-key">
        <span className="speed-dot speed-forward" /> forward <span className="speed-dot speed-backward" />{' '}
        error <span className="speed-dot speed-weightGradient" /> weight gradient
      </p>
    </div>
  );
}
