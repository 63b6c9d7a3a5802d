import { type PassWork, passWork } from '../core/plan/passWork.ts';
import type { PassKind, TrainingPlan } from '../core/plan/types.ts';

/** GPU time and least work of all runs of one pass in an iteration: a kernel on a layer. */
export interface PassProfile extends PassWork {
  /** `kernel/stage` */
  label: string;
  kind: PassKind;
  layer: string;
  runs: number;
  ms: number;
}

/** Adds up iterations' timed runs by label, mean per iteration, longest first. @param rounds Times of every run in program order. */
export function summarizeProfile(plan: TrainingPlan, rounds: readonly (readonly number[])[]): PassProfile[] {
  const buffers = new Map(plan.buffers.map((buffer) => [buffer.name, buffer]));
  const steps = plan.trainProgram.flatMap((step) => (step.kind === 'run' ? [step] : []));
  const totals = new Map<string, PassProfile>();
  for (const [index, { pass: id, window }] of steps.entries()) {
    const pass = plan.passes[id];
    const { bytes, denseOperations } = passWork(pass, plan.windows[window], buffers);
    const total = totals.get(pass.label) ?? {
      label: pass.label,
      kind: pass.kind,
      layer: pass.stage,
      runs: 0,
      ms: 0,
      bytes: 0,
      denseOperations: 0,
    };
    totals.set(pass.label, total);
    total.runs++;
    total.bytes += bytes;
    total.denseOperations += denseOperations;
    for (const times of rounds) total.ms += (times[index] ?? 0) / rounds.length;
  }
  return [...totals.values()].sort((a, b) => b.ms - a.ms);
}
