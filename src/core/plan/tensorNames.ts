import type { StageGraph } from './stages.ts';

const CLASSIFIER = /^c(\d+)\.(.+)$/;

/**
 * A tensor's name that outlives a change of (k, n): a classifier's is that of the body layer it sits on
 * (`classifier@4.weight`: on top of entry 3, the fourth), every other tensor's is its own.
 */
export function portableName(graph: Pick<StageGraph, 'blocks'>, name: string): string {
  const match = CLASSIFIER.exec(name);
  const block = match && graph.blocks[Number(match[1])];
  return block ? classifierName(block.layers.stop, match[2]) : name;
}

/** The name of a tensor of the classifier on top of the first `stop` body entries. */
export function classifierName(stop: number, part: string): string {
  return `classifier@${stop}.${part}`;
}
