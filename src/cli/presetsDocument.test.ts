import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bodyLayerCount, inferShapes } from '../core/network.ts';
import { type DeviceLimits, planTraining, type TrainingPlan } from '../core/plan.ts';
import { PRESETS, type Preset, presetConfig, type Sourced } from '../core/presets.ts';
import type { Schedule } from '../core/schedule.ts';
import { formatLayers } from '../session/layerNotation.ts';
import { expectedMeta, toTrainingConfig } from '../session/session.ts';
import { fakeHost } from './testSupport.ts';
import { readTrainRequest } from './trainCommand.ts';

const PATH = fileURLToPath(new URL('../../docs/presets.md', import.meta.url));
const document = readFileSync(PATH, 'utf8');
const NO_LIMITS: DeviceLimits = {
  maxBufferSize: Number.MAX_SAFE_INTEGER,
  maxStorageBufferBindingSize: Number.MAX_SAFE_INTEGER,
};
/** What the adapter of the documented runs offers. */
const SOFTWARE_ADAPTER: DeviceLimits = {
  maxBufferSize: 2 ** 30,
  maxStorageBufferBindingSize: 2 ** 30,
};

/** One iteration that was run of every preset, and how long it took, for people. */
const RUNS = [
  { preset: 'lenet1-emnist', options: '--samples 8 --set test=4 --set batch=8', seconds: 3 },
  { preset: 'lenet2-dvsgesture', options: '--samples 1 --set test=1 --set batch=1', seconds: 60 },
  { preset: 'alexnet-cifar10', options: '--samples 1 --set test=1 --set batch=1', seconds: 84 },
  { preset: 'alexnet-cifar10dvs', options: '--samples 1 --set test=1 --set batch=1', seconds: 236 },
  { preset: 'vgg11-ncaltech101', options: '--samples 1 --set test=1 --set batch=1', seconds: 281 },
  { preset: 'resnet18-esimagenet', options: '--samples 2 --set test=1 --set batch=2', seconds: 95 },
  { preset: 'lenet1-nmnist', options: '--samples 8 --set test=4 --set batch=8', seconds: 2 },
];

const grouped = (value: number) => value.toLocaleString('en-US');
const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;

function planOf(preset: Preset, schedule?: Schedule): TrainingPlan {
  return planTraining({ config: presetConfig(preset, 0, schedule), limits: NO_LIMITS });
}

function parameterCount({ tensors }: TrainingPlan): number {
  const trained = tensors.filter(({ trainable }) => trainable);
  return trained.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
}

function figuresRow(preset: Preset): string {
  const { network } = presetConfig(preset, 0);
  const whole = planOf(preset);
  const { truncationInterval: k, blockSize: n } = preset.bestSchedule.value;
  const best = planOf(preset, preset.bestSchedule.value);
  return row(
    `\`${preset.name}\``,
    grouped(parameterCount(whole)),
    grouped(inferShapes(network).reduce((sum, { neuronCount }) => sum + neuronCount, 0)),
    preset.batchSize.value,
    `(${preset.stepCount.value}, ${bodyLayerCount(network)})`,
    grouped(whole.peakBytes),
    `(${k}, ${n})`,
    grouped(best.peakBytes),
    `${((100 * best.peakBytes) / whole.peakBytes).toFixed(1)} %`,
  );
}

function figures(): string {
  return [
    row('preset', 'parameters', 'neurons', 'batch', '(T, L)', 'bytes', 'best (k, n)', 'bytes', 'share'),
    '|---|--:|--:|--:|---|--:|---|--:|--:|',
    ...PRESETS.map(figuresRow),
  ].join('\n');
}

async function runs(): Promise<string> {
  const rows = await Promise.all(
    RUNS.map(async ({ preset, options, seconds }) => {
      const command = `--preset ${preset} --iterations 1 ${options}`;
      const { session } = (await readTrainRequest(command.split(' '), fakeHost().host)).request;
      const config = toTrainingConfig(session, expectedMeta(session));
      const { peakBytes } = planTraining({ config, limits: SOFTWARE_ADAPTER });
      return row(`\`npm run train -- ${command}\``, grouped(peakBytes), seconds);
    }),
  );
  return [row('command', 'bytes', 'seconds'), '|---|--:|--:|', ...rows].join('\n');
}

/** A preset's value in a cell. */
function shown(field: string, value: unknown): string {
  if (field === 'layers') return `\`${formatLayers(value as Preset['layers']['value'])}\``;
  if (field === 'inputShape') {
    const { channels, height, width } = value as Preset['inputShape']['value'];
    return `${channels}x${height}x${width}`;
  }
  if (field === 'learningRates') {
    const rates = value as Preset['learningRates']['value'];
    return rates.map((rate) => `k ≥ ${rate.truncationInterval}: ${rate.learningRate}`).join(', ');
  }
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name} ${part}`)
    .join(', ');
}

function origins(): string {
  return PRESETS.map((preset) => {
    const { name, title, ...fields } = preset;
    const rows = Object.entries(fields as Record<string, Sourced<unknown>>).map(
      ([field, { value, origin, note }]) => row(field, shown(field, value), origin, note),
    );
    return [
      `### ${title} (\`${name}\`)`,
      '',
      '| field | value | origin | why |',
      '|---|---|---|---|',
      ...rows,
    ].join('\n');
  }).join('\n\n');
}

/** The document with what stands between a pair of marks replaced. */
function withSection(text: string, name: string, body: string): string {
  const start = `<!-- generated: ${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`docs/presets.md has no section ${name}.`);
  return `${text.slice(0, from)}${start}\n\n${body}\n\n${text.slice(to)}`;
}

describe('docs/presets.md', () => {
  it('has the figures, runs and origins that the code has', async () => {
    const sections = { figures: figures(), runs: await runs(), origins: origins() };
    const expected = Object.entries(sections).reduce(
      (text, [name, body]) => withSection(text, name, body),
      document,
    );
    await expect(expected).toMatchFileSnapshot(PATH);
    // Plans of large networks: seconds on a busy machine.
  }, 60_000);

  it('shows a run of every preset', () => {
    expect(RUNS.map(({ preset }) => preset)).toEqual(PRESETS.map(({ name }) => name));
  });
});
