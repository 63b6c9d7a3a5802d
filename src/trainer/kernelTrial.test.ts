import { describe, expect, it } from 'vitest';
import {
  DEFAULT_VARIANTS,
  type KernelVariant,
  type KernelVariants,
  variantOfPass,
} from '../core/plan/kernelVariants.ts';
import { planTraining } from '../core/plan/planTraining.ts';
import type { TrainingPlan } from '../core/plan/types.ts';
import { createMemoryRecords } from '../storage/recordStore.ts';
import { smallConfig } from '../testing/randomNetwork.ts';
import type { BatchMetrics, IterationSettings } from './engine.ts';
import { type KernelPlace, kernelPlaces } from './kernelChoices.ts';
import { KernelChooser } from './kernelChooser.ts';
import { exchangeablePasses } from './kernelExchange.ts';
import { KernelMemory } from './kernelMemory.ts';
import { decide, KernelTrial } from './kernelTrial.ts';
import type { KernelReport } from './messages.ts';

const config = smallConfig({ body: 'conv', truncationInterval: 5, batchSize: 3 });
const planWith = (variants: KernelVariants = DEFAULT_VARIANTS) => planTraining({ config, variants });
const settings: IterationSettings = { iteration: 0, learningRate: 0, seed: 0 };

/** An engine that trains nothing and takes as long as it is told. */
class TimedEngine {
  plan: TrainingPlan;
  hasTimestamps = true;
  trained = 0;
  timed: string[] = [];
  /** Variants that do not compile. */
  broken: KernelVariant[] = [];
  readonly #ms: (variant: KernelVariant, layer: string) => number;

  constructor(ms: (variant: KernelVariant, layer: string) => number, variants?: KernelVariants) {
    this.#ms = ms;
    this.plan = planWith(variants);
  }

  planWith = planWith;

  async train(): Promise<BatchMetrics> {
    this.trained++;
    return { losses: new Float32Array(1), predictions: new Uint32Array(1) };
  }

