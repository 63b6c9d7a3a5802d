import { AppError } from '../../core/errors.ts';
import { buildStages } from '../../core/plan/stages.ts';
import { portableName } from '../../core/plan/tensorNames.ts';
import { parameterTensors } from '../../core/plan/tensors.ts';
import { createSha256 } from '../../core/sha256.ts';
import type { NamedTensor } from '../../trainer/messages.ts';
import { expectedMeta, type Session, toNetworkSpec } from '../session.ts';

/** Weights from a file that a run begins with, in the place of those that are drawn. */
export interface StartWeights {
  fileName: string;
  /** sha256 (hex) of names, shapes and values; the session names it. */
  digest: string;
  /** Under names that outlive a change of (k, n), see `portableName`. */
  tensors: NamedTensor[];
}

/** Weights that were taken, and the session that they are weights of. */
export interface TakenWeights {
  session: Session;
  weights: StartWeights;
  /** What the visitor should know: what was converted, left out, or drawn anew. */
  remarks: string[];
}

export function digestOfTensors(tensors: readonly NamedTensor[]): string {
  const hash = createSha256();
  for (const { name, shape, values } of tensors) {
    hash.update(new TextEncoder().encode(`${name}:${shape.join('x')};`));
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digestHex();
}

/** Portable names and shapes of all tensors that the session's network can have, whatever its (k, n). */
function tensorsOf(session: Session): { body: Map<string, number[]>; classifiers: Map<string, number[]> } {
  const network = toNetworkSpec(session, expectedMeta(session));
  const body = new Map<string, number[]>();
  const classifiers = new Map<string, number[]>();
  // Blocks of one layer have a classifier on top of every layer that can have one.
  const graph = buildStages(network, 1);
  for (const { name, shape, stage } of parameterTensors(graph))
    (graph.stages[stage].isClassifier ? classifiers : body).set(portableName(graph, name), shape);
  return { body, classifiers };
}

const MAX_NAMED = 6;

/**
 * Checks tensors against the session's network.
 * @returns Those that fit, and remarks on what is left out or drawn anew.
 * @throws AppError `weights-mismatch` naming the tensors that are missing or of another shape.
 */
export function fitTensors(
  session: Session,
  tensors: readonly NamedTensor[],
): { tensors: NamedTensor[]; remarks: string[] } {
  const { body, classifiers } = tensorsOf(session);
  const faults: string[] = [];
  const fitting: NamedTensor[] = [];
  const unknown: string[] = [];
  const given = new Set(tensors.map(({ name }) => name));
  for (const tensor of tensors) {
    const wanted = body.get(tensor.name) ?? classifiers.get(tensor.name);
    if (!wanted) unknown.push(tensor.name);
    else if (wanted.join() !== tensor.shape.join())
      faults.push(`${tensor.name} is [${tensor.shape.join(', ')}], the network's is [${wanted.join(', ')}]`);
    else if (!tensor.values.every(Number.isFinite)) faults.push(`${tensor.name} holds NaN or infinity`);
    else fitting.push(tensor);
  }
  for (const [name, shape] of body)
    if (!given.has(name)) faults.push(`${name} [${shape.join(', ')}] is missing`);
  if (faults.length > 0) {
    const more = faults.length > MAX_NAMED ? `, and ${faults.length - MAX_NAMED} more` : '';
    throw new AppError(
      'weights-mismatch',
      `The weights are not of this network: ${faults.slice(0, MAX_NAMED).join('; ')}${more}.`,
      'Set the network that the weights belong to, or choose other weights.',
    );
  }
  const remarks: string[] = [];
  if (unknown.length > 0)
    remarks.push(
      `Left out, since the network has no such tensors: ${unknown.slice(0, MAX_NAMED).join(', ')}.`,
    );
  const graph = buildStages(toNetworkSpec(session, expectedMeta(session)), session.schedule.blockSize);
  const drawn = graph.blocks
    .map(({ layers }) => `classifier@${layers.stop}`)
    .filter((name) => !given.has(`${name}.weight`));
  if (drawn.length > 0)
    remarks.push(
      `The file has no weights for ${drawn.length} of ${graph.blocks.length} local classifiers; they are drawn anew.`,
    );
  return { tensors: fitting, remarks };
}

/** A session that begins with these weights. */
export function withStartWeights(
  session: Session,
  fileName: string,
  tensors: readonly NamedTensor[],
): TakenWeights {
  const fitted = fitTensors(session, tensors);
  const digest = digestOfTensors(fitted.tensors);
  return {
    session: { ...session, initialization: { ...session.initialization, weights: digest } },
    weights: { fileName, digest, tensors: fitted.tensors },
    remarks: fitted.remarks,
  };
}
