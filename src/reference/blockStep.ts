import { frameSize } from '../core/encodedDataset.ts';
import type { Stage, StageGraph } from '../core/plan/stages.ts';
import { SURROGATES } from '../core/surrogate.ts';
import {
  type BatchNormStatistics,
  type BatchNormTensors,
  batchNormBackward,
  batchNormStatistics,
  normalize,
  runningStatistics,
  updateRunning,
} from './batchNorm.ts';
import { errorBackward, surrogateDerivatives } from './errorBackward.ts';
import { heaviside, type LifState, lifForward } from './lifForward.ts';
import { poolBackward } from './poolBackward.ts';
import { type PoolKind, poolForward } from './poolForward.ts';
import { sumForward } from './sumForward.ts';
import { synapticCurrent } from './synapse.ts';
import { synapseBackward } from './synapseBackward.ts';
import { weightGrad } from './weightGrad.ts';

/** What one local block needs to run one interval. Arrays are in the interface layout, [steps][B][C][H][W]. */
export interface BlockContext {
  graph: StageGraph;
  block: number;
  /** All tensors by interface name; running statistics are updated in place when training. */
  tensors: ReadonlyMap<string, Float64Array>;
  /** Per stage id; updated in place. */
  states: ReadonlyMap<number, LifState>;
  /** [B], -1 = empty place. */
  labels: ArrayLike<number>;
  /** Keep masks by stage name, [B][C][H][W]; stages without one drop nothing. */
  masks: ReadonlyMap<string, ArrayLike<number>>;
  /** False: running statistics instead of the interval's. */
  training: boolean;
  /** True: spikes are the surrogate's primitive, so that the whole block is differentiable. */
  smooth: boolean;
}

/** What a stage leaves behind in the forward pass for its backward pass. */
export interface StageTrace {
  inputs: Float64Array[];
  /** Synaptic current before batch norm; empty for pools and sums. */
  current: Float64Array;
  statistics: BatchNormStatistics | null;
  /** u; empty without neurons. */
  membranes: Float64Array;
  /** Spikes before dropout; empty without neurons. */
  spikes: Float64Array;
  /** What the next stage sees. */
  output: Float64Array;
}

export type BlockTrace = Map<number, StageTrace>;

const EMPTY = new Float64Array(0);

function stagesOf({ graph, block }: BlockContext): Stage[] {
  return [...graph.blocks[block].body, graph.blocks[block].classifier].map((id) => graph.stages[id]);
}

function tensor(context: BlockContext, name: string): Float64Array {
  const values = context.tensors.get(name);
  if (!values) throw new Error(`The network has no tensor ${name}.`);
  return values;
}

function batchNormTensors(context: BlockContext, stage: Stage): BatchNormTensors | null {
  const prefix = stage.parameters?.batchNormPrefix;
  if (!prefix) return null;
  return {
    scale: tensor(context, `${prefix}.weight`),
    shift: tensor(context, `${prefix}.bias`),
    runningMean: tensor(context, `${prefix}.running_mean`),
    runningVariance: tensor(context, `${prefix}.running_var`),
  };
}

/** Multiplies by keep / (1 - p): spikes on their way up, errors on their way down. */
function applyDropout(context: BlockContext, stage: Stage, values: Float64Array): Float64Array {
  const mask = context.masks.get(stage.name);
  if (!mask) return values;
  return values.map((value, i) => (value * mask[i % mask.length]) / (1 - stage.dropout));
}

/** Forward pass of a block over an interval. @param input What enters the block, [steps][B][C][H][W]. */
export function forwardBlock(context: BlockContext, input: Float64Array): BlockTrace {
  const activations = new Map([[context.graph.blocks[context.block].input, input]]);
  const trace: BlockTrace = new Map();
  for (const stage of stagesOf(context)) {
    const inputs = stage.inputs.map((id) => activations.get(id) ?? EMPTY);
    const stageTrace = forwardStage(context, stage, inputs);
    trace.set(stage.id, stageTrace);
    activations.set(stage.output, stageTrace.output);
  }
  return trace;
}

