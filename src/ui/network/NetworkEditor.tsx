import { useEffect, useMemo, useRef, useState } from 'react';
import { bodyLayerCount, type LayerSpec, LIMITS, layerName } from '../../core/network.ts';
import {
  changeLayer,
  insertLayer,
  inspectNetwork,
  kindLabel,
  LAYER_KINDS,
  type LayerKind,
  moveLayer,
  newLayer,
  removeLayer,
} from '../../session/networkEdits.ts';
import { expectedMeta, toNetworkSpec } from '../../session/session.ts';
import { formatCount } from '../shared/format.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { LayerRow } from './LayerRow.tsx';
import { LayersText } from './LayersText.tsx';

/** The layers, from the input to the classifier, to be added, removed, moved and changed. */
export function NetworkEditor() {
  const settings = useSession((state) => state.settings);
  const undoLabel = useSession((state) => state.undoSteps[state.undoSteps.length - 1]?.label ?? null);
  const { changeSetting, undo } = useActions();
  const [selected, setSelected] = useState<number | null>(null);
  /** The row whose heading is to be focused once it is drawn: the focus goes with a layer that moves. */
  const [toFocus, setToFocus] = useState<number | null>(null);
  const heads = useRef<(HTMLButtonElement | null)[]>([]);
  const network = useMemo(() => toNetworkSpec(settings, expectedMeta(settings)), [settings]);
  const {
    layers: rows,
    problem,
    parameterCount,
    neuronCount,
  } = useMemo(() => inspectNetwork(network), [network]);
  const { layers } = network;
  const open = selected !== null && selected < layers.length ? selected : null;
  const place = open === null ? layers.length : open + 1;

  useEffect(() => {
    if (toFocus === null) return;
    heads.current[toFocus]?.focus();
    setToFocus(null);
  }, [toFocus]);

  const take = (next: LayerSpec[], label: string, isStep: boolean) =>
    changeSetting('layers', next, label, isStep)?.message ?? null;

  const add = (kind: LayerKind) => {
    take(insertLayer(layers, place, newLayer(kind, network, place)), `add a ${kindLabel(kind)}`, true);
    setSelected(place);
    setToFocus(place);
  };
  const move = (from: number, by: -1 | 1) => {
    const to = from + by;
    if (to < 0 || to >= layers.length) return;
    take(moveLayer(layers, from, to), `move ${layerName(layers[from], from)}`, true);
    if (open === from) setSelected(to);
    else if (open === to) setSelected(from);
    setToFocus(to);
  };
  const remove = (at: number) => {
    take(removeLayer(layers, at), `remove ${layerName(layers[at], at)}`, true);
    setSelected(open === null || open === at ? null : open > at ? open - 1 : open);
    setToFocus(Math.min(at, layers.length - 2));
  };

  const { channels, height, width } = network.input.shape;
  return (
    <section className="network-editor" aria-labelledby="layers-title">
      <div className="network-bar">
        <h3 id="layers-title">Layers</h3>
        <p className="small numbers" role="status">
          L = {bodyLayerCount(network)}, {formatCount(parameterCount)} parameters, {formatCount(neuronCount)}{' '}
          neurons{problem ? ', up to the layer that does not fit' : ', classifiers not counted'}
        </p>
        <button type="button" className="button small" disabled={undoLabel === null} onClick={() => undo()}>
          {undoLabel === null ? 'Undo' : `Undo: ${undoLabel}`}
        </button>
      </div>
      <p className="small muted">
        Input {channels}×{height}×{width}. Changes begin a new run; (k, n), its grid and the forecast follow
        at once. Every block ends in a classifier of {network.classCount} neurons, which is not listed.
      </p>
      <ol className="layer-list">
        {rows.map(({ name, spec, shape }, index) => (
          <LayerRow
            key={name}
            name={name}
            spec={spec}
            shape={shape}
            problem={problem?.index === index ? problem.error : null}
            isOpen={open === index}
            isFirst={index === 0}
            isLast={index === rows.length - 1}
            headRef={(element) => {
              heads.current[index] = element;
            }}
            onToggle={() => setSelected(open === index ? null : index)}
            onMove={(by) => move(index, by)}
            onRemove={() => remove(index)}
            onChange={(change, label) => take(changeLayer(layers, index, change), label, false)}
          />
        ))}
      </ol>
      <fieldset className="add-layer" aria-label="Add a layer">
        <span className="small muted">Add {open === null ? 'at the end' : `after ${rows[open].name}`}:</span>
        {LAYER_KINDS.map(({ kind, label }) => (
          <button
            key={kind}
            type="button"
            className="button small"
            aria-label={`Add ${label}`}
            disabled={layers.length >= LIMITS.layers}
            onClick={() => add(kind)}
          >
            + {label}
          </button>
        ))}
      </fieldset>
      <LayersText />
    </section>
  );
}
