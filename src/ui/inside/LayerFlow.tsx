import { memo, useMemo } from 'react';
import { frameSize } from '../../core/encodedDataset.ts';
import type { SampleInspection } from '../../session/inside/insideState.ts';
import { firingRate, type InspectedLayer, spikeCounts } from '../../session/inside/spikes.ts';
import { formatPercent } from '../shared/format.ts';
import { useThemeColours } from '../shared/useThemeColours.ts';
import { Bitmap } from './Bitmap.tsx';
import { chooseInside } from './insideChoice.ts';
import { drawInput, drawLayer } from './insideDrawing.ts';

const COLOURS = ['forward', 'n', 'sunken', 'surface', 'event-on', 'event-off', 'event-ground'] as const;

interface LayerFlowProps {
  inspection: SampleInspection;
  step: number;
  /** Name of the layer whose raster is shown. */
  selected: string;
}

/** The way of the sample: its frame, then every layer's spikes at the step; blocks are framed, each with its classifier. */
export function LayerFlow({ inspection, step, selected }: LayerFlowProps) {
  const { layers, stepCount } = inspection;
  const blocks = [...new Set(layers.map(({ block }) => block))];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard.
    <section className="flow-scroll" tabIndex={0} aria-label="The sample on its way through the layers">
      <ol className="flow">
        <li className="flow-input">
          <InputCard inspection={inspection} step={step} />
        </li>
        {blocks.map((block) => (
          <li key={block} className="flow-block">
            <p className="flow-block-name small">
              {blocks.length === 1 ? 'one block, trained end to end' : `local block ${block + 1}`}
            </p>
            <ul>
              {layers
                .filter((layer) => layer.block === block)
                .map((layer) => (
                  <li key={layer.name}>
                    <LayerCard
                      layer={layer}
                      step={step}
                      stepCount={stepCount}
                      isSelected={layer.name === selected}
                    />
                  </li>
                ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
}

const InputCard = memo(function InputCard({
  inspection,
  step,
}: {
  inspection: SampleInspection;
  step: number;
}) {
  const colours = useThemeColours(COLOURS);
  const { kind, shape } = inspection.input;
  const picture = useMemo(
    () =>
      drawInput(inspection, step, {
        ground: colours['event-ground'],
        on: colours['event-on'],
        off: colours['event-off'],
      }),
    [inspection, step, colours],
  );
  return (
    <div className="layer-card">
      <Bitmap
        {...picture}
        label={kind === 'events' ? `Input frame of step ${step + 1}` : 'Input image, the same at every step'}
      />
      <p className="layer-title">input</p>
      <p className="small muted numbers">
        {shape.channels}×{shape.height}×{shape.width}
      </p>
      <p className="small numbers">
        {kind === 'events' ? (
          <>
            <span className="key key-on">ON</span> <span className="key key-off">OFF</span>
          </>
        ) : (
          'image'
        )}
      </p>
    </div>
  );
});

interface LayerCardProps {
  layer: InspectedLayer;
  step: number;
  stepCount: number;
  isSelected: boolean;
}

const LayerCard = memo(function LayerCard({ layer, step, stepCount, isSelected }: LayerCardProps) {
  const colours = useThemeColours(COLOURS);
  const counts = useMemo(() => spikeCounts(layer), [layer]);
  const rate = useMemo(() => firingRate(layer, stepCount), [layer, stepCount]);
  const { name, shape, isClassifier } = layer;
  const picture = useMemo(
    () =>
      drawLayer(layer, counts, step, stepCount, {
        spike: isClassifier ? colours.n : colours.forward,
        ground: colours.sunken,
        gap: colours.surface,
      }),
    [layer, counts, step, stepCount, colours, isClassifier],
  );
  const { channels, height, width } = shape;
  const size = height * width === 1 ? String(channels) : `${channels}×${height}×${width}`;
  return (
    <button
      type="button"
      className={isClassifier ? 'layer-card classifier' : 'layer-card'}
      aria-pressed={isSelected}
      aria-label={`${name}: ${frameSize(shape)} neurons, ${formatPercent(rate)} firing. Show its raster.`}
      onClick={() => chooseInside({ layer: name, neuron: null })}
    >
      <Bitmap {...picture} />
      <span className="layer-title">{name}</span>
      <span className="small muted numbers">{size}</span>
      <span className={rate === 0 ? 'small numbers rate silent' : 'small numbers rate'}>
        {rate === 0 ? 'silent' : `${formatPercent(rate)} firing`}
      </span>
    </button>
  );
});