  async trainTimed() {
    const runsMs = this.plan.trainProgram.flatMap((step) => {
      if (step.kind !== 'run') return [];
      const pass = this.plan.passes[step.pass];
      const variant = variantOfPass(pass);
      return [variant === null ? 1 : this.#ms(variant, pass.stage)];
    });
    this.timed.push(this.kernels().join(' '));
    return { metrics: await this.train(), runsMs };
  }

  kernels(): string[] {
    return [...new Set(this.plan.passes.flatMap((pass) => variantOfPass(pass) ?? []))];
  }

  async prepareKernels(other: TrainingPlan): Promise<() => void> {
    const passes = exchangeablePasses(this.plan, other);
    for (const pass of passes.values()) {
      const variant = variantOfPass(pass);
      if (variant !== null && this.broken.includes(variant)) throw new Error(`${variant} does not compile`);
    }
    return () => {
      this.plan = other;
    };
  }
}

const places = () => kernelPlaces(planWith);
const standardOf = (all: KernelPlace[]) => new Map(all.map((place) => [place, place.standard]));
const settle = () => new Promise((resolve) => setTimeout(resolve));

async function finish(trial: KernelTrial, most = 60): Promise<void> {
  await trial.begin();
  for (let i = 0; i < most && trial.state !== 'decided' && trial.state !== 'stopped'; i++) {
    await trial.train(settings);
    await settle();
  }
}

describe('where there is a choice', () => {
  it('names every convolution and linear layer with what serves it, the standard first', () => {
    const found = places();
    const conv = found.find(({ kind, layer }) => kind === 'forward' && layer === 'conv1');
    expect(conv?.candidates.slice(0, 1)).toEqual([conv?.standard]);
    expect(conv?.candidates).toEqual(expect.arrayContaining(['eventDriven', 'wordSparse', 'dense']));
    const gradient = found.find(({ kind, layer }) => kind === 'weightGradient' && layer === 'conv1');
    expect(gradient?.candidates).toEqual(['spikes', 'positions', 'masks', 'quadMasks']);
    expect(new Set(found.map(({ shape }) => shape)).size).toBeGreaterThan(1);
  });

  it('has a shape that depends on sizes and steps, and not on learning', () => {
    const shapes = (change: object) =>
      kernelPlaces((variants) => planTraining({ config: { ...config, ...change }, variants })).map(
        ({ shape }) => shape,
      );
    const usual = places().map(({ shape }) => shape);
    expect(shapes({ seed: 9, epochs: 7, optimizer: { ...config.optimizer, learningRate: 1 } })).toEqual(
      usual,
    );
    expect(shapes({ batchSize: 4 })).not.toEqual(usual);
    expect(shapes({ schedule: { ...config.schedule, truncationInterval: 2 } })).not.toEqual(usual);
  });
});

describe('the choice from measured times', () => {
  const times = (entries: [KernelVariant, number][]) =>
    new Map(entries.map(([variant, ms]) => [variant, { ms }]));

  it('takes what is clearly faster, and says by how much than the slowest', () => {
    const found = decide(
      { standard: 'wordSparse' },
      times([
        ['wordSparse', 4],
        ['eventDriven', 6],
        ['dense', 2],
      ]),
    );
    expect(found).toEqual({ variant: 'dense', ratio: 3 });
  });

  it('keeps the standard where the difference may be noise', () => {
    const found = decide(
      { standard: 'wordSparse' },
      times([
        ['wordSparse', 4],
        ['eventDriven', 3.9],
      ]),
    );
    expect(found?.variant).toBe('wordSparse');
  });

  it('chooses nothing where nothing was measured, or the clock is too coarse', () => {
    expect(decide({ standard: 'dense' }, times([]))).toBeNull();
    expect(decide({ standard: 'dense' }, times([['dense', 4]]))).toBeNull();
    expect(
      decide(
        { standard: 'dense' },
        times([
          ['dense', 0.1],
          ['eventDriven', 0.01],
        ]),
      ),
    ).toBeNull();
    const blind = decide(
      { standard: 'dense' },
      times([
        ['dense', 4],
        ['eventDriven', 0],
      ]),
    );
    expect(blind?.variant).toBe('dense');
  });
});

describe('a trial', () => {
  it('finds the fastest kernel of every place and leaves it at work', async () => {
    const engine = new TimedEngine((variant, layer) =>
      variant === (layer === 'conv1' ? 'dense' : 'eventDriven') || variant === 'positions' ? 1 : 5,
    );
    const all = places();
    const trial = new KernelTrial(engine, all, standardOf(all));
    await finish(trial);
    expect(trial.state).toBe('decided');
    const chosen = new Map(
      [...trial.choices].map(([{ kind, layer }, { variant }]) => [`${kind}/${layer}`, variant]),
    );
    expect(chosen.get('forward/conv1')).toBe('dense');
    expect(chosen.get('weightGradient/conv1')).toBe('positions');
    const running = engine.plan.passes.filter(({ kind, stage }) => kind === 'forward' && stage === 'conv1');
    expect(new Set(running.map(variantOfPass))).toEqual(new Set(['dense']));
    // Every measured iteration was a trained one.
    expect(engine.trained).toBeGreaterThanOrEqual(engine.timed.length);
  });

  it('tries nothing where the standard kernel takes too long, or too short to be measured', async () => {
    for (const ms of [2000, 0.001]) {
      const engine = new TimedEngine(() => ms);
      const all = places();
      const trial = new KernelTrial(engine, all, standardOf(all));
      await finish(trial);
      expect(trial.state).toBe('decided');
      expect(trial.choices.size).toBe(0);
      expect(new Set(engine.timed).size).toBe(1);
    }
  });

  it('is not misled by a stretch of time in which everything is slow', async () => {
    for (let from = 0; from < 24; from += 2) {
      // Other work takes three quarters of the GPU for as long as two sets of kernels are measured.
      const engine: TimedEngine = new TimedEngine((variant) => {
        const isDisturbed = engine.timed.length >= from && engine.timed.length < from + 4;
        return (variant === 'dense' || variant === 'masks' ? 2 : 3) * (isDisturbed ? 4 : 1);
      });
      const all = places();
      const trial = new KernelTrial(engine, all, standardOf(all));
      await finish(trial, 100);
      expect(trial.state).toBe('decided');
      for (const [{ candidates }, { variant }] of trial.choices) {
        const best = candidates.find((name) => name === 'dense' || name === 'masks');
        if (best) expect([from, variant]).toEqual([from, best]);
      }
    }
  });

  it('leaves out what does not compile', async () => {
    const engine = new TimedEngine((variant) => (variant === 'dense' ? 1 : 5));
    engine.broken = ['dense'];
    const all = places();
    const trial = new KernelTrial(engine, all, standardOf(all));
    await finish(trial);
    expect(trial.state).toBe('decided');
    expect(engine.timed.join(' ')).not.toContain('dense');
  });

  it('can be stopped at any iteration; the run then has the kernels it had', async () => {
    for (let stopAt = 0; stopAt < 12; stopAt++) {
      const engine = new TimedEngine((variant) => (variant === 'eventDriven' ? 1 : 5));
      const all = places();
      const trial = new KernelTrial(engine, all, standardOf(all));
      await trial.begin();
      for (let i = 0; i < stopAt && trial.state !== 'decided'; i++) {
        await trial.train(settings);
        await settle();
      }
      if (trial.state === 'decided') break;
      trial.stop();
      await settle();
      await trial.train(settings);
      expect(engine.plan.passes.map(({ kernel }) => kernel)).toEqual(
        planWith().passes.map(({ kernel }) => kernel),
      );
    }
  });

  it('refuses a plan that works on other buffers', () => {
    const other = planTraining({ config: { ...config, batchSize: 4 } });
    expect(() => exchangeablePasses(planWith(), other)).toThrow(/other buffers/);
  });
});

describe('what is remembered', () => {
  const choice = { variant: 'dense', ratio: 2.5 } as const;

  it('comes back for the same adapter and kernels, and for no others', async () => {
    const records = createMemoryRecords();
    const memory = await KernelMemory.open(records, 'one', 'v1');
    await memory.remember([['shape', choice]]);
    expect((await KernelMemory.open(records, 'one', 'v1')).recall('shape')).toEqual(choice);
    expect((await KernelMemory.open(records, 'two', 'v1')).recall('shape')).toBeNull();
    expect((await KernelMemory.open(records, 'one', 'v2')).recall('shape')).toBeNull();
    expect((await KernelMemory.open(records, 'one', 'v1')).recall('another')).toBeNull();
  });

  it('is not believed where it is damaged', async () => {
    const good = { version: 'v1', shapes: [{ shape: 'shape', ...choice }] };
    for (const damaged of [
      7,
      null,
      { ...good, shapes: 'none' },
      { ...good, shapes: [{ shape: 'shape', variant: 'magic', ratio: 2 }] },
      { ...good, shapes: [{ shape: 'shape', variant: 'dense', ratio: -1 }] },
      { ...good, shapes: [{ shape: 'x'.repeat(1000), ...choice }] },
    ]) {
      const records = createMemoryRecords();
      await records.set('one', damaged);
      expect((await KernelMemory.open(records, 'one', 'v1')).recall('shape')).toBeNull();
    }
  });

  it('costs nothing where the browser keeps nothing', async () => {
    const refuse = async () => {
      throw new DOMException('private window', 'SecurityError');
    };
    const memory = await KernelMemory.open({ get: refuse, set: refuse, remove: refuse }, 'one', 'v1');
    await memory.remember([['shape', choice]]);
    expect(memory.recall('shape')).toEqual(choice);
  });

  it('stays small', async () => {
    const records = createMemoryRecords();
    const memory = await KernelMemory.open(records, 'one', 'v1');
    await memory.remember(Array.from({ length: 700 }, (_, i) => [`shape ${i}`, choice] as const));
    expect(memory.recall('shape 0')).toBeNull();
    expect((await KernelMemory.open(records, 'one', 'v1')).recall('shape 699')).toEqual(choice);
  });
});

describe('the chooser of a page', () => {
  const fast = (variant: KernelVariant) => (variant === 'dense' ? 1 : 5);

  async function visit(records: ReturnType<typeof createMemoryRecords>, ms = fast) {
    const reports: KernelReport[] = [];
    let time = 0;
    const chooser = new KernelChooser({
      memory: await KernelMemory.open(records, 'adapter', 'v1'),
      features: [],
      report: (report) => reports.push(report),
      now: () => time,
    });
    const engine = new TimedEngine(ms, chooser.recall({ config }));
    chooser.attach(engine);
    const train = async (iterations: number, secondsLeft: number) => {
      for (let i = 0; i < iterations; i++) {
        await chooser.train(settings, () => secondsLeft);
        await settle();
        time += 1000;
      }
    };
    return { chooser, engine, reports, train, last: () => reports[reports.length - 1] };
  }

  it('tries after a while, where the run has long to go, keeps what it found and takes it up in the next visit', async () => {
    const records = createMemoryRecords();
    const first = await visit(records);
    expect(first.last()).toMatchObject({ state: 'resting' });
    expect(first.last().layers.every(({ source, ratio }) => source === 'standard' && ratio === null)).toBe(
      true,
    );
    await first.train(40, 20);
    expect(first.engine.timed).toEqual([]);
    await first.train(40, 1000);
    expect(first.reports.map(({ state }) => state)).toEqual(
      expect.arrayContaining(['resting', 'compiling', 'measuring']),
    );
    const conv = (report: KernelReport) =>
      report.layers.find(({ kind, layer }) => kind === 'forward' && layer === 'conv1');
    expect(conv(first.last())).toMatchObject({ variant: 'dense', ratio: 5, source: 'measured' });
    const iterations = first.engine.timed.length;
    await first.train(40, 1000);
    expect(first.engine.timed.length).toBe(iterations);

    const second = await visit(records);
    expect(conv(second.last())).toMatchObject({ variant: 'dense', ratio: 5, source: 'stored' });
    expect(second.engine.kernels()).toContain('dense');
  });

  it('begins when it is asked to, and ends when it is asked to', async () => {
    const { chooser, engine, train, last } = await visit(createMemoryRecords());
    chooser.measure();
    expect(last().state).toBe('waiting');
    await train(2, 0);
    expect(engine.timed.length).toBeGreaterThan(0);
    chooser.stop();
    expect(last().state).toBe('resting');
    const { length } = engine.timed;
    await train(40, 1000);
    expect(engine.timed.length).toBe(length);
  });

  it('stops measuring when the run ends, and may begin again with the next one', async () => {
    const { chooser, engine, train, last } = await visit(createMemoryRecords());
    chooser.measure();
    await train(2, 0);
    chooser.rest();
    expect(last().state).toBe('resting');
    expect(engine.kernels()).toEqual(new TimedEngine(fast).kernels());
    await train(40, 1000);
    expect(last().layers.some(({ source }) => source === 'measured')).toBe(true);
  });

  it('says that an adapter without timestamps measures nothing', async () => {
    const { chooser, engine, train, last } = await visit(createMemoryRecords());
    engine.hasTimestamps = false;
    chooser.measure();
    await train(20, 1000);
    expect(last().state).toBe('unmeasurable');
    expect(engine.timed).toEqual([]);
  });
});
