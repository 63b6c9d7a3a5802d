import { type KeyboardEvent, type PointerEvent, useMemo } from 'react';
import { frameSize } from '../../core/encodedDataset.ts';
import type { SampleInspection } from '../../session/inside/insideState.ts';
import { busiest, type InspectedLayer, placeOf, spikeCounts } from '../../session/inside/spikes.ts';
import { SelectField } from '../shared/SelectField.tsx';
import { useThemeColours } from '../shared/useThemeColours.ts';
import { Bitmap } from './Bitmap.tsx';
import { chooseInside } from './insideChoice.ts';
import { drawDetail, drawRaster } from './insideDrawing.ts';

/** Rows of the picture of all neurons at most, and of the close-up. */
const MOST_ROWS = 240;
const DETAIL_ROWS = 24;
const COLOURS = ['forward', 'sunken', 'surface'] as const;

interface RasterViewProps {
  inspection: SampleInspection;
  layer: InspectedLayer;
  step: number;
  neuron: number;
}

/** All spikes of a layer against time: every neuron at once, and a close-up around the chosen one. */
export function RasterView({ inspection, layer, step, neuron }: RasterViewProps) {
  const theme = useThemeColours(COLOURS);
  const { stepCount, layers } = inspection;
  const neurons = frameSize(layer.shape);
  const chosen = Math.min(neuron, neurons - 1);
  const counts = useMemo(() => spikeCounts(layer), [layer]);
  const colours = useMemo(
    () => ({ spike: theme.forward, ground: theme.sunken, gap: theme.surface }),
    [theme],
  );
  const raster = useMemo(() => drawRaster(layer, stepCount, MOST_ROWS, colours), [layer, stepCount, colours]);
  const rows = Math.min(DETAIL_ROWS, neurons);
  const first = Math.max(0, Math.min(neurons - rows, chosen - Math.floor(rows / 2)));
  const detail = useMemo(
    () => drawDetail(layer, stepCount, first, rows, colours),
    [layer, stepCount, first, rows, colours],
  );
  const silent = counts.reduce((sum, count) => sum + (count === 0 ? 1 : 0), 0);
  const { channel, y, x } = placeOf(layer.shape, chosen);

  const pick = (event: PointerEvent<HTMLElement>, from: number, perRow: number, rowCount: number) => {
    const box = event.currentTarget.getBoundingClientRect();
    const row = Math.min(rowCount - 1, Math.floor(((event.clientY - box.top) / box.height) * rowCount));
    const at = Math.min(stepCount - 1, Math.floor(((event.clientX - box.left) / box.width) * stepCount));
    const start = from + row * perRow;
    chooseInside({
      neuron: busiest(counts, start, Math.min(neurons, start + perRow)),
      step: Math.max(0, at),
    });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowUp: chosen - 1,
      ArrowLeft: chosen - 1,
      ArrowDown: chosen + 1,
      ArrowRight: chosen + 1,
      PageUp: chosen - rows,
      PageDown: chosen + rows,
      Home: 0,
      End: neurons - 1,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    chooseInside({ neuron: Math.max(0, Math.min(neurons - 1, moves[event.key])) });
  };
  const now = { left: `${(100 * step) / stepCount}%`, width: `${100 / stepCount}%` };
  const perRow = raster.perRow;

  return (
    <figure className="raster">
      <figcaption>
        <h3>Spike raster of {layer.name}</h3>
        <span className="small muted numbers">
          {neurons} neurons{perRow > 1 && `, ${perRow} per row`}; {silent} of them never fire in this sample
        </span>
      </figcaption>
      <div className="raster-tools">
        <SelectField
          label="Layer"
          value={layer.name}
          options={layers.map(({ name }) => [name, name] as const)}
          onChoose={(name) => chooseInside({ layer: name, neuron: null })}
        />
        <button type="button" className="button small" onClick={() => chooseInside({ neuron: null })}>
          Busiest neuron
        </button>
      </div>
      <div className="raster-pair">
        <div className="raster-box">
          <div className="raster-all" onPointerDown={(event) => pick(event, 0, perRow, raster.height)}>
            <Bitmap {...raster} label={`Spikes of all ${neurons} neurons of ${layer.name} against time`} />
            <i className="raster-now" style={now} />
            <i
              className="raster-view"
              style={{
                top: `${(100 * first) / neurons}%`,
                height: `${Math.max(1.2, (100 * rows) / neurons)}%`,
              }}
            />
          </div>
          <p className="small muted">all neurons</p>
        </div>
        <div className="raster-box">
          <div
            className="raster-detail"
            role="slider"
            tabIndex={0}
            aria-label={`Neuron of ${layer.name}`}
            aria-orientation="vertical"
            aria-valuemin={0}
            aria-valuemax={neurons - 1}
            aria-valuenow={chosen}
            aria-valuetext={`neuron ${chosen}, map ${channel}, row ${y}, column ${x}, ${counts[chosen]} spikes`}
            onKeyDown={onKeyDown}
            onPointerDown={(event) => pick(event, first, 1, rows)}
          >
            <Bitmap {...detail} />
            <i className="raster-now" style={now} />
            <i
              className="raster-chosen"
              style={{ top: `${(100 * (chosen - first)) / rows}%`, height: `${100 / rows}%` }}
            />
          </div>
          <p className="small muted numbers">
            neurons {first} to {first + rows - 1}; click one, or use the arrow keys
          </p>
        </div>
      </div>
    </figure>
  );
}
