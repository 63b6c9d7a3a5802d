import { type ReactNode, useId } from 'react';
import { SURROGATES } from '../../core/surrogate.ts';
import { type Consequence, findField, readSetting } from '../../session/sessionFields.ts';
import { FieldLabel } from '../shared/FieldLabel.tsx';
import { NumberField } from '../shared/NumberField.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { termOf } from '../shared/terms.ts';
import { RESET_OPTIONS, SURROGATE_OPTIONS } from './layerFields.ts';

/** What a change costs, as the table of settings says. */
const COST_WORDS: Record<Consequence, string> = {
  none: 'a note',
  live: 'live',
  replan: 're-plans, weights stay',
  restart: 'new run',
  encode: 'new frames and a new run',
  data: 'new data and a new run',
};

/** The settings of network, neuron, learning and run, each with what a change of it costs. */
export function SettingGroups() {
  const optimizer = useSession((state) => state.settings.optimizer.kind);
  const surrogate = useSession((state) => state.settings.neuron.surrogate);
  const reset = useSession((state) => state.settings.neuron.reset);
  return (
    <div className="settings-groups">
      <Group title="Classifiers and initial weights">
        <Choice
          name="classifier"
          label="local classifiers"
          options={{ trainable: 'trainable', random: 'random, fixed' }}
        />
        <Choice
          name="classifierBias"
          label="bias of classifiers"
          options={{ false: 'none', true: 'trained' }}
        />
        <NumberSetting name="gain" label="initial weight gain" />
        <NumberSetting name="firstLayerGain" label="gain of the first layer" />
      </Group>
      <Group title="Neuron">
        <NumberSetting name="beta" label="beta, leak factor per step" />
        <TimeConstant />
        <Choice name="reset" label="after a spike (reset)" options={RESET_OPTIONS} />
        {reset === 'soft' && <NumberSetting name="theta" label="theta, taken off by a spike" />}
        <NumberSetting name="threshold" label="threshold" />
        <Choice name="surrogate" label="surrogate derivative" options={SURROGATE_OPTIONS} />
        <NumberSetting name="surrogateWidth" label="surrogate width a" />
        <p className="small muted settings-note">
          h(v) = {SURROGATES[surrogate].formula}. {SURROGATES[surrogate].parameter}
        </p>
        <Choice
          name="detachReset"
          label="gradient through the reset"
          options={{ false: 'kept (the paper)', true: 'cut (detached)' }}
        />
      </Group>
      <Group title="Learning">
        <Choice name="optimizer" label="optimizer" options={{ sgd: 'SGD with momentum', adam: 'Adam' }} />
        <NumberSetting name="lr" label="learning rate" />
        {optimizer === 'sgd' ? (
          <NumberSetting name="momentum" label="momentum" />
        ) : (
          <>
            <NumberSetting name="beta1" label="Adam beta 1" />
            <NumberSetting name="beta2" label="Adam beta 2" />
            <NumberSetting name="epsilon" label="Adam epsilon" />
          </>
        )}
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
      </Group>
      <Group title="Run and augmentation">
        <NumberSetting name="batch" label="batch size" />
        <NumberSetting name="epochs" label="epochs" />
        <NumberSetting name="seed" label="seed of weights and order" />
        <NumberSetting name="shift" label="random shift, pixels at most (0 = none)" />
        <Choice name="flip" label="random mirror, left to right" options={{ false: 'off', true: 'on' }} />
        <p className="small muted settings-note">
          Shift and mirror are drawn anew for every training sample in every epoch; test samples stay as they
          are. Do not mirror what means something else in a mirror, such as digits.
        </p>
        <Choice
          name="precision"
          label="weights that kernels read"
          options={{ f32: 'f32', f16: 'f16 (half precision)' }}
        />
        <p className="small muted settings-note">
          f16 is mixed precision: kernels read a copy of the weights rounded to 11 bits, which halves the
          bytes that they read of them, costs 2 bytes more per weight and changes the results; updates stay
          f32.
        </p>
      </Group>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

function useSetting(name: string): { value: unknown; commit: (value: unknown) => string | null } {
  const path = findField(name)?.path ?? name;
  const value = useSession((state) => readSetting(state.settings, path));
  const { changeSetting } = useActions();
  return { value, commit: (next) => changeSetting(name, next)?.message ?? null };
}

function labelWithCost(name: string, label: string): string {
  return `${label} (${COST_WORDS[findField(name)?.consequence ?? 'restart']})`;
}

function NumberSetting({ name, label }: { name: string; label: string }) {
  const { value, commit } = useSetting(name);
  return (
    <NumberField
      label={labelWithCost(name, label)}
      value={value as number}
      step="any"
      onCommit={commit}
      term={termOf(name)}
    />
  );
}

function Choice({ name, label, options }: { name: string; label: string; options: Record<string, string> }) {
  const { value, commit } = useSetting(name);
  const id = useId();
  return (
    <div className="field">
      <FieldLabel htmlFor={id} term={termOf(name)}>
        {labelWithCost(name, label)}
      </FieldLabel>
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
