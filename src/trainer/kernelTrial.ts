import { type KernelVariant, type KernelVariants, variantOfPass } from '../core/plan/kernelVariants.ts';
import type { TrainingPlan } from '../core/plan/types.ts';
import type { BatchMetrics, IterationSettings } from './engine.ts';
import { type KernelChoice, type KernelPlace, placeName, toKernelVariants } from './kernelChoices.ts';

/** What a trial needs of an engine. */
export interface TrialEngine {
  readonly plan: TrainingPlan;
  train(settings: IterationSettings): Promise<BatchMetrics>;
  trainTimed(settings: IterationSettings): Promise<{ metrics: BatchMetrics; runsMs: number[] }>;
  planWith(variants: KernelVariants): TrainingPlan;
  prepareKernels(other: TrainingPlan): Promise<() => void>;
}

/** Iterations with a set of kernels at a time: the first one warms up, the other is measured. */
const WARM_UP = 1;
const EACH = 2;
/** How often the sets take turns: what disturbs one stretch of time does not decide between them. */
const TURNS = 3;
/** A variant must be this much faster than the plan's own choice to displace it: trials are short. */
const CLEARLY_FASTER = 0.95;
/** Below this a clock of 0.1 ms steps says too little. */
const LEAST_MS = 0.3;
/** Where one run of the standard kernel takes longer, others are not tried: one that is slower might take seconds. */
const LONGEST_RUN_MS = 250;

/** Times of each variant at each place, ms per iteration, and the longest single run. */
type Times = Map<string, Map<KernelVariant, { ms: number; longestMs: number }>>;

export type TrialState = 'compiling' | 'measuring' | 'decided' | 'stopped';

/**
 * Finds out which kernels are fastest for a run, by training it: iterations run with one set of kernels after the other,
 * with timestamps. All variants give the same bits, so these iterations count like any other, and the trial takes no memory
 * but for its timestamps. Kernels are compiled while training goes on with those it has.
 */
export class KernelTrial {
  readonly #engine: TrialEngine;
  readonly #places: readonly KernelPlace[];
  readonly #base: Map<KernelPlace, KernelVariant>;
  readonly #times: Times = new Map();
  /** Sets of kernels that are compiled, to be measured in order; the first one is what the run has anyway. */
  #rounds: (() => void)[] = [];
  /** Which of them are measured, in order. */
  #slots: number[] = [];
  #iteration = 0;
  /** What follows once all slots are measured. */
  #next: () => Promise<void> = async () => {};
  #state: TrialState = 'compiling';
  #choices: Map<KernelPlace, KernelChoice> = new Map();

  /** @param places Where to try. @param base The variant of every place of the run, as it runs now. */
  constructor(
    engine: TrialEngine,
    places: readonly KernelPlace[],
    base: ReadonlyMap<KernelPlace, KernelVariant>,
  ) {
    this.#engine = engine;
    this.#places = places;
    this.#base = new Map(base);
  }

  get state(): TrialState {
    return this.#state;
  }

  /** What was found; of places whose times say nothing, nothing. */
  get choices(): ReadonlyMap<KernelPlace, KernelChoice> {
    return this.#choices;
  }

  /** The next iterations measure what the run has anyway. */
  async begin(): Promise<void> {
    this.#rounds = [await this.#prepare([])];
    this.#measure([0], () => this.#prepareOthers());
  }