function forwardStage(context: BlockContext, stage: Stage, inputs: Float64Array[]): StageTrace {
  const plain = { inputs, current: EMPTY, statistics: null, membranes: EMPTY, spikes: EMPTY };
  if (stage.kind === 'add') return { ...plain, output: sumForward(inputs[0], inputs[1]) };
  if (stage.kind === 'pool') {
    const pooled = poolForward(stage, stage.pool as PoolKind, inputs[0]);
    if (!stage.lif) return { ...plain, output: pooled };
    const record = fireStage(context, stage, pooled);
    return { ...plain, ...record, output: record.spikes };
  }
  const prefix = stage.parameters?.prefix;
  const bias = stage.parameters?.bias ? tensor(context, `${prefix}.bias`) : null;
  const current = synapticCurrent(stage, tensor(context, `${prefix}.weight`), bias, inputs[0]);
  const norm = batchNormTensors(context, stage);
  let driving = current;
  let statistics: BatchNormStatistics | null = null;
  if (norm) {
    statistics = context.training
      ? batchNormStatistics(current, stage.outputShape, context.labels)
      : runningStatistics(norm);
    driving = normalize(current, stage.outputShape, statistics, norm);
    if (context.training) updateRunning(norm, statistics);
  }
  const record = fireStage(context, stage, driving);
  return { inputs, current, statistics, ...record, output: applyDropout(context, stage, record.spikes) };
}

function fireStage(context: BlockContext, stage: Stage, current: Float64Array) {
  const state = context.states.get(stage.id);
  if (!state) throw new Error(`The stage ${stage.name} has no state.`);
  const { surrogate, surrogateWidth } = stage.neuron;
  const fire = context.smooth ? (v: number) => SURROGATES[surrogate].primitive(v, surrogateWidth) : heaviside;
  return lifForward(stage.neuron, current, state, fire);
}

/**
 * Backward pass of a block over an interval: gradients of its trained tensors by name.
 * @param lossErrors dL/ds of the classifier, the same at every step, [B][classes].
 */
export function backwardBlock(
  context: BlockContext,
  trace: BlockTrace,
  lossErrors: Float64Array,
): Map<string, Float64Array> {
  const { graph, block } = context;
  const gradients = new Map<string, Float64Array>();
  const errors = new Map<number, Float64Array>();
  /** Adds to the error at an activation. Nothing leaves the block downwards. */
  const give = (activation: number, error: Float64Array) => {
    if (activation === graph.blocks[block].input) return;
    const known = errors.get(activation);
    errors.set(activation, known ? known.map((value, i) => value + error[i]) : error);
  };
  const classifier = graph.stages[graph.blocks[block].classifier];
  const classifierSpikes = trace.get(classifier.id)?.spikes ?? EMPTY;
  give(
    classifier.output,
    classifierSpikes.map((_, i) => lossErrors[i % lossErrors.length]),
  );
  for (const stage of stagesOf(context).reverse()) {
    const stageTrace = trace.get(stage.id);
    const error = errors.get(stage.output);
    if (!stageTrace || !error) throw new Error(`No error reaches ${stage.name}.`);
    backwardStage(context, stage, stageTrace, error, { give, gradients });
  }
  return gradients;
}

function backwardStage(
  context: BlockContext,
  stage: Stage,
  trace: StageTrace,
  error: Float64Array,
  out: {
    give: (activation: number, error: Float64Array) => void;
    gradients: Map<string, Float64Array>;
  },
): void {
  const [input] = trace.inputs;
  if (stage.kind === 'add') {
    for (const id of stage.inputs) out.give(id, error);
    return;
  }
  let gamma = error;
  if (stage.lif) {
    const cells = frameSize(stage.outputShape) * context.labels.length;
    gamma = errorBackward(
      stage.neuron,
      applyDropout(context, stage, error),
      surrogateDerivatives(stage.neuron, trace.membranes),
      new Float64Array(cells),
      trace,
    );
  }
  if (stage.kind === 'pool') {
    out.give(stage.inputs[0], poolBackward(stage, stage.pool as PoolKind, gamma, input));
    return;
  }
  const norm = batchNormTensors(context, stage);
  const { prefix, bias, batchNormPrefix, trainable } = stage.parameters ?? {};
  if (norm && trace.statistics) {
    const shape = stage.outputShape;
    const { current, scale, shift } = batchNormBackward(
      trace.current,
      gamma,
      shape,
      context.labels,
      trace.statistics,
      norm.scale,
    );
    out.gradients.set(`${batchNormPrefix}.weight`, scale);
    out.gradients.set(`${batchNormPrefix}.bias`, shift);
    gamma = current;
  }
  if (trainable) {
    const gradient = weightGrad(stage, input, gamma);
    out.gradients.set(`${prefix}.weight`, gradient.weights);
    if (bias) out.gradients.set(`${prefix}.bias`, gradient.bias);
  }
  out.give(stage.inputs[0], synapseBackward(stage, tensor(context, `${prefix}.weight`), gamma));
}
