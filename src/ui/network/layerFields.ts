import { type LayerSpec, LIMITS } from '../../core/network.ts';
import type { ResetKind } from '../../core/neuron.ts';
import { SURROGATES } from '../../core/surrogate.ts';

/** A field of a layer as the editor shows it. `key` is its name in the layer. */
export type LayerField =
  | { type: 'number'; key: string; label: string; low: number; high: number; isWhole: boolean }
  | { type: 'flag'; key: string; label: string }
  | { type: 'choice'; key: string; label: string; options: Record<string, string> };

const whole = (key: string, label: string, low: number, high: number): LayerField => ({
  type: 'number',
  key,
  label,
  low,
  high,
  isWhole: true,
});
const real = (key: string, label: string, low: number, high: number): LayerField => ({
  type: 'number',
  key,
  label,
  low,
  high,
  isWhole: false,
});
const flag = (key: string, label: string): LayerField => ({ type: 'flag', key, label });

const STRIDE = whole('stride', 'stride', 1, LIMITS.kernel);
const KERNEL = whole('kernel', 'kernel', 1, LIMITS.kernel);
const BATCH_NORM = flag('batchNorm', 'batch norm');
const TRAINABLE = [flag('bias', 'bias'), BATCH_NORM, real('dropout', 'dropout', 0, 0.999)];

/** The fields of a layer, in the order in which people think of them. */
export function layerFields(spec: LayerSpec): LayerField[] {
  switch (spec.kind) {
    case 'conv':
      return [
        whole('out', 'channels', 1, LIMITS.channels),
        KERNEL,
        STRIDE,
        whole('padding', 'padding', 0, LIMITS.kernel - 1),
        ...TRAINABLE,
      ];
    case 'linear':
      return [whole('out', 'neurons', 1, LIMITS.channels), ...TRAINABLE];
    case 'avgPool':
    case 'maxPool':
      return [
        { type: 'choice', key: 'kind', label: 'pool', options: { avgPool: 'average', maxPool: 'maximum' } },
        KERNEL,
        STRIDE,
        {
          type: 'choice',
          key: 'neuron',
          label: 'neurons',
          options: { lif: 'LIF, as the paper', none: 'none (plain pool)' },
        },
      ];
    case 'sew':
      return [whole('out', 'channels', 1, LIMITS.channels), STRIDE, BATCH_NORM];
  }
}

/** Names of the surrogate derivatives, for a list of choices. */
export const SURROGATE_OPTIONS: Record<string, string> = Object.fromEntries(
  Object.values(SURROGATES).map(({ kind, label }) => [kind, label.toLowerCase()]),
);

/** What a spike does to the membrane, for a list of choices. */
export const RESET_OPTIONS: Record<ResetKind, string> = {
  soft: 'theta is taken off',
  hard: 'start again from 0',
};

/** Constants that a layer's neurons may have of their own. */
export const NEURON_FIELDS: readonly Extract<LayerField, { type: 'number' | 'choice' }>[] = [
  { type: 'number', key: 'beta', label: 'beta', low: 0, high: 1, isWhole: false },
  { type: 'choice', key: 'reset', label: 'after a spike', options: RESET_OPTIONS },
  { type: 'number', key: 'theta', label: 'theta', low: 0, high: 100, isWhole: false },
  { type: 'number', key: 'threshold', label: 'threshold', low: 1e-6, high: 100, isWhole: false },
  { type: 'choice', key: 'surrogate', label: 'surrogate', options: SURROGATE_OPTIONS },
  {
    type: 'number',
    key: 'surrogateWidth',
    label: 'surrogate width a',
    low: 1e-6,
    high: 1000,
    isWhole: false,
  },
  {
    type: 'choice',
    key: 'detachReset',
    label: 'gradient through the reset',
    options: { false: 'kept', true: 'cut' },
  },
];

/**
 * Reads what was typed into a number field.
 * @param owner Whose field it is: conv1.
 * @returns The number, or a sentence with thing, value and limit.
 */
export function readNumber(
  field: Extract<LayerField, { type: 'number' }>,
  owner: string,
  text: string,
): { value: number } | { refusal: string } {
  const value = Number(text);
  const isNumber =
    text.trim() !== '' && Number.isFinite(value) && (!field.isWhole || Number.isInteger(value));
  if (isNumber && value >= field.low && value <= field.high) return { value };
  const found = text.trim() === '' ? 'empty' : text.trim();
  const kind = field.isWhole ? 'a whole number' : 'a number';
  return {
    refusal: `The ${field.label} of ${owner} is ${found}, allowed is ${kind} from ${field.low} to ${field.high}.`,
  };
}
