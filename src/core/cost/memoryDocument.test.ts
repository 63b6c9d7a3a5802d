import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { costFigures } from '../costModel.ts';
import {
  bodyLayerCount,
  cutBlocks,
  inferShapes,
  type LayerShape,
  type NetworkSpec,
  usesBatchNorm,
} from '../network.ts';
import { planTraining, type TrainingPlan } from '../plan.ts';
import { findPreset, PRESETS, type Preset, presetConfig, presetNetwork } from '../presets.ts';
import { NO_LIMITS } from './costReport.ts';
import type { CostRules } from './costRules.ts';

const PATH = fileURLToPath(new URL('../../../docs/memory.md', import.meta.url));
const document = readFileSync(PATH, 'utf8');
const MIB = 2 ** 20;

/** Most bytes that a preset may take at (k, n); what the paper's own way takes is beside it in the document. */
const BARS = [
  { preset: 'alexnet-cifar10dvs', k: 100, n: 8, bytes: 1.75 * 1024 * MIB },
  { preset: 'alexnet-cifar10dvs', k: 10, n: 1, bytes: 0.6 * 1024 * MIB },
  { preset: 'lenet2-dvsgesture', k: 60, n: 4, bytes: 0.33 * 1024 * MIB },
  { preset: 'lenet1-emnist', k: 20, n: 4, bytes: 110 * MIB },
];

const grouped = (value: number) => Math.round(value).toLocaleString('en-US');
const mib = (bytes: number) =>
  (bytes / MIB).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;

function planOf(
  preset: Preset,
  truncationInterval: number,
  blockSize: number,
  normGamma?: 'kept' | 'recomputed',
): TrainingPlan {
  const config = presetConfig(preset, 0, { truncationInterval, blockSize });
  return planTraining({ config, limits: NO_LIMITS, normGamma });
}

/** Bytes by the paper's formula, for one order of work, pool neurons counted. */
function modelled(preset: Preset, k: number, n: number, memoryOrder: CostRules['memoryOrder']): number {
  return costFigures(presetNetwork(preset), {
    schedule: { truncationInterval: k, blockSize: n },
    stepCount: preset.stepCount.value,
    batchSize: preset.batchSize.value,
    rules: { countPoolNeurons: true, memoryOrder },
  }).memory.total;
}

function barRows(): string {
  return [
    row('preset', '(k, n)', 'bar, MiB', 'plan, MiB', 'f32 time-outer, MiB', 'plan in % of it'),
    '|---|---|--:|--:|--:|--:|',
    ...BARS.map(({ preset: name, k, n, bytes }) => {
      const preset = findPreset(name);
      const { peakBytes } = planOf(preset, k, n);
      const paper = modelled(preset, k, n, 'timeOuter');
      const share = ((100 * peakBytes) / paper).toFixed(1);
      return row(`\`${name}\``, `(${k}, ${n})`, mib(bytes), mib(peakBytes), mib(paper), share);
    }),
  ].join('\n');
}

function presetTable(preset: Preset): string {
  const rows = preset.blockSizes.value.flatMap((n) =>
    preset.truncationIntervals.value.map((k) => {
      const { peakBytes } = planOf(preset, k, n);
      const models = (['timeOuter', 'blockOuter', 'blockOuterBits'] as const).map((order) =>
        modelled(preset, k, n, order),
      );
      return row(
        `(${k}, ${n})`,
        grouped(peakBytes),
        mib(peakBytes),
        ...models.map(mib),
        ((100 * peakBytes) / models[0]).toFixed(1),
      );
    }),
  );
  const { buffers } = planOf(preset, preset.stepCount.value, preset.blockSizes.value[0]);
  const input = buffers.find(({ name }) => name.startsWith('input'))?.bytes ?? 0;
  const T = preset.stepCount.value;
  return [
    `### ${preset.title}, batch ${preset.batchSize.value}, T = ${T} (encoded input in the plan: ${mib(input)} MiB)`,
    '',
    row(
      ...['(k, n)', 'plan, bytes', 'plan, MiB', 'f32 time-outer, MiB', 'f32 block-outer, MiB'],
      ...['two-bit block-outer, MiB', 'plan in % of time-outer'],
    ),
    '|---|--:|--:|--:|--:|--:|--:|',
    ...rows,
  ].join('\n');
}

/** Bits per cell of what a layer hands on: a spike, or the sum of a residual unit, a count of at most 3. */
const bitsPerCell = ({ spec }: LayerShape) => (spec.kind === 'sew' ? 2 : 1);

/** What a layer hands on at one step: bits per sample. */
function outputBits(shape: LayerShape): number {
  const { channels, height, width } = shape.output;
  return channels * height * width * bitsPerCell(shape);
}

/** Bytes of history that one more step of k may add: two bits per neuron and residual sum of a block, and what enters it. */
function boundPerStep(network: NetworkSpec, blockSize: number, batchSize: number): number {
  const shapes = inferShapes(network);
  const blocks = cutBlocks(network, blockSize).map(({ start, stop }) => {
    const body = shapes.slice(start, stop);
    const neurons = body.reduce((sum, shape) => sum + shape.neuronCount, 0);
    const sums = body
      .filter(({ spec }) => spec.kind === 'sew')
      .reduce((sum, shape) => sum + outputBits(shape), 0);
    const incoming = start === 0 ? 0 : outputBits(shapes[start - 1]);
    return 2 * (neurons + network.classCount) + sums + incoming;
  });
  return (batchSize * Math.max(...blocks)) / 8;
}

