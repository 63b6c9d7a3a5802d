import type { Pass, PlannedBuffer, ProgramStep, StepWindow, TrainingPlan } from '../core/plan/types.ts';
import type { BindingRole } from './kernelHead.ts';

/** Offsets of buffers are multiples of this, so memory is watched in pieces of it. */
const PIECE = 256;

/** What the head of each kernel says of its bindings. */
export type KernelRoles = ReadonlyMap<string, ReadonlyMap<string, BindingRole>>;

/** How a pass treats one of its bindings. */
interface Access {
  reads: boolean;
  writes: boolean;
}

/** True when the chunk of a backward pass ends before the interval does: a later chunk has run already. */
function isEarlierChunk({ params }: Pass, { stepCount }: StepWindow): boolean {
  return (params.chunkStart ?? 0) + (params.chunkSteps ?? stepCount) < stepCount;
}

/** True when a group of samples that this micro-batch goes on with was begun by an earlier one. */
function goesOnWithGroup({ params }: Pass): boolean {
  return (params.firstSplit ?? 0) * (params.splitSize ?? 0) < (params.sampleStart ?? 0);
}

/**
 * Which accesses of a binding really happen: what the kernels' heads say in words ("overwritten by the first chunk unless
 * ...", "adds with ACCUMULATE") decided by the pass's constants and window.
 */
function accessOf(pass: Pass, binding: string, role: BindingRole, window: StepWindow): Access {
  const { kernel, overrides } = pass;
  const nothing = { reads: false, writes: false };
  const kernelBinding = `${kernel}.${binding}`;
  if (role === 'reads') {
    // The mean is what mode 0 goes on to find; evaluation has nothing to reduce.
    if (kernelBinding === 'batchNormSums.normalization') return { reads: overrides.MODE > 0, writes: false };
    if (kernelBinding === 'batchNormReduce.sums') return { reads: overrides.MODE < 3, writes: false };
    return { reads: true, writes: false };
  }
  if (binding === 'membrane') return { reads: !window.isFirst, writes: true };
  if (binding === 'gammaCarry') {
    return { reads: isEarlierChunk(pass, window), writes: pass.params.chunkStart > 0 };
  }
  if (binding === 'gamma' && role === 'overwrites') {
    const adds = overrides.ACCUMULATE === 1 || (overrides.SUM_STEPS === 1 && isEarlierChunk(pass, window));
    return { reads: adds, writes: true };
  }
  if (kernel.startsWith('weightGrad')) {
    const reads = isEarlierChunk(pass, window) || window.updateAccumulate || goesOnWithGroup(pass);
    return { reads, writes: true };
  }
  // Mode 2 adds the chunks of an interval up; the other modes write all.
  if (kernelBinding === 'batchNormSums.sums')
    return { reads: overrides.MODE === 2 && isEarlierChunk(pass, window), writes: true };
  if (kernelBinding === 'batchNormReduce.partials') {
    if (overrides.MODE !== 2) return nothing;
    return { reads: window.updateAccumulate || overrides.ACCUMULATE === 1, writes: true };
  }
  // Modes 1 and 2 add rows to those that are there.
  if (kernelBinding === 'batchNormReduce.normalization') {
    return { reads: overrides.MODE === 1 || overrides.MODE === 2, writes: true };
  }
  if (binding === 'surrogateHistory' && role === 'setsBits') {
    if (overrides.HISTORY === 0) return nothing;
    return { reads: overrides.HISTORY === 1, writes: true };
  }
  // Bits are added to what `clear` or an earlier step has left; everything else is read before it is updated.
  return { reads: role !== 'overwrites', writes: true };
}

/**
 * Follows which buffer last wrote every piece of memory while programs run, and reports every read that would find bytes of
 * another buffer, or none.
 */
export class PlanSimulator {
  readonly #plan: TrainingPlan;
  readonly #roles: KernelRoles;
  readonly #buffers: Map<string, PlannedBuffer>;
  /** Per slab: name of the buffer that last wrote each piece. */
  readonly #owners = new Map<string, (string | undefined)[]>();
  readonly violations: string[] = [];
  /** Reads that were checked: none would mean that nothing was watched. */
  checkedReads = 0;

