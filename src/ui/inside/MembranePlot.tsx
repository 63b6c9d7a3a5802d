import { useRef } from 'react';
import type { SampleInspection } from '../../session/inside/insideState.ts';
import { firesAt, type InspectedLayer, membraneOf, placeOf } from '../../session/inside/spikes.ts';
import { isInside, type SurrogateWindow, surrogateWindow } from '../../session/inside/surrogateWindow.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { useElementWidth } from '../shared/useElementWidth.ts';
import { chooseInside } from './insideChoice.ts';
import { columnX, stepAt, stepTicks, stepX, type TimeAxis } from './timeAxis.ts';

const HEIGHT = 300;
const TOP = 30;
const BOTTOM = HEIGHT - 24;

interface MembranePlotProps {
  inspection: SampleInspection;
  layer: InspectedLayer;
  step: number;
  neuron: number;
}

/** The membrane of one neuron over the sample, with its threshold, the surrogate's window, and its spikes. */
export function MembranePlot({ inspection, layer, step, neuron }: MembranePlotProps) {
  const body = useRef<HTMLDivElement>(null);
  const width = useElementWidth(body, 560);
  const k = useSession((state) => state.run?.settings.schedule.truncationInterval ?? 0);
  const { stepCount } = inspection;
  const membrane = membraneOf(inspection, layer.shape, neuron);
  const window = surrogateWindow(layer.neuron);
  const { threshold, surrogate } = layer.neuron;
  const { channel, y: row, x: column } = placeOf(layer.shape, neuron);
  const isMap = layer.shape.height * layer.shape.width > 1;
  const title = `${layer.name}, neuron ${neuron}`;
  const place = isMap ? `map ${channel}, row ${row}, column ${column}` : '';
  const spikes = Array.from({ length: stepCount }, (_, t) => t).filter((t) => firesAt(layer, neuron, t));

  return (
    <figure className="membrane">
      <figcaption>
        <h3>Membrane of {title}</h3>
        <span className="small muted numbers">
          {place}
          {membrane && (
            <>
              {place && '; '}
              {spikes.length} spikes; {countInside(window, membrane)} of {stepCount} steps inside the window
            </>
          )}
        </span>
      </figcaption>
      <div ref={body} className="inside-plot">
        {membrane ? (
          <Plot
            values={membrane}
            spikes={spikes}
            window={window}
            threshold={threshold}
            interval={k}
            step={step}
            width={width}
            title={title}
          />
        ) : (
          <p className="small muted plot-wait">The membrane of this neuron is being read.</p>
        )}
      </div>
      <p className="small muted counts-legend">
        <span className="key key-membrane">membrane u</span>
        <span className="key key-threshold">threshold {threshold}</span>
        <span>
          <i className="plot-swatch window" /> {window.meaning} ({surrogate}, a ={' '}
          {layer.neuron.surrogateWidth})
        </span>
        {k < stepCount && <span className="key key-k">interval borders, k = {k}</span>}
      </p>
    </figure>
  );
}

function countInside(window: SurrogateWindow, values: Float32Array): number {
  return values.reduce((sum, u) => sum + (isInside(window, u) ? 1 : 0), 0);
}

interface PlotProps {
  /** u after each step. */
  values: Float32Array;
  /** Steps with a spike. */
  spikes: number[];
  window: SurrogateWindow;
  threshold: number;
  /** k. */
  interval: number;
  step: number;
  width: number;
  title: string;
}

function Plot({ values, spikes, window, threshold, interval: k, step, width, title }: PlotProps) {
  const stepCount = values.length;
  const axis: TimeAxis = { left: 46, right: width - 10, stepCount };
  // Wide smooth surrogates must not squeeze the trace.
  const reach = 2 * Math.max(threshold, ...values.map(Math.abs));
  const low = Math.min(0, ...values, Math.max(window.low, -reach));
  const high = Math.max(threshold, ...values, Math.min(window.high, reach));
  const y = (u: number) => BOTTOM - ((BOTTOM - TOP) * (u - low)) / (high - low);
  const clip = (u: number) => Math.max(TOP, Math.min(BOTTOM, y(u)));
  const borders = k > 0 ? Array.from({ length: Math.ceil(stepCount / k) - 1 }, (_, i) => (i + 1) * k) : [];
  const points = Array.from(values, (u, t) => `${stepX(axis, t).toFixed(1)},${y(u).toFixed(1)}`).join(' ');
  const dotted = stepCount <= 60;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the time step has a slider of its own.
    <svg
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={`Membrane of ${title} over ${stepCount} steps, from ${values.reduce((a, b) => Math.min(a, b)).toFixed(2)} to ${values.reduce((a, b) => Math.max(a, b)).toFixed(2)}; threshold ${threshold}; spikes at ${spikes.length === 0 ? 'no step' : `steps ${spikes.map((t) => t + 1).join(', ')}`}.`}
      onClick={(event) =>
        chooseInside({
          step: stepAt(axis, event.clientX - event.currentTarget.getBoundingClientRect().left),
        })
      }
    >
      <rect
        className="window-band"
        x={axis.left}
        width={axis.right - axis.left}
        y={clip(window.high)}
        height={Math.max(0, clip(window.low) - clip(window.high))}
      />
      <rect
        className="plot-now"
        x={columnX(axis, step)}
        width={columnX(axis, 1) - columnX(axis, 0)}
        y={8}
        height={BOTTOM - 8}
      />
      <g className="plot-axis">
        <line x1={axis.left} x2={axis.right} y1={y(0)} y2={y(0)} />
        {/* Where the two would lie over each other, the threshold is the one to read. */}
        {y(0) - y(threshold) > 12 && (
          <text x={axis.left - 6} y={y(0) + 4} textAnchor="end">
            0
          </text>
        )}
        {stepTicks(axis).map((tick) => (
          <text key={tick} x={stepX(axis, tick - 1)} y={HEIGHT - 6} textAnchor="middle">
            {tick}
          </text>
        ))}
      </g>
      {borders.map((t) => (
        <line
          key={t}
          className="interval-border"
          x1={columnX(axis, t)}
          x2={columnX(axis, t)}
          y1={8}
          y2={BOTTOM}
        />
      ))}
      <line className="threshold-line" x1={axis.left} x2={axis.right} y1={y(threshold)} y2={y(threshold)} />
      <text className="threshold-text" x={axis.left - 6} y={y(threshold) + 4} textAnchor="end">
        {threshold}
      </text>
      <polyline className="membrane-line" points={points} />
      {dotted &&
        Array.from(values, (u, t) => (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place.
            key={t}
            className={isInside(window, u) ? 'membrane-dot inside' : 'membrane-dot'}
            cx={stepX(axis, t)}
            cy={y(u)}
            r={2.8}
          />
        ))}
      {spikes.map((t) => (
        <line key={t} className="spike-tick" x1={stepX(axis, t)} x2={stepX(axis, t)} y1={10} y2={22} />
      ))}
      <text className="plot-note" x={axis.left - 6} y={20} textAnchor="end">
        spikes
      </text>
    </svg>
  );
}
