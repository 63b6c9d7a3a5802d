import { pointName } from '../../session/sweep/searchPoints.ts';
import type { SweepSpec } from '../../session/sweep/sweepSpec.ts';
import type { PointSummary } from '../../session/sweep/sweepSummary.ts';
import { accuracyText, type MapQuantity } from './sweepWords.ts';

interface HeatMapProps {
  quantity: MapQuantity;
  spec: SweepSpec;
  /** Of one classifier kind and update rule. */
  points: readonly PointSummary[];
  /** Opens a point's first run as a session. */
  onOpen: (point: PointSummary) => void;
}

/** Steps of the colour scale, see sweep.css. */
const SHADES = 7;

/** The shade of a value among those that are shown: the last one is the best. */
function shadeOf(
  values: readonly (number | null)[],
  isGain: boolean,
): (value: number | null) => number | null {
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  return (value) => {
    if (value === null) return null;
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return Math.round((isGain ? share : 1 - share) * (SHADES - 1));
  };
}

/** One quantity over k (across) and n (down): what stands out is better; every cell says its number. */
export function HeatMap({ quantity, spec, points, onOpen }: HeatMapProps) {
  const { name, origin, value, format, isGain } = quantity;
  const { truncationInterval: ks, blockSize: ns } = spec.axes;
  const shade = shadeOf(points.map(value), isGain);
  const find = (k: number, n: number) =>
    points.find(({ point }) => point.truncationInterval === k && point.blockSize === n);
  return (
    <div className="heat-map">
      <table className="numbers">
        <caption>
          {name} <span className="tag">{origin}</span>
        </caption>
        <thead>
          <tr>
            <td className="heat-corner" />
            {ks.map((k) => (
              <th key={k} scope="col">
                k = {k}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ns.map((n) => (
            <tr key={n}>
              <th scope="row">n = {n}</th>
              {ks.map((k) => {
                const point = find(k, n);
                return (
                  <td key={k}>
                    {point && (
                      <Cell
                        point={point}
                        shade={shade(value(point))}
                        text={textOf(value(point), format)}
                        label={`${pointName(point.point, spec)}: ${labelOf(point, quantity)}`}
                        onOpen={onOpen}
                      />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const textOf = (value: number | null, format: (value: number) => string) =>
  value === null ? '–' : format(value);

function labelOf(point: PointSummary, { key, value, format }: MapQuantity): string {
  const number = value(point);
  if (number === null) return 'not trained yet';
  const seeds = `${point.runs} ${point.runs === 1 ? 'run' : 'runs'}`;
  return key === 'accuracy' ? `${accuracyText(point)}, ${seeds}` : format(number);
}

interface CellProps {
  point: PointSummary;
  label: string;
  text: string;
  /** Null where there is no value yet. */
  shade: number | null;
  onOpen: (point: PointSummary) => void;
}

function Cell({ point, label, text, shade, onOpen }: CellProps) {
  const isRunning = point.records.some(({ status }) => status === 'running');
  return (
    <button
      type="button"
      className={`heat-cell${isRunning ? ' heat-running' : ''}`}
      data-shade={shade ?? undefined}
      title={label}
      aria-label={`${label}. Open as a session`}
      onClick={() => onOpen(point)}
    >
      {text}
    </button>
  );
}
