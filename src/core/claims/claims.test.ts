import { describe, expect, it } from 'vitest';
import { findPreset, presetConfig } from '../presets.ts';
import { type AccuracyRun, meanInterval } from './accuracyMeans.ts';
import { CLAIMS, judgeClaims } from './claims.ts';
import { type CostModel, checkStatedCost, paperModel } from './costChecks.ts';
import type { Evidence } from './evidence.ts';
import { STATED_COSTS } from './statedCosts.ts';
import { wholeVerdict } from './verdicts.ts';

const modelParts = CLAIMS.flatMap(({ parts }) => parts.filter((part) => part.kind === 'model'));
const runParts = CLAIMS.flatMap(({ parts }) => parts.filter((part) => part.kind === 'runs'));

describe('the list of claims', () => {
  it('has the 22 stated results, each with at least one part of its own name', () => {
    expect(CLAIMS.map(({ number }) => number)).toEqual(Array.from({ length: 22 }, (_, i) => i + 1));
    for (const { parts } of CLAIMS) expect(parts.length).toBeGreaterThan(0);
    const ids = CLAIMS.flatMap(({ parts }) => parts.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has every stated percentage in exactly one claim', () => {
    const ids = modelParts.map(({ id }) => id);
    for (const { id } of STATED_COSTS) expect(ids.filter((each) => each === id)).toEqual([id]);
  });
});

/** Verdicts under the equations, per part. */
const verdictOf = (model: CostModel, id: string) =>
  judgeClaims([], model)
    .flatMap(({ parts }) => parts)
    .find((part) => part.id === id)?.verdict;

describe('claims about costs', () => {
  it('hold under the paper’s equations, to the digit or with their distance said', () => {
    for (const part of modelParts) {
      const { verdict, found, explanation } = part.judge(paperModel);
      expect(['exact', 'close', 'notTestable'], part.id).toContain(verdict);
      if (verdict === 'close') expect(explanation).toMatch(/^\d+\.\d\d points beside/);
      expect(found).not.toContain('NaN');
    }
  });

  // Each model is wrong in one way; the parts that look at it must say so.
  const falsified: [string, CostModel, string[]][] = [
    [
      'MACs that grow with k',
      (preset, batch, point) => {
        const totals = paperModel(preset, batch, point);
        return { ...totals, macs: totals.macs * (1 + point.k / 1000) };
      },
      ['macs-independent'],
    ],
    [
      'MACs that a random classifier saves',
      (preset, batch, point) => {
        const totals = paperModel(preset, batch, point);
        return { ...totals, macs: point.classifier === 'random' ? 0.9 * totals.macs : totals.macs };
      },
      ['macs-independent'],
    ],
    [
      'MACs of local blocks a third too high',
      (preset, batch, point) => {
        const totals = paperModel(preset, batch, point);
        return { ...totals, macs: point.n === 1 ? 1.33 * totals.macs : totals.macs };
      },
      ['emnist-macs', 'cifar10dvs-macs'],
    ],
    [
      'memory with a bend',
      (preset, batch, point) => {
        const totals = paperModel(preset, batch, point);
        return { ...totals, memory: totals.memory + point.k ** 2 };
      },
      ['memory-linear'],
    ],
    [
      'memory of which local blocks save the same share at every k',
      (preset, batch, point) => ({
        ...paperModel(preset, batch, point),
        memory: (point.n <= 2 ? 0.9 : 1) * point.k,
      }),
      ['memory-saving-grows'],
    ],
    [
      'blocks of one layer that cost what blocks of two do',
      (preset, batch, point) => paperModel(preset, batch, { ...point, n: Math.max(2, point.n) }),
      ['emnist-macs', 'emnist-access-local', 'emnist-additions-local', 'best-macs'],
    ],
    [
      'access that truncation does not save',
      (preset, batch, point) => ({
        ...paperModel(preset, batch, point),
        access: paperModel(preset, batch, { ...point, k: 1 }).access,
      }),
      [
        ...['emnist-access-truncation', 'emnist-access-truncation-random', 'cifar10-access-truncation'],
        ...['emnist-access-best', 'cifar10dvs-access-best', 'access-trainable-large-k', 'best-access'],
      ],
    ],
    [
      'random classifiers that are read like trainable ones',
      (preset, batch, point) => ({
        ...paperModel(preset, batch, point),
        access: paperModel(preset, batch, { ...point, classifier: 'trainable' }).access,
      }),
      ['emnist-access-local-random', 'access-random-all-k'],
    ],
    [
      'additions of local blocks twice what they are',
      (preset, batch, point) => {
        const totals = paperModel(preset, batch, point);
        return { ...totals, additions: point.n === 1 ? 2 * totals.additions : totals.additions };
      },
      [
        ...['emnist-additions-local', 'emnist-additions-local-random', 'dvsgesture-additions-local'],
        ...['cifar10dvs-additions-local', 'best-additions'],
      ],
    ],
    [
      'additions that truncation saves ten times as much of',
      (preset, batch, point) => {
        const totals = paperModel(preset, batch, point);
        return { ...totals, additions: point.k === 1 ? 0.9 * totals.additions : totals.additions };
      },
      [
        ...['emnist-additions-truncation', 'dvsgesture-additions-truncation'],
        'cifar10dvs-additions-truncation',
      ],
    ],
    [
      'access of AlexNet’s local blocks above BP’s',
      (preset, batch, point) => {
        const totals = paperModel(preset, batch, point);
        const more = preset === 'alexnet-cifar10' && point.n < 8 ? 1.4 : 1;
        return { ...totals, access: more * totals.access };
      },
      ['access-alexnet-all-k', 'cifar10-access-local', 'cifar10-access-local-random', 'cifar10-access-best'],
    ],
  ];

  it.each(falsified)('are contradicted by a model with %s', (_name, model, ids) => {
    for (const id of ids) {
      expect(verdictOf(paperModel, id), id).not.toBe('contradicted');
      expect(verdictOf(model, id), id).toBe('contradicted');
    }
  });

  it('are each contradicted by one of these models, but for settings and what PyTorch measured', () => {
    const caught = new Set(falsified.flatMap(([, , ids]) => ids));
    const open = modelParts.filter(
      ({ id, judge }) => !caught.has(id) && judge(paperModel).verdict !== 'notTestable',
    );
    expect(open.map(({ id }) => id).sort()).toEqual([
      'cifar10-macs',
      'dvsgesture-macs',
      'grids',
      'temporal-factor',
    ]);
    const worse: CostModel = (preset, batch, point) => {
      const totals = paperModel(preset, batch, point);
      return { ...totals, macs: point.n === 1 ? 20 * totals.macs : totals.macs };
    };
    for (const id of ['cifar10-macs', 'dvsgesture-macs']) expect(verdictOf(worse, id)).toBe('contradicted');
  });

  it('tell rounding from nearness', () => {
    const stated = STATED_COSTS.find(({ id }) => id === 'cifar10dvs-access-best')!;
    const giving =
      (percent: number): CostModel =>
      (_preset, _batch, { n }) => ({
        memory: 1,
        additions: 1,
        macs: 1,
        access: n === 1 ? 1 - percent / 100 : 1,
      });
    const agreement = (percent: number) => checkStatedCost(stated, giving(percent)).agreement;
    expect(['exact', 'close', 'close', 'contradicted', 'contradicted']).toEqual(
      [10.7949, 10.796, 10.745, 10.73, -10.79].map(agreement),
    );
  });
});

/** Runs over a 4 x 3 grid with three seeds; accuracies by formula. */
function evidenceOf(
  input: 'events' | 'grey' | 'colour',
  accuracy: (k: number, n: number, isRandom: boolean, seed: number) => number,
): Evidence {
  const base = presetConfig(findPreset('lenet1-nmnist'), 0);
  const runs: AccuracyRun[] = [];
  for (const k of [20, 5, 2, 1])
    for (const n of [4, 2, 1])
      for (const classifier of ['trainable', 'random'] as const)
        for (const seed of [1, 2, 3])
          runs.push({
            point: { k, n, classifier },
            seed,
            accuracy: accuracy(k, n, classifier === 'random', seed),
          });
  const channels = { events: 2, grey: 1, colour: 3 }[input];
  const network = {
    ...base.network,
    input: {
      kind: input === 'events' ? ('events' as const) : ('frames' as const),
      shape: { channels, height: 34, width: 34 },
    },
  };
  return { dataset: 'a test set', config: { ...base, network }, runs };
}

const judged = (evidence: Evidence, id: string) =>
  judgeClaims([evidence])
    .flatMap(({ parts }) => parts)
    .find((part) => part.id === id);

/** Noise that differs between seeds but hardly between points of one seed. */
const noise = (seed: number) => 0.002 * (seed - 2);

/** What the paper sees on event data: optimum inside, local above BP, random far below. */
const asStatedEvents = evidenceOf(
  'events',
  (k, n, isRandom, seed) =>
    0.7 +
    { 20: 0, 5: 0.08, 2: 0.06, 1: -0.1 }[k]! +
    { 4: 0, 2: 0.02, 1: 0.04 }[n]! -
    (isRandom ? 0.15 : 0) +
    noise(seed),
);
const oppositeEvents = evidenceOf(
  'events',
  (k, n, isRandom, seed) =>
    0.7 +
    { 20: 0, 5: -0.1, 2: -0.2, 1: -0.3 }[k]! -
    { 4: 0, 2: 0.1, 1: 0.2 }[n]! +
    (isRandom ? 0.05 : 0) +
    noise(seed),
);

describe('claims about accuracy', () => {
  it('are not run where there are no runs, or runs on other data', () => {
    for (const part of runParts) expect(judged(oppositeEvents, part.id)?.verdict).toBeDefined();
    for (const { parts } of judgeClaims())
      for (const part of parts) if (part.kind === 'runs') expect(part.verdict).toBe('notRun');
    expect(judged(asStatedEvents, 'frames-fall')?.verdict).toBe('notRun');
    expect(
      judged(
        evidenceOf('grey', () => 0.5),
        'cifar-bp-falls-more',
      )?.verdict,
    ).toBe('notRun');
  });

  it.each([
    ['events-optimum'],
    ['events-local'],
    ['events-random'],
    ['events-random-worst'],
    ['good-intervals'],
    ['best-is-local'],
    ['best-accuracy-events'],
    ['headline-accuracy'],
  ])('%s: shown by runs that behave as stated, contradicted by runs that do not', (id) => {
    expect(judged(asStatedEvents, id)?.verdict).toBe('onData');
    expect(judged(asStatedEvents, id)?.found).toMatch(/95 % interval/);
    expect(judged(oppositeEvents, id)?.verdict).toBe('contradicted');
  });

  const images = (
    kind: 'grey' | 'colour',
    slope: number,
    localSlope: number,
    randomLoss: number,
    local = 0,
  ) =>
    evidenceOf(kind, (k, n, isRandom, seed) => {
      const depth = { 20: 0, 5: 0.1, 2: 0.3, 1: 1 }[k]!;
      const loss = n === 4 ? slope : localSlope;
      return (
        0.8 -
        loss * depth +
        (n === 4 ? 0 : local) -
        (isRandom ? randomLoss * (n === 4 ? 0.1 : 1) : 0) +
        noise(seed)
      );
    });

  it.each([
    ['frames-fall', images('grey', 0.1, 0.1, 0), images('grey', -0.1, -0.1, 0)],
    ['frames-fall-late', images('grey', 0.1, 0.1, 0), images('grey', -0.1, -0.1, 0)],
    ['emnist-bp-best', images('grey', 0.1, 0.2, 0, -0.02), images('grey', 0.1, 0.1, 0, 0.02)],
    ['emnist-local-sensitive', images('grey', 0.05, 0.2, 0), images('grey', 0.2, 0.05, 0)],
    ['cifar-bp-falls-more', images('colour', 0.2, 0.05, 0), images('colour', 0.05, 0.2, 0)],
    ['cifar-local-passes', images('colour', 0.2, 0.05, 0), images('colour', 0.05, 0.2, 0)],
    ['emnist-random-local', images('grey', 0.1, 0.1, 0.15), images('grey', 0.1, 0.1, -0.05)],
    ['emnist-random-less-for-bp', images('grey', 0.1, 0.1, 0.15), images('grey', 0.1, 0.1, -0.05)],
    ['best-accuracy-images', images('grey', 0.001, 0.001, 0), images('grey', 0.4, 0.4, 0, -0.2)],
  ])('%s: shown by images that behave as stated, contradicted by others', (id, asStated, opposite) => {
    expect(judged(asStated, id)?.verdict).toBe('onData');
    expect(judged(opposite, id)?.verdict).toBe('contradicted');
  });

  it('cover every part that takes runs', () => {
    const covered = new Set([
      ...['events-optimum', 'events-local', 'events-random', 'events-random-worst', 'good-intervals'],
      ...['best-is-local', 'best-accuracy-events', 'headline-accuracy', 'frames-fall', 'frames-fall-late'],
      ...['emnist-bp-best', 'emnist-local-sensitive', 'cifar-bp-falls-more', 'cifar-local-passes'],
      ...['emnist-random-local', 'emnist-random-less-for-bp', 'best-accuracy-images'],
    ]);
    expect(runParts.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
  });

  it('stay undecided where seeds disagree, and with one seed', () => {
    const wide = evidenceOf('events', (k, _n, _r, seed) => 0.5 + (k === 5 ? 0.1 * (seed - 1.9) : 0));
    expect(judged(wide, 'events-optimum')?.verdict).toBe('undecided');
    const single = { ...asStatedEvents, runs: asStatedEvents.runs.filter(({ seed }) => seed === 1) };
    expect(judged(single, 'events-local')).toMatchObject({ verdict: 'undecided' });
    expect(judged(single, 'events-local')?.found).toContain('one seed, no interval');
  });

  it('wait for the runs they take', () => {
    const noRandom = {
      ...asStatedEvents,
      runs: asStatedEvents.runs.filter(({ point }) => point.classifier === 'trainable'),
    };
    expect(judged(noRandom, 'events-random')).toMatchObject({
      verdict: 'notRun',
      found: 'runs are missing',
      explanation:
        'Takes the grid and the sweep with random classifiers on event recordings, all of their runs.',
    });
    expect(judged(noRandom, 'events-local')?.verdict).toBe('onData');
  });
});

describe('intervals and verdicts', () => {
  it('have Student’s interval: 1, 2, 3 gives 2 ± 4.3027 / sqrt 3', () => {
    expect(meanInterval([1, 2, 3]).margin).toBeCloseTo(4.3027 / Math.sqrt(3), 10);
    expect(meanInterval([1, 2]).margin).toBeCloseTo((12.7062 * Math.SQRT1_2) / Math.SQRT2, 10);
    expect(meanInterval([5])).toEqual({ mean: 5, margin: null, count: 1 });
  });

  it('let a contradicted part decide, then an open one', () => {
    expect(wholeVerdict(['exact', 'contradicted', 'notRun'])).toBe('contradicted');
    expect(wholeVerdict(['exact', 'notRun', 'notTestable'])).toBe('notRun');
    expect(wholeVerdict(['exact', 'close', 'notTestable'])).toBe('close');
    expect(wholeVerdict(['notTestable', 'notTestable'])).toBe('notTestable');
    expect(judgeClaims()[0].verdict).toBe('notRun');
  });
});
