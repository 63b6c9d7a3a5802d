import type { WalkKind, WalkStep } from '../../session/planWalk.ts';
import { formatBytes } from '../shared/format.ts';

/** What buffers hold, by the last part of their name. */
const BUFFER_WORDS: Record<string, string> = {
  spikes: 'spikes',
  surrogateHistory: 'surrogate window',
  membrane: 'membranes',
  gamma: 'γ',
  gammaCarry: 'γ of the chunk above',
  error: 'errors',
  lossError: 'errors of the loss',
  weights: 'weights',
  moment1: 'momentum',
  moment2: 'second moment',
  partials: 'weight gradients',
  normalization: 'batch statistics',
  normSums: 'batch sums',
  normState: 'batch norm',
  keepBits: 'dropout mask',
};

/** `conv1.spikes` as people say it: conv1 spikes. Further micro-batches and parts keep their number. */
export function bufferWords(name: string): string {
  const dot = name.lastIndexOf('.');
  if (dot < 0) return name === 'input' ? 'input frames' : name;
  const [, part, rest] = /^(\w+)(.*)$/.exec(name.slice(dot + 1)) ?? [];
  return `${name.slice(0, dot)} ${BUFFER_WORDS[part] ?? part}${rest ?? ''}`;
}

const DOES: Record<WalkKind, string> = {
  forward: 'forward',
  loss: 'the local classifier compares its spikes with the label',
  backward: 'backward',
  update: 'weights change',
  freed: 'memory is free again',
};

/** One pass in a sentence: where it is, what it does. */
export function stepWords(step: WalkStep, interval: number, intervalSteps: number): string {
  const place = `Interval ${interval + 1}, block ${step.block + 1}`;
  if (step.kind === 'freed') {
    const bytes = step.writes.reduce((sum, buffer) => sum + buffer.bytes, 0);
    return `${place}: ${DOES.freed}, ${formatBytes(bytes)} for the next block.`;
  }
  if (step.kind === 'loss') return `${place}: ${DOES.loss}.`;
  const { start } = step.steps;
  const stop = Math.min(intervalSteps, step.steps.stop);
  const isPart = start > 0 || stop < intervalSteps;
  const steps = isPart ? (stop - start === 1 ? `, step ${stop}` : `, steps ${start + 1} to ${stop}`) : '';
  return `${place}: ${DOES[step.kind]}, ${step.stage}${steps} (${step.kernel}).`;
}