interface Growth {
  preset: Preset;
  n: number;
  bound: number;
  /** Mean over the steps from T/2 to T - 1: at T itself membranes go, which is not history's doing. */
  grown: number;
}

const NORMALIZED = PRESETS.filter((preset) => usesBatchNorm(presetNetwork(preset)));

/** Batch norm's gamma, kept for an interval or made again: bytes of both, and the passes that an iteration then runs. */
function batchNormRows(): string {
  const rows = NORMALIZED.flatMap((preset) =>
    preset.blockSizes.value.flatMap((n) =>
      preset.truncationIntervals.value
        .filter((k) => k > 1)
        .map((k) => {
          const kept = planOf(preset, k, n, 'kept');
          const again = planOf(preset, k, n, 'recomputed');
          return row(
            `\`${preset.name}\``,
            `(${k}, ${n})`,
            mib(kept.peakBytes),
            mib(again.peakBytes),
            grouped(kept.trainProgram.length),
            grouped(again.trainProgram.length),
          );
        }),
    ),
  );
  return [
    row('preset', '(k, n)', 'kept, MiB', 'made again, MiB', 'kept, dispatches', 'made again, dispatches'),
    '|---|---|--:|--:|--:|--:|',
    ...rows,
  ].join('\n');
}

const growths: Growth[] = PRESETS.flatMap((preset) => {
  const T = preset.stepCount.value;
  const from = Math.ceil(T / 2);
  return preset.blockSizes.value.map((n) => ({
    preset,
    n,
    bound: boundPerStep(presetNetwork(preset), n, preset.batchSize.value),
    grown:
      (planOf(preset, T - 1, n, 'recomputed').peakBytes - planOf(preset, from, n, 'recomputed').peakBytes) /
      (T - 1 - from),
  }));
});

function growthRows(): string {
  return [
    row(
      'preset',
      'n',
      'batch norm',
      'bound, bytes per step',
      'plan, bytes per step',
      'plan in % of the bound',
    ),
    '|---|--:|---|--:|--:|--:|',
    ...growths.map(({ preset, n, bound, grown }) =>
      row(
        `\`${preset.name}\``,
        n,
        NORMALIZED.includes(preset) ? 'yes' : 'no',
        grouped(bound),
        grouped(grown),
        ((100 * grown) / bound).toFixed(1),
      ),
    ),
  ].join('\n');
}

/** The document with what stands between a pair of marks replaced. */
function withSection(text: string, name: string, body: string): string {
  const start = `<!-- generated: ${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`docs/memory.md has no section ${name}.`);
  return `${text.slice(0, from)}${start}\n\n${body}\n\n${text.slice(to)}`;
}

describe('docs/memory.md', () => {
  it('has the bytes that the planner plans', async () => {
    const sections = {
      bars: barRows(),
      presets: PRESETS.map(presetTable).join('\n\n'),
      growth: growthRows(),
      'batch norm': batchNormRows(),
    };
    const expected = Object.entries(sections).reduce(
      (text, [name, body]) => withSection(text, name, body),
      document,
    );
    await expect(expected).toMatchFileSnapshot(PATH);
    // A hundred plans: seconds on a busy machine.
  }, 60_000);
});

describe('bytes of a plan', () => {
  it.each(BARS)('stay below the bar of $preset at ($k, $n)', ({ preset, k, n, bytes }) => {
    expect(planOf(findPreset(preset), k, n).peakBytes).toBeLessThanOrEqual(bytes);
  });

  it.each(growths.map((each) => [each.preset.name, each.n, each] as const))(
    'of %s at n = %i grow by at most two bits per neuron and the boundary for each step of k',
    (_name, _n, { bound, grown }) => {
      // One percent: words are filled up per layer and sample, losses have a word per interval, offsets are multiples of 256.
      expect(grown).toBeLessThanOrEqual(1.01 * bound);
      expect(grown).toBeGreaterThan(0);
    },
  );

  it.each(PRESETS)('of $name hold exactly two bits of history per neuron and step', (preset) => {
    const L = bodyLayerCount(presetNetwork(preset));
    const T = preset.stepCount.value;
    const perStep = (k: number) => {
      const { buffers, graph } = planOf(preset, k, L);
      const lif = new Set(graph.stages.filter((stage) => stage.lif).map((stage) => stage.name));
      const own = buffers.filter(
        ({ name, category }) => category === 'history' && lif.has(name.slice(0, name.lastIndexOf('.'))),
      );
      return own.reduce((sum, { bytes }) => sum + bytes, 0) / k;
    };
    const neurons = inferShapes(presetNetwork(preset)).reduce((sum, shape) => sum + shape.neuronCount, 0);
    const bits = 2 * (neurons + preset.classCount.value) * preset.batchSize.value;
    expect(perStep(T)).toBe(perStep(1));
    expect(perStep(T)).toBeGreaterThanOrEqual(bits / 8);
    expect(perStep(T)).toBeLessThanOrEqual(1.03 * (bits / 8));
  });
});
