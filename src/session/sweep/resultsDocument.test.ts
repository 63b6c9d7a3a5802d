import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { judgeClaims } from '../../core/claims/claims.ts';
import { VERDICT_WORDS } from '../../core/claims/verdicts.ts';
import { evidenceOf } from '../claims/claimSweeps.ts';
import { parseCsv } from '../claims/csvEvidence.ts';
import { heatMapSvg } from './heatMapSvg.ts';
import { pointCosts } from './pointCosts.ts';
import { searchStep } from './searchPoints.ts';
import { settleSweep } from './settleSweep.ts';
import { sweepCsv } from './sweepCsv.ts';
import type { CellResult } from './sweepResults.ts';
import { parseSweep, type SweepSpec, sweepCells } from './sweepSpec.ts';
import { createSweep, finishCell, type SweepState } from './sweepState.ts';
import { type SweepSummary, summarizeSweep } from './sweepSummary.ts';

/*
 * The part of docs/results.md that is about sweeps: its tables and pictures are made from the reports that the command
 * wrote, which lie beside it in docs/sweeps. `npx vitest run src/session/sweep/resultsDocument.test.ts -u` makes them anew.
 */
const ROOT = fileURLToPath(new URL('../../../docs/', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const SETS = ['gestures', 'digits'] as const;
type SetName = (typeof SETS)[number];

const numbersOf = (text: string) => text.split(' ').map(Number);

/** {run id: its figures} of a report. */
function recordedResults(name: SetName): Map<string, CellResult> {
  const [head, ...rows] = parseCsv(read(`sweeps/${name}.csv`));
  return new Map(
    rows.map((cells) => {
      const at = (column: string) => cells[head.indexOf(column)];
      const id = `k${at('k')}-n${at('n')}-${at('classifier')}-${at('update')}-s${at('seed')}`;
      return [
        id,
        {
          epochs: Number(at('epochs')),
          testAccuracy: Number(at('testAccuracy')),
          trainAccuracy: Number(at('trainAccuracy')),
          blockAccuracy: numbersOf(at('blockAccuracy')),
          accuracyByEpoch: numbersOf(at('accuracyByEpoch')),
          testSamples: Number(at('testSamples')),
          loss: at('loss') === '' ? null : Number(at('loss')),
          peakBytes: Number(at('peakBytes')),
          digest: at('digest'),
          firingRates: [],
          seconds: Number(at('seconds')),
        },
      ];
    }),
  );
}

function load(name: SetName) {
  const spec = parseSweep(JSON.parse(read(`sweeps/${name}.json`)));
  const results = recordedResults(name);
  const costs = pointCosts(spec);
  const resultOf = (id: string) => {
    const result = results.get(id);
    if (!result) throw new Error(`docs/sweeps/${name}.csv has no run ${id}.`);
    return result;
  };
  const whole = sweepCells(spec).reduce(
    (state, { id }) => finishCell(state, id, resultOf(id)),
    createSweep(spec),
  );
  return { spec, costs, resultOf, whole, summary: summarizeSweep(whole, costs) };
}

type Loaded = ReturnType<typeof load>;

/** What the same sweep with another method would have trained, from the figures that were recorded. */
function replay({ spec, costs, resultOf }: Loaded, fields: Partial<SweepSpec>) {
  const own = { ...spec, ...fields };
  let { state, task } = settleSweep(createSweep(own), costs);
  let runs = 0;
  let epochs = 0;
  while (task) {
    const { id } = task.record.cell;
    const recorded = resultOf(id);
    const accuracyByEpoch = recorded.accuracyByEpoch.slice(0, task.epochs);
    const testAccuracy = accuracyByEpoch[task.epochs - 1];
    runs++;
    epochs += task.epochs;
    const result = { ...recorded, epochs: task.epochs, accuracyByEpoch, testAccuracy };
    ({ state, task } = settleSweep(finishCell(state, id, result), costs));
  }
  return { state, runs, epochs };
}

const percent = (share: number) => (100 * share).toFixed(1);
const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
const pair = (k: number, n: number) => `(${k}, ${n})`;

function accuracyTable({ spec, summary }: Loaded): string {
  const { truncationInterval: ks, blockSize: ns } = spec.axes;
  const cell = (k: number, n: number) => {
    const found = summary.points.find(({ point }) => point.truncationInterval === k && point.blockSize === n);
    return found?.accuracy == null ? '' : `${percent(found.accuracy)} ± ${percent(found.margin ?? 0)}`;
  };
  return [
    row('', ...ks.map((k) => `k = ${k}`)),
    row('---', ...ks.map(() => '--:')),
    ...ns.map((n) => row(`n = ${n}`, ...ks.map((k) => cell(k, n)))),
  ].join('\n');
}

function pointTable({ spec, summary, whole }: Loaded): string {
  const full = summary.reference;
  const relative = (value: number, reference: number | undefined) => percent(value / (reference ?? 1));
  return [
    row(
      '(k, n)',
      `test accuracy, seeds ${spec.axes.seed.join(', ')}`,
      'training accuracy',
      'planned = measured bytes',
      'access',
      'additions',
      'MACs',
      'figure of merit',
      'front',
    ),
    row('---', '---', '--:', '--:', '--:', '--:', '--:', '--:', '---'),
    ...summary.points.map((each) => {
      const { point, cost, measuredBytes, figureOfMerit, isOnFront } = each;
      const results = whole.cells
        .filter((record) => record.cell.point.id === point.id)
        .flatMap(({ result }) => result ?? []);
      expect(measuredBytes).toBe(cost.planBytes);
      const train = results.reduce((sum, { trainAccuracy }) => sum + trainAccuracy, 0) / results.length;
      return row(
        pair(point.truncationInterval, point.blockSize),
        results.map(({ testAccuracy }) => percent(testAccuracy)).join(', '),
        percent(train),
        cost.planBytes.toLocaleString('en'),
        relative(cost.access, full?.cost.access),
        relative(cost.additions, full?.cost.additions),
        relative(cost.macs, full?.cost.macs),
        figureOfMerit?.toFixed(3) ?? '',
        isOnFront ? 'yes' : '',
      );
    }),
  ].join('\n');
}

/** Figures of merit of a sweep's points under other weights of its accuracy loss. */
function summaryWith({ spec, whole, costs }: Loaded, accuracyLoss: number): SweepSummary {
  const weights = { ...spec.weights, accuracyLoss };
  return summarizeSweep({ ...whole, spec: { ...spec, weights } }, costs);
}

/** Expected best figure among so many points drawn at random without replacement. */
function expectedOfRandom(figures: readonly number[], count: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const total = sorted.length;
  const choose = (n: number, m: number) => {
    let product = 1;
    for (let i = 0; i < m; i++) product *= (n - i) / (m - i);
    return m > n ? 0 : product;
  };
  // The i-th best is the best of a draw when the others come from those behind it.
  return sorted.reduce(
    (sum, figure, i) => sum + (figure * choose(total - 1 - i, count - 1)) / choose(total, count),
    0,
  );
}

interface MethodRow {
  set: string;
  weight: number;
  limit: string;
  method: string;
  cost: string;
  chosen: string;
  accuracy: string;
  figure: number;
  gap: number;
}

function chosenOf(state: SweepState, loaded: Loaded, weight: number, isSearch: boolean) {
  const whole = summaryWith(loaded, weight);
  const id = isSearch
    ? searchStep(state, loaded.costs).chosen?.cost.point.id
    : summarizeSweep(state, loaded.costs).best?.point.id;
  const chosen = whole.points.find(({ point }) => point.id === id);
  if (chosen?.figureOfMerit == null || chosen.accuracy === null) throw new Error('Nothing was chosen.');
  return { chosen, figure: chosen.figureOfMerit, accuracy: chosen.accuracy };
}

function methodRows(name: string, loaded: Loaded): MethodRow[] {
  const { spec, costs, whole } = loaded;
  const runs = whole.cells.length;
  const bytes = costs.map(({ planBytes }) => planBytes).sort((a, b) => a - b);
  const half = bytes[Math.floor(bytes.length / 2) - 1];
  const rows: MethodRow[] = [];
  for (const [weight, memoryLimit] of [
    [1, null],
    [4, null],
    [4, half],
  ] as const) {
    const weights = { ...spec.weights, accuracyLoss: weight };
    const grid = summarizeSweep({ ...whole, spec: { ...spec, weights } }, costs);
    const allowed = grid.points.filter(({ cost }) => memoryLimit === null || cost.planBytes <= memoryLimit);
    const best = allowed.reduce((a, b) => ((b.figureOfMerit ?? 9) < (a.figureOfMerit ?? 9) ? b : a));
    const bestFigure = best.figureOfMerit ?? 0;
    const figures = allowed.map(({ figureOfMerit }) => figureOfMerit ?? 9);
    const limit = memoryLimit === null ? 'none' : `${memoryLimit.toLocaleString('en')} bytes`;
    const push = (
      method: string,
      cost: string,
      { chosen, figure, accuracy }: ReturnType<typeof chosenOf>,
    ) => {
      const { truncationInterval: k, blockSize: n } = chosen.point;
      rows.push({
        ...{ set: name, weight, limit, method, cost, figure },
        chosen: pair(k, n),
        accuracy: percent(accuracy),
        gap: figure - bestFigure,
      });
    };
    const trained = runs * (allowed.length / grid.points.length);
    push('whole grid', `${trained} runs`, {
      chosen: best,
      figure: bestFigure,
      accuracy: best.accuracy ?? 0,
    });
    const search = replay(loaded, { weights, memoryLimit, search: { maxPoints: costs.length } });
    push('search', `${search.runs} runs`, chosenOf(search.state, loaded, weight, true));
    // As many runs, spent on points drawn at random with all their seeds.
    const seeds = spec.axes.seed.length;
    const points = Math.max(1, Math.round(search.runs / seeds));
    const random = expectedOfRandom(figures, points);
    rows.push({
      ...{ set: name, weight, limit, method: 'points at random, all seeds (mean of all draws)' },
      ...{ cost: `${points * seeds} runs`, chosen: '', accuracy: '' },
      ...{ figure: random, gap: random - bestFigure },
    });
    if (memoryLimit !== null) continue;
    const halving = replay(loaded, { weights, halving: { factor: 3, firstEpochs: 1 } });
    const whole3 = trained * spec.base.epochs;
    push(
      'early stopping (3, after 1 epoch)',
      `${halving.epochs} of ${whole3} epochs`,
      chosenOf(halving.state, loaded, weight, false),
    );
  }
  return rows;
}

function methodTable(sets: readonly [string, Loaded][]): string {
  const rows = sets.flatMap(([name, loaded]) => methodRows(name, loaded));
  return [
    row(
      'data',
      'weight of accuracy',
      'memory limit',
      'method',
      'trained',
      'chosen',
      'its test accuracy',
      'its figure of merit',
      'above the best',
    ),
    row('---', '--:', '---', '---', '---', '---', '--:', '--:', '--:'),
    ...rows.map(({ set, weight, limit, method, cost, chosen, accuracy, figure, gap }) =>
      row(set, weight, limit, method, cost, chosen, accuracy, figure.toFixed(3), gap.toFixed(3)),
    ),
  ].join('\n');
}

function claimTable(sets: readonly [string, Loaded][]): string {
  const rows = sets.flatMap(([name, { whole }]) =>
    judgeClaims(evidenceOf([whole])).flatMap(({ number, parts }) =>
      parts
        .filter(({ kind, verdict }) => kind === 'runs' && verdict !== 'notRun')
        .map(({ text, found, verdict }) => row(number, text, name, found, `**${VERDICT_WORDS[verdict]}**`)),
    ),
  );
  return [row('claim', 'statement', 'data', 'found', 'verdict'), '|--:|---|---|---|---|', ...rows].join('\n');
}

/** The document with what stands between a pair of marks replaced. */
function withSection(text: string, name: string, body: string): string {
  const start = `<!-- generated: ${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`docs/results.md has no section ${name}.`);
  return `${text.slice(0, from)}${start}\n\n${body}\n\n${text.slice(to)}`;
}

describe('the sweeps of docs/results.md', () => {
  const loaded = SETS.map((name) => [name, load(name)] as const);
  const titled = loaded.map(([name, each]) => [TITLES[name], each] as [string, Loaded]);

  it('are whole: every run of the grid is done, and the CSV is the one that the command writes', () => {
    for (const [name, { whole, costs }] of loaded) {
      const written = sweepCsv(whole, costs).split('\n');
      expect(written).toEqual(read(`sweeps/${name}.csv`).split('\n'));
      expect(whole.cells.every(({ status }) => status === 'done')).toBe(true);
    }
  });

  it('have tables that say what the reports say', async () => {
    const sections = {
      ...Object.fromEntries(
        loaded.flatMap(([name, each]) => [
          [`${name} accuracy`, accuracyTable(each)],
          [`${name} points`, pointTable(each)],
        ]),
      ),
      methods: methodTable(titled),
      'claims of sweeps': claimTable(titled),
    };
    const expected = Object.entries(sections).reduce(
      (text, [section, body]) => withSection(text, section, body),
      read('results.md'),
    );
    await expect(expected).toMatchFileSnapshot(`${ROOT}results.md`);
  });

  it.each(SETS)('have pictures made from the report: %s', async (name) => {
    const { spec, summary } = loaded[SETS.indexOf(name)][1];
    const picture = heatMapSvg(TITLES[name], spec, summary.points);
    await expect(picture).toMatchFileSnapshot(`${ROOT}images/sweep-${name}.svg`);
    // Three maps of twelve cells on one ground; the best cell says its number.
    expect(picture.match(/<rect /g)).toHaveLength(3 * 12 + 1);
    expect(picture).toContain(`>${summary.best?.figureOfMerit?.toFixed(3)}<`);
  });
});

const TITLES: Record<SetName, string> = { gestures: 'Moving gestures', digits: 'Saccade digits' };
