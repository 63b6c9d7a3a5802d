import { ErrorPasses } from './errorPasses.ts';
import { ForwardPasses } from './forwardPasses.ts';
import { NormalizePasses } from './normalizePasses.ts';
import { type ChunkPass, PassSource } from './passSource.ts';
import { hasBatchNorm, type PlanBuilder } from './planBuilder.ts';
import { ReadoutPasses } from './readoutPasses.ts';
import type { Stage } from './stages.ts';
import type { ProgramStep, StepWindow } from './types.ts';
import { WeightPasses } from './weightPasses.ts';

/** One way down a block's layers and back through the chunks of its interval. */
interface Sweep {
  /** Passes per chunk, first chunk of the interval first; they run last chunk first. */
  chunks: number[][];
  /** What follows the last of them. */
  after: number[];
}

/** The same pass for the same chunk, however often it is asked for. */
function once(make: ChunkPass): ChunkPass {
  const made = new Map<number, number | null>();
  return (chunkStart) => {
    const known = made.get(chunkStart);
    if (known !== undefined) return known;
    const pass = make(chunkStart);
    made.set(chunkStart, pass);
    return pass;
  };
}

/**
 * The passes of one local block on one micro-batch: made once, run in every interval. Each method returns program steps in the order in
 * which they must run.
 */
export class BlockPasses extends PassSource {
  private readonly normalize: NormalizePasses;
  private readonly errors: ErrorPasses;
  private readonly weights: WeightPasses;
  private readonly forwardPasses: number[];
  private readonly evaluatePasses: number[];
  private readonly lossPass: number;
  private readonly sweeps: Sweep[];
  private readonly updatePasses: number[];

  constructor(builder: PlanBuilder, index: number, micro: number) {
    super(builder, index, micro);
    const forward = new ForwardPasses(builder, index, micro);
    const readout = new ReadoutPasses(builder, index, micro);
    this.normalize = new NormalizePasses(builder, index, micro);
    this.errors = new ErrorPasses(builder, index, micro);
    this.weights = new WeightPasses(builder, index, micro);
    this.forwardPasses = this.stages.flatMap((stage) => forward.stageForward(stage, false));
    this.lossPass = readout.loss();
    this.sweeps = this.backward();
    this.updatePasses = micro > 0 ? [] : this.stages.flatMap((stage) => this.weights.stageUpdate(stage));
    this.evaluatePasses = [
      ...this.stages.flatMap((stage) => forward.stageForward(stage, true)),
      ...readout.stepReadout(),
      readout.loss(),
      ...this.stages.filter((stage) => stage.lif).map((stage) => readout.spikeCount(stage)),
    ];
  }

  /** Zeroes the buffers whose bits the forward passes set one by one. */
  clear(window: number): ProgramStep {
    const buffers = this.stages.flatMap((stage) => {
      const names = stage.kind === 'add' ? [] : [this.spikesOf(stage)];
      if (stage.lif && !this.builder.usesMembraneHistory(stage)) names.push(`${stage.name}.surrogateHistory`);
      return names;
    });
    return { kind: 'clear', block: this.index, micro: this.micro, window, buffers };
  }

  forward(window: number): ProgramStep[] {
    return this.run(this.forwardPasses, window);
  }

  /** Loss, and backward in chunks from the last to the first; gradients are added to those of earlier micro-batches. */
  learn(window: number, { stepCount }: StepWindow): ProgramStep[] {
    const steps = this.run([this.lossPass], window);
    const chunkSteps = this.builder.chunkSteps[this.index];
    for (const [sweep, { chunks, after }] of this.sweeps.entries()) {
      for (let chunk = chunks.length - 1; chunk >= 0; chunk--) {
        if (chunk * chunkSteps < stepCount) steps.push(...this.run(chunks[chunk], window, sweep));
      }
      steps.push(...this.run(after, window, sweep));
    }
    return steps;
  }

  /** The optimizer's steps; one micro-batch's passes serve for all, gradients are shared. */
  update(window: number): ProgramStep[] {
    return this.run(this.updatePasses, window);
  }

  evaluate(window: number): ProgramStep[] {
    return this.run(this.evaluatePasses, window);
  }

  private run(passes: number[], window: number, sweep = 0): ProgramStep[] {
    return passes.map((pass) => ({ kind: 'run', pass, window, sweep }));
  }

  /**
   * One sweep, unless batch norm meets an interval in several chunks: gamma below a batch norm follows from sums over the whole
   * interval, so each batch norm, top one first, takes a sweep to its sums, and the last sweep does the rest.
   */
  private backward(): Sweep[] {
    const down = [...this.stages].reverse();
    const chunkSteps = this.builder.chunkSteps[this.index];
    const chunkCount = Math.ceil(this.builder.longestInterval / chunkSteps);
    const sweep = (templates: ChunkPass[], after: number[] = []): Sweep => ({
      chunks: Array.from({ length: chunkCount }, (_, chunk) =>
        templates.flatMap((make) => make(chunk * chunkSteps) ?? []),
      ),
      after,
    });
    const error = new Map(down.map((stage) => [stage, this.errors.stageError(stage).map(once)]));
    const usable = new Map(down.map((stage) => [stage, this.normalize.normalizeBackward(stage).map(once)]));
    const errorsOf = (stage: Stage) => error.get(stage) ?? [];
    const gammaOf = (stage: Stage) => [...errorsOf(stage), ...(usable.get(stage) ?? [])];
    const inOneChunk = (stage: Stage): ChunkPass[] => [
      ...errorsOf(stage),
      ...this.normalize.gammaSums(stage),
      ...(hasBatchNorm(stage) ? [() => this.normalize.normalizeReduce(stage, 2)] : []),
      ...(usable.get(stage) ?? []),
      ...this.weights.weightGrad(stage),
    ];
    if (chunkCount === 1) return [sweep(down.flatMap(inOneChunk))];
    const sums = down.flatMap((stage, at) => {
      if (!hasBatchNorm(stage)) return [];
      const above = down.slice(0, at).flatMap(gammaOf);
      return sweep(
        [...above, ...errorsOf(stage), ...this.normalize.gammaSums(stage)],
        [this.normalize.normalizeReduce(stage, 2)],
      );
    });
    return [...sums, sweep(down.flatMap((stage) => [...gammaOf(stage), ...this.weights.weightGrad(stage)]))];
  }
}
