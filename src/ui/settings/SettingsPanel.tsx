import { useId, useState } from 'react';
import { formatLayers } from '../../session/layerNotation.ts';
import { findField, readSetting } from '../../session/sessionFields.ts';
import { NumberField } from '../shared/NumberField.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';

/** Everything else that decides a run, folded away: the defaults learn. */
export function SettingsPanel() {
  const optimizer = useSession((state) => state.settings.optimizer.kind);
  return (
    <section className="panel panel-settings" aria-labelledby="settings-title">
      <details>
        <summary>
          <h2 id="settings-title">Network, neuron and optimizer</h2>
        </summary>
        <div className="settings-groups">
          <fieldset>
            <legend>Network</legend>
            <LayersField />
            <Choice
              name="classifier"
              label="local classifiers"
              options={{ trainable: 'trainable', random: 'random, fixed' }}
            />
            <NumberSetting name="gain" label="initial weight gain" />
            <NumberSetting name="firstLayerGain" label="gain of the first layer" />
          </fieldset>
          <fieldset>
            <legend>Neuron</legend>
            <NumberSetting name="beta" label="beta, leak factor per step" />
            <TimeConstant />
            <NumberSetting name="theta" label="theta, taken off by a spike" />
            <NumberSetting name="threshold" label="threshold" />
            <Choice
              name="surrogate"
              label="surrogate derivative"
              options={{
                rectangular: 'rectangular',
                triangular: 'triangular',
                atan: 'arc tangent',
                fastSigmoid: 'fast sigmoid',
                sigmoid: 'sigmoid',
              }}
            />
            <NumberSetting name="surrogateWidth" label="surrogate width a" />
            <Choice
              name="detachReset"
              label="gradient through the reset"
              options={{ false: 'kept', true: 'cut' }}
            />
          </fieldset>
          <fieldset>
            <legend>Learning</legend>
            <Choice name="optimizer" label="optimizer" options={{ sgd: 'SGD with momentum', adam: 'Adam' }} />
            <NumberSetting name="lr" label="learning rate (live)" />
            {optimizer === 'sgd' && <NumberSetting name="momentum" label="momentum" />}
            <NumberSetting name="weightDecay" label="weight decay" />
            <NumberSetting name="decayEvery" label="decay every, epochs (0 = never)" />
            <NumberSetting name="decayFactor" label="decay factor" />
            <Choice
              name="update"
              label="update"
              options={{ interval: 'after every interval', sequence: 'after every sample' }}
            />
            <Choice
              name="loss"
              label="loss"
              options={{ mse: 'squared error of the rate', crossEntropy: 'cross-entropy' }}
            />
          </fieldset>
          <fieldset>
            <legend>Run</legend>
            <NumberSetting name="batch" label="batch size" />
            <NumberSetting name="epochs" label="epochs" />
            <NumberSetting name="seed" label="seed of weights and order" />
          </fieldset>
        </div>
      </details>
    </section>
  );
}

function useSetting(name: string): { value: unknown; commit: (value: unknown) => string | null } {
  const path = findField(name)?.path ?? name;
  const value = useSession((state) => readSetting(state.settings, path));
  const { changeSetting } = useActions();
  return { value, commit: (next) => changeSetting(name, next)?.message ?? null };
}

function NumberSetting({ name, label }: { name: string; label: string }) {
  const { value, commit } = useSetting(name);
  return <NumberField label={label} value={value as number} step="any" onCommit={commit} />;
}

function Choice({ name, label, options }: { name: string; label: string; options: Record<string, string> }) {
  const { value, commit } = useSetting(name);
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="select"
        value={String(value)}
        onChange={(event) => commit(event.target.value)}
      >
        {Object.entries(options).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

function TimeConstant() {
  const beta = useSession((state) => state.settings.neuron.beta);
  const steps = beta < 1 ? `${(1 / (1 - beta)).toFixed(1)} steps` : 'without leak';
  return <p className="small muted settings-note">time constant: {steps}</p>;
}

function LayersField() {
  const layers = useSession((state) => formatLayers(state.settings.network.layers));
  const { changeSetting } = useActions();
  const [draft, setDraft] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const id = useId();
  const commit = () => {
    if (draft === null || draft === layers) {
      setDraft(null);
      return;
    }
    const problem = changeSetting('layers', draft);
    setRefusal(problem ? `${problem.message} ${problem.hint}` : null);
    if (!problem) setDraft(null);
  };
  return (
    <div className="field">
      <label htmlFor={id}>layers, input first</label>
      <input
        id={id}
        className="input"
        spellCheck={false}
        value={draft ?? layers}
        aria-invalid={refusal !== null}
        aria-describedby={`${id}-note`}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
      <span id={`${id}-note`} className={refusal ? 'field-error' : 'small muted'}>
        {refusal ?? '6C5 = 6 channels, 5×5 kernel; AP2 = average pool; 84FC = 84 neurons'}
      </span>
    </div>
  );
}
