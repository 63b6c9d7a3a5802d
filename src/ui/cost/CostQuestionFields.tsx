import { useId } from 'react';
import { LIMITS } from '../../core/network.ts';
import { PRESETS } from '../../core/presets.ts';
import { SESSION_LIMITS } from '../../session/session.ts';
import { NumberField } from '../shared/NumberField.tsx';
import { type CostForm, wholeNumber } from './useCostForm.ts';

const LARGEST_BATCH = 65536;

/** Which network, and which k, n, batch, T and classifier are costed. */
export function CostQuestionFields({ form }: { form: CostForm }) {
  const { question, layerCount, change } = form;
  const { preset, truncationInterval, blockSize, stepCount, batchSize, classifier } = question;
  const networkId = useId();
  const classifierId = useId();
  return (
    <div className="cost-question">
      <div className="field cost-network">
        <label htmlFor={networkId}>network</label>
        <select
          id={networkId}
          className="select"
          value={preset ?? ''}
          onChange={(event) => form.choosePreset(event.target.value || null)}
        >
          <option value="">the network of this session</option>
          {PRESETS.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </div>
      <NumberField
        label={`k, of T = ${stepCount}`}
        value={truncationInterval}
        min={1}
        max={stepCount}
        onCommit={wholeNumber(1, stepCount, (k) => change({ truncationInterval: k }))}
      />
      <NumberField
        label={`n, of L = ${layerCount}`}
        value={blockSize}
        min={1}
        max={layerCount}
        onCommit={wholeNumber(1, Math.min(layerCount, 2 * LIMITS.layers), (n) => change({ blockSize: n }))}
      />
      <NumberField
        label="batch B"
        value={batchSize}
        min={1}
        max={LARGEST_BATCH}
        onCommit={wholeNumber(1, LARGEST_BATCH, (size) => change({ batchSize: size }))}
      />
      <NumberField
        label="steps T"
        value={stepCount}
        min={1}
        max={SESSION_LIMITS.stepCount}
        onCommit={wholeNumber(1, SESSION_LIMITS.stepCount, (steps) =>
          change({ stepCount: steps, truncationInterval: Math.min(truncationInterval, steps) }),
        )}
      />
      <div className="field">
        <label htmlFor={classifierId}>classifiers</label>
        <select
          id={classifierId}
          className="select"
          value={classifier}
          onChange={(event) =>
            change({ classifier: event.target.value === 'random' ? 'random' : 'trainable' })
          }
        >
          <option value="trainable">trainable</option>
          <option value="random">random, fixed</option>
        </select>
      </div>
      <button type="button" className="button small" disabled={form.isPlain} onClick={form.reset}>
        {preset === null ? 'As in the session' : 'As in the preset'}
      </button>
    </div>
  );
}
