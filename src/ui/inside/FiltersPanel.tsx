import { memo, useDeferredValue, useMemo } from 'react';
import { frameSize } from '../../core/encodedDataset.ts';
import type { SampleInspection } from '../../session/inside/insideState.ts';
import { busiest, spikeCounts } from '../../session/inside/spikes.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { useThemeColours } from '../shared/useThemeColours.ts';
import { Bitmap } from './Bitmap.tsx';
import { chooseInside } from './insideChoice.ts';
import { drawKernel } from './insideDrawing.ts';
import './filters.css';

/** More filters than this are not drawn. */
const MOST = 96;
const COLOURS = ['forward', 'backward', 'surface'] as const;

/** Weights of the first layer: what each of its maps looks for, in OFF and in ON events. */
export default function FiltersPanel() {
  // Drawn in pieces, see InsidePanel.
  const inspection = useDeferredValue(
    useSession((state) => state.inside.inspection),
    null,
  );
  return (
    <section className="panel filters" aria-labelledby="filters-title">
      <h2 id="filters-title">First-layer filters</h2>
      {inspection?.filters ? (
        <Filters inspection={inspection} filters={inspection.filters} />
      ) : (
        <p className="charts-empty muted small inside-empty">
          What each map of the first layer looks for is drawn here once a network is there.
        </p>
      )}
    </section>
  );
}

type Weights = NonNullable<SampleInspection['filters']>;

/** Names of the input's channels. */
function channelNames({ input }: SampleInspection): string[] {
  const { channels } = input.shape;
  if (input.kind === 'events' && channels === 2) return ['OFF', 'ON'];
  if (channels === 3) return ['red', 'green', 'blue'];
  return channels === 1 ? ['input'] : Array.from({ length: channels }, (_, c) => `channel ${c}`);
}

const Filters = memo(function Filters(props: { inspection: SampleInspection; filters: Weights }) {
  const { inspection, filters } = props;
  const colours = useThemeColours(COLOURS);
  const { shape, values } = filters;
  // A linear layer sees the whole frame: its filter is as large as that.
  const isLinear = shape.length === 2;
  const { channels, height, width } = inspection.input.shape;
  const [kernelHeight, kernelWidth] = isLinear ? [height, width] : [shape[2], shape[3]];
  const area = kernelHeight * kernelWidth;
  const names = useMemo(() => channelNames(inspection).slice(0, 4), [inspection]);
  const count = Math.min(MOST, shape[0]);
  const most = useMemo(() => values.reduce((high, w) => Math.max(high, Math.abs(w)), 0), [values]);
  const pictures = useMemo(
    () =>
      Array.from({ length: count }, (_, out) =>
        names.map((_name, c) => {
          const from = (out * channels + c) * area;
          return drawKernel(values.subarray(from, from + area), kernelWidth, most, {
            positive: colours.forward,
            negative: colours.backward,
            zero: colours.surface,
          });
        }),
      ),
    [values, count, names, channels, area, kernelWidth, most, colours],
  );
  const first = inspection.layers[0];
  const perMap = first.shape.height * first.shape.width;

  const choose = (out: number) => {
    const counts = spikeCounts(first);
    const neuron = busiest(counts, out * perMap, Math.min(frameSize(first.shape), (out + 1) * perMap));
    chooseInside({ layer: first.name, neuron });
  };

  return (
    <>
      <p className="small muted filters-legend">
        <span>
          Weights of <b>{first.name}</b>: {shape[0]} filters of{' '}
          {names.length > 1 ? `${names.join(' and ')}, ` : ''}
          {kernelHeight}×{kernelWidth}.
        </span>
        <span>
          <i className="plot-swatch negative" /> −{Number(most.toPrecision(2))}{' '}
          <i className="plot-swatch scale" /> <i className="plot-swatch positive" /> +
          {Number(most.toPrecision(2))}
        </span>
        {shape[0] > count && ` The first ${count} are shown.`}
      </p>
      <ul className={isLinear ? 'filter-grid whole' : 'filter-grid'}>
        {pictures.map((parts, out) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a filter is its place.
          <li key={out}>
            <button
              type="button"
              className="filter"
              aria-label={`Filter ${out}: ${sumsOf(values.subarray(out * channels * area, (out + 1) * channels * area), area, names)}. Show its map.`}
              onClick={() => choose(out)}
            >
              {parts.map((picture, c) => (
                <span key={names[c]} className="filter-part">
                  <Bitmap {...picture} />
                  {names.length > 1 && <span>{names[c]}</span>}
                </span>
              ))}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
});

/** Sums per channel: whether a filter is excited or inhibited by it. */
function sumsOf(values: Float32Array, area: number, names: readonly string[]): string {
  return names
    .map((name, c) => {
      const sum = values.subarray(c * area, (c + 1) * area).reduce((total, w) => total + w, 0);
      return `${name} sum ${sum.toFixed(2)}`;
    })
    .join(', ');
}