  #measure(slots: number[], next: () => Promise<void>): void {
    this.#slots = slots;
    this.#iteration = 0;
    this.#next = next;
    this.#goOn('measuring');
  }

  /** Compiles what is to be tried, where it can say something. Kernels that do not compile are left out. */
  async #prepareOthers(): Promise<void> {
    const worthwhile = this.#places.filter((place) => {
      const own = this.#times.get(placeName(place))?.get(place.standard);
      return own !== undefined && own.ms >= LEAST_MS && own.longestMs <= LONGEST_RUN_MS;
    });
    const others = (place: KernelPlace) => place.candidates.filter((variant) => variant !== place.standard);
    const most = Math.max(0, ...worthwhile.map((place) => others(place).length));
    for (let i = 0; i < most; i++) {
      const tried = worthwhile.flatMap((place) => {
        const variant = others(place)[i];
        return variant === undefined ? [] : [[place, variant] as const];
      });
      const adopt = await this.#prepare(tried).catch(() => null);
      if (this.#state === 'stopped') return;
      if (adopt) this.#rounds.push(adopt);
    }
    if (this.#rounds.length === 1) {
      await this.#decide();
      return;
    }
    const turn = [...this.#rounds.keys()];
    this.#measure(Array.from({ length: TURNS }, () => turn).flat(), () => this.#decide());
  }

  #prepare(tried: readonly (readonly [KernelPlace, KernelVariant])[]): Promise<() => void> {
    const chosen = new Map([...this.#base, ...tried]);
    return this.#engine.prepareKernels(this.#engine.planWith(toKernelVariants(chosen)));
  }

  #goOn(state: TrialState): void {
    if (this.#state !== 'stopped') this.#state = state;
  }

  /** Ends the trial; the run goes on with the kernels it had before. */
  stop(): void {
    if (this.#state === 'measuring') this.#rounds[0]();
    if (this.#state !== 'decided') this.#state = 'stopped';
  }

  /** Trains one iteration; measures where the trial has come to that. @throws As the engine does. */
  async train(settings: IterationSettings): Promise<BatchMetrics> {
    if (this.#state !== 'measuring') return this.#engine.train(settings);
    const place = this.#iteration % EACH;
    if (place === 0) this.#rounds[this.#slots[this.#iteration / EACH]]();
    const { plan } = this.#engine;
    const { metrics, runsMs } = await this.#engine.trainTimed(settings);
    if (this.#state !== 'measuring') return metrics;
    if (place >= WARM_UP) this.#note(plan, runsMs);
    this.#iteration++;
    if (this.#iteration === this.#slots.length * EACH) {
      this.#rounds[0]();
      this.#state = 'compiling';
      // Goes on by itself; a kernel that does not compile, or a device that is lost, ends the trial and nothing else.
      this.#next().catch(() => this.#goOn('stopped'));
    }
    return metrics;
  }

  #note(plan: TrainingPlan, runsMs: readonly number[]): void {
    const sums: Times = new Map();
    const runs = plan.trainProgram.flatMap((step) => (step.kind === 'run' ? [plan.passes[step.pass]] : []));
    for (const [i, pass] of runs.entries()) {
      const variant = variantOfPass(pass);
      const ms = runsMs[i];
      if (variant === null || ms === undefined) continue;
      const name = `${pass.kind}/${pass.stage}`;
      const own = sums.get(name) ?? new Map();
      sums.set(name, own);
      const before = own.get(variant) ?? { ms: 0, longestMs: 0 };
      own.set(variant, { ms: before.ms + ms, longestMs: Math.max(before.longestMs, ms) });
    }
    for (const [name, own] of sums) {
      const known = this.#times.get(name) ?? new Map();
      this.#times.set(name, known);
      for (const [variant, time] of own)
        if (!((known.get(variant)?.ms ?? Number.POSITIVE_INFINITY) < time.ms)) known.set(variant, time);
    }
  }

  async #decide(): Promise<void> {
    const choices = new Map<KernelPlace, KernelChoice>();
    for (const place of this.#places) {
      const choice = decide(place, this.#times.get(placeName(place)) ?? new Map());
      if (choice) choices.set(place, choice);
    }
    const adopt = await this.#prepare([...choices].map(([place, { variant }]) => [place, variant]));
    if (this.#state === 'stopped') return;
    adopt();
    this.#choices = choices;
    this.#state = 'decided';
  }
}

/** The choice from measured times, ms; null where they say nothing. Exported for tests. */
export function decide(
  { standard }: Pick<KernelPlace, 'standard'>,
  times: ReadonlyMap<KernelVariant, { ms: number }>,
): KernelChoice | null {
  const own = times.get(standard)?.ms;
  if (own === undefined || own < LEAST_MS || times.size < 2) return null;
  let variant = standard;
  let least = own;
  for (const [other, { ms }] of times) {
    // A clock that shows nothing has not shown that it is fast.
    if (ms > 0 && ms < (variant === standard ? CLEARLY_FASTER * least : least)) {
      variant = other;
      least = ms;
    }
  }
  const slowest = Math.max(...[...times.values()].map(({ ms }) => ms));
  return { variant, ratio: slowest / least };
}
