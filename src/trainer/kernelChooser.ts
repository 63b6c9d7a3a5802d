import { DEFAULT_VARIANTS, type KernelVariant, type KernelVariants } from '../core/plan/kernelVariants.ts';
import type { PlanRequest } from '../core/plan/planBuilder.ts';
import { planTraining } from '../core/plan/planTraining.ts';
import type { BatchMetrics, IterationSettings } from './engine.ts';
import {
  availableVariants,
  type KernelChoice,
  type KernelPlace,
  kernelPlaces,
  toKernelVariants,
} from './kernelChoices.ts';
import type { KernelMemory } from './kernelMemory.ts';
import { KernelTrial, type TrialEngine } from './kernelTrial.ts';
import type { KernelReport } from './messages.ts';

/** A run trains so long before kernels are tried by themselves, and must then have so long to go. */
const BEGIN_AFTER_MS = 5000;
const LEAST_SECONDS_LEFT = 30;

export interface ChooserEngine extends TrialEngine {
  readonly hasTimestamps: boolean;
}

export interface ChooserParts {
  memory: KernelMemory;
  /** Features of the adapter. */
  features: readonly string[];
  /** Told whenever there is something new to show. */
  report: (report: KernelReport) => void;
  now?: () => number;
}

/**
 * Which kernels the runs of a page use: what is remembered of their shapes, else what a trial finds, else what the plan says.
 * Since all give the same bits, this is no part of a run.
 */
export class KernelChooser {
  readonly #parts: ChooserParts;
  readonly #now: () => number;
  #engine: ChooserEngine | null = null;
  #places: KernelPlace[] = [];
  /** What the engine uses besides the standard kernels, and where that comes from. */
  #chosen = new Map<KernelPlace, { choice: KernelChoice; source: 'measured' | 'stored' }>();
  #trial: KernelTrial | null = null;
  #wish: 'automatic' | 'now' | 'never' = 'automatic';
  #trainedSince: number | null = null;
  #shown: KernelReport['state'] | null = null;

  constructor(parts: ChooserParts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
  }

  /** What to make a run's engine with. @param request As for the engine, its limits included. */
  recall(request: PlanRequest): KernelVariants {
    this.detach();
    let microBatch: number | undefined = request.microBatch;
    this.#places = kernelPlaces((variants) => {
      const plan = planTraining({ ...request, ...(microBatch !== undefined && { microBatch }), variants });
      microBatch ??= plan.microBatches[0].stop;
      return plan;
    }, availableVariants(this.#parts.features));
    for (const place of this.#places) {
      const choice = this.#parts.memory.recall(place.shape);
      if (choice && place.candidates.includes(choice.variant))
        this.#chosen.set(place, { choice, source: 'stored' });
    }
    if (this.#chosen.size === 0) return DEFAULT_VARIANTS;
    return toKernelVariants([...this.#base()]);
  }

  /** The engine that was made with what `recall` said. */
  attach(engine: ChooserEngine): void {
    this.#engine = engine;
    this.#show(true);
  }

  /** The engine is gone. */
  detach(): void {
    this.#trial?.stop();
    this.#trial = null;
    this.#engine = null;
    this.#chosen.clear();
    this.#places = [];
    this.#trainedSince = null;
    this.#shown = null;
  }

  /** Tries all kernels again with the next iterations. */
  measure(): void {
    this.#wish = 'now';
    this.#trial?.stop();
    this.#trial = null;
    this.#show(true);
  }

  /** Ends the trial that runs, and begins none by itself. */
  stop(): void {
    this.#wish = 'never';
    this.#trial?.stop();
    this.#trial = null;
    this.#show(true);
  }

  /** The run has ended: a trial that is not done has nothing left to measure. The next run may try again. */
  rest(): void {
    if (this.#wish === 'now') this.#wish = 'automatic';
    this.#trial?.stop();
    this.#trial = null;
    this.#show();
  }

  /**
   * Trains one iteration of the engine that is attached.
   * @param secondsLeft Asked where it matters: to the end of the run.
   * @throws As the engine does.
   */
  async train(settings: IterationSettings, secondsLeft: () => number): Promise<BatchMetrics> {
    const engine = this.#engine;
    if (!engine) throw new Error('There is no engine to train.');
    if (!this.#trial && this.#isDue(secondsLeft)) this.#begin(engine);
    const trial = this.#trial;
    if (!trial) return engine.train(settings);
    const metrics = await trial.train(settings);
    if (trial === this.#trial) await this.#follow(trial);
    return metrics;
  }

  #isDue(secondsLeft: () => number): boolean {
    this.#trainedSince ??= this.#now();
    if (!this.#engine?.hasTimestamps || this.#wish === 'never') return false;
    if (this.#wish === 'now') return this.#places.length > 0;
    return (
      this.#places.length > this.#chosen.size &&
      this.#now() - this.#trainedSince >= BEGIN_AFTER_MS &&
      secondsLeft() >= LEAST_SECONDS_LEFT
    );
  }

  #base(): Map<KernelPlace, KernelVariant> {
    return new Map(
      this.#places.map((place) => [place, this.#chosen.get(place)?.choice.variant ?? place.standard]),
    );
  }

  #begin(engine: ChooserEngine): void {
    const isAsked = this.#wish === 'now';
    this.#wish = 'automatic';
    if (isAsked) this.#chosen.clear();
    const unknown = this.#places.filter((place) => !this.#chosen.has(place));
    const trial = new KernelTrial(engine, unknown, this.#base());
    this.#trial = trial;
    trial.begin().catch(() => trial.stop());
    this.#show();
  }

  async #follow(trial: KernelTrial): Promise<void> {
    if (trial.state === 'decided') {
      for (const [place, choice] of trial.choices) this.#chosen.set(place, { choice, source: 'measured' });
      // Once is enough: places whose times say nothing would be tried for ever.
      this.#wish = 'never';
      this.#trial = null;
      this.#show();
      await this.#parts.memory.remember([...trial.choices].map(([{ shape }, choice]) => [shape, choice]));
    } else if (trial.state === 'stopped') {
      this.#wish = 'never';
      this.#trial = null;
    }
    this.#show();
  }

  #state(): KernelReport['state'] {
    if (!this.#engine?.hasTimestamps) return 'unmeasurable';
    if (this.#trial) return this.#trial.state === 'measuring' ? 'measuring' : 'compiling';
    return this.#wish === 'now' ? 'waiting' : 'resting';
  }

  #show(always = false): void {
    if (!this.#engine) return;
    const state = this.#state();
    if (state === this.#shown && !always) return;
    this.#shown = state;
    this.#parts.report({
      state,
      layers: this.#places.map((place) => {
        const { kind, layer, standard } = place;
        const found = this.#chosen.get(place);
        const source = found?.source ?? 'standard';
        return {
          kind,
          layer,
          variant: found?.choice.variant ?? standard,
          ratio: found?.choice.ratio ?? null,
          source,
        };
      }),
    });
  }
}