  constructor(plan: TrainingPlan, roles: KernelRoles) {
    this.#plan = plan;
    this.#roles = roles;
    this.#buffers = new Map(plan.buffers.map((buffer) => [buffer.name, buffer]));
    // Fresh memory is zero, and the trainer writes weights, inputs and labels: what lives for the whole run is there.
    for (const buffer of plan.buffers) if (buffer.scope === 'run') this.#write(buffer);
  }

  #pieces(buffer: PlannedBuffer): { owners: (string | undefined)[]; from: number; to: number } {
    const slab = `${buffer.heap}${buffer.slab}`;
    const owners = this.#owners.get(slab) ?? [];
    this.#owners.set(slab, owners);
    const from = Math.floor(buffer.offset / PIECE);
    return { owners, from, to: Math.ceil((buffer.offset + buffer.bytes) / PIECE) };
  }

  #write(buffer: PlannedBuffer): void {
    const { owners, from, to } = this.#pieces(buffer);
    for (let piece = from; piece < to; piece++) owners[piece] = buffer.name;
  }

  #read(buffer: PlannedBuffer, where: string): void {
    this.checkedReads++;
    const { owners, from, to } = this.#pieces(buffer);
    for (let piece = from; piece < to; piece++) {
      if (owners[piece] === buffer.name) continue;
      this.violations.push(`${where} reads ${buffer.name} and finds ${owners[piece] ?? 'what nobody wrote'}`);
      return;
    }
  }

  #buffer(name: string): PlannedBuffer {
    const buffer = this.#buffers.get(name);
    if (!buffer) throw new Error(`The plan has no buffer ${name}.`);
    return buffer;
  }

  /** Runs a program of the plan. */
  run(program: readonly ProgramStep[]): void {
    for (const step of program) {
      if (step.kind === 'clear') {
        for (const name of step.buffers) this.#write(this.#buffer(name));
        continue;
      }
      this.#runPass(this.#plan.passes[step.pass], this.#plan.windows[step.window]);
    }
  }

  #runPass(pass: Pass, window: StepWindow): void {
    const roles = this.#roles.get(pass.kernel);
    const where = `${pass.label} (block ${pass.block}, micro-batch ${pass.micro}, interval ${window.interval})`;
    const accesses = Object.entries(pass.buffers).map(([binding, name]) => {
      const role = roles?.get(binding);
      if (!role) throw new Error(`The head of ${pass.kernel} says nothing of ${binding}.`);
      const unused = /^unused\d$/.test(name);
      const access = unused ? { reads: false, writes: false } : accessOf(pass, binding, role, window);
      return { buffer: this.#buffer(name), ...access };
    });
    for (const { buffer, reads } of accesses) if (reads) this.#read(buffer, where);
    for (const { buffer, writes } of accesses) if (writes) this.#write(buffer);
  }

  /** Checks that a buffer still holds its own bytes now. */
  expectIntact(name: string): void {
    this.#read(this.#buffer(name), 'the reader after the program');
  }
}

/** Pairs of bindings of one pass that share bytes: WebGPU forbids them where one of the two is writable. */
export function aliasedBindings(plan: TrainingPlan): string[] {
  const buffers = new Map(plan.buffers.map((buffer) => [buffer.name, buffer]));
  return plan.passes.flatMap(({ label, buffers: bound }) => {
    const places = Object.values(bound).flatMap((name) => buffers.get(name) ?? []);
    return places.flatMap((a, i) =>
      places
        .slice(i + 1)
        .filter(
          (b) =>
            a.heap === b.heap &&
            a.slab === b.slab &&
            a.offset < b.offset + b.bytes &&
            b.offset < a.offset + a.bytes,
        )
        .map((b) => `${label}: ${a.name} and ${b.name}`),
    );
  });
}
