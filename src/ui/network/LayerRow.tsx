import type { Ref } from 'react';
import type { ErrorData } from '../../core/errors.ts';
import type { LayerShape, LayerSpec } from '../../core/network.ts';
import { formatLayers } from '../../session/layerNotation.ts';
import { kindLabel } from '../../session/networkEdits.ts';
import { formatCount } from '../shared/format.ts';
import { Icon } from '../shared/Icon.tsx';
import { LayerFields } from './LayerFields.tsx';

interface LayerRowProps {
  name: string;
  spec: LayerSpec;
  /** Null where it does not work out, or a layer before it does not. */
  shape: LayerShape | null;
  /** Why this layer does not fit; null where it does. */
  problem: ErrorData | null;
  isOpen: boolean;
  isFirst: boolean;
  isLast: boolean;
  headRef: Ref<HTMLButtonElement>;
  onToggle: () => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
  onChange: (change: Record<string, unknown>, label: string) => string | null;
}

/** One layer: what it is, what comes out, what it holds; its fields when it is open. */
export function LayerRow(props: LayerRowProps) {
  const { name, spec, shape, problem, isOpen, isFirst, isLast, headRef } = props;
  const { onToggle, onMove, onRemove, onChange } = props;
  const own = 'neuron' in spec && typeof spec.neuron === 'object' ? ', own neuron' : '';
  return (
    <li className={isOpen ? 'layer-row open' : 'layer-row'}>
      <div className="layer-head">
        <button
          ref={headRef}
          type="button"
          className="layer-name"
          aria-expanded={isOpen}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
          onClick={onToggle}
          onKeyDown={(event) => {
            if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
            event.preventDefault();
            onMove(event.key === 'ArrowUp' ? -1 : 1);
          }}
        >
          <b>{name}</b>{' '}
          <span className="muted">
            {kindLabel(spec.kind)} <span className="layer-notation">{formatLayers([spec])}</span>
            {own}
          </span>
        </button>
        <LayerCounts shape={shape} />
        <span className="layer-buttons">
          <button
            type="button"
            className="button quiet icon"
            aria-label={`Move ${name} up`}
            title="Towards the input (Alt + arrow up)"
            disabled={isFirst}
            onClick={() => onMove(-1)}
          >
            <Icon name="up" />
          </button>
          <button
            type="button"
            className="button quiet icon"
            aria-label={`Move ${name} down`}
            title="Towards the output (Alt + arrow down)"
            disabled={isLast}
            onClick={() => onMove(1)}
          >
            <Icon name="down" />
          </button>
          <button
            type="button"
            className="button quiet icon"
            aria-label={`Remove ${name}`}
            title={isFirst && isLast ? 'A network has at least one layer' : 'Remove'}
            disabled={isFirst && isLast}
            onClick={onRemove}
          >
            <Icon name="close" />
          </button>
        </span>
      </div>
      {problem && (
        <p className="inline-problem" role="alert">
          {problem.message} {problem.hint}
        </p>
      )}
      {isOpen && <LayerFields name={name} spec={spec} onChange={onChange} />}
    </li>
  );
}

function LayerCounts({ shape }: { shape: LayerShape | null }) {
  if (!shape) return <span className="layer-counts small muted">no shape</span>;
  const { channels, height, width } = shape.output;
  return (
    <span className="layer-counts small numbers">
      <span>{height === 1 && width === 1 ? channels : `${channels}×${height}×${width}`}</span>
      <span>{formatCount(shape.parameterCount)} parameters</span>
      <span>{formatCount(shape.neuronCount)} neurons</span>
      <span className="muted">{shape.bodyLayers === 0 ? 'not counted in n' : `n +${shape.bodyLayers}`}</span>
    </span>
  );
}
