import { type ErrorData, toErrorData } from '../core/errors.ts';
import {
  inferShapes,
  type LayerShape,
  type LayerSpec,
  LIMITS,
  layerName,
  type NetworkSpec,
} from '../core/network.ts';

export type LayerKind = LayerSpec['kind'];

export const LAYER_KINDS: readonly { kind: LayerKind; label: string }[] = [
  { kind: 'conv', label: 'convolution' },
  { kind: 'linear', label: 'linear' },
  { kind: 'avgPool', label: 'average pool' },
  { kind: 'maxPool', label: 'max pool' },
  { kind: 'sew', label: 'residual unit (SEW)' },
];

/** The kind of a layer in words. */
export function kindLabel(kind: LayerKind): string {
  return LAYER_KINDS.find((each) => each.kind === kind)?.label ?? kind;
}

/** A network looked at layer by layer: shapes as far as they work out, and where they stop. */
export interface NetworkInspection {
  /** One entry per layer; `shape` is null from the first layer on that does not fit. */
  layers: { name: string; spec: LayerSpec; shape: LayerShape | null }[];
  problem: { index: number; error: ErrorData } | null;
  /** Of the layers that work out, classifiers not counted. */
  parameterCount: number;
  neuronCount: number;
}

/** Infers shapes up to the first layer that does not fit. Never throws. */
export function inspectNetwork(network: NetworkSpec): NetworkInspection {
  let shapes: LayerShape[] = [];
  let problem: NetworkInspection['problem'] = null;
  for (let index = 0; index < network.layers.length && !problem; index++) {
    try {
      shapes = inferShapes({ ...network, layers: network.layers.slice(0, index + 1) });
    } catch (error) {
      problem = { index, error: toErrorData(error) };
    }
  }
  return {
    layers: network.layers.map((spec, index) => ({
      name: layerName(spec, index),
      spec,
      shape: shapes[index] ?? null,
    })),
    problem,
    parameterCount: shapes.reduce((sum, shape) => sum + shape.parameterCount, 0),
    neuronCount: shapes.reduce((sum, shape) => sum + shape.neuronCount, 0),
  };
}

/**
 * A layer to be put at place `at`: sizes that fit any input (pools excepted, which need two rows), as many channels as
 * come in, and batch norm where the network uses it.
 */
export function newLayer(kind: LayerKind, network: NetworkSpec, at: number): LayerSpec {
  const before = inspectNetwork({ ...network, layers: network.layers.slice(0, at) });
  const input = before.layers[at - 1]?.shape?.output ?? network.input.shape;
  const out = Math.min(LIMITS.channels, Math.max(8, input.channels));
  const usesBatchNorm = network.layers.some((spec) => 'batchNorm' in spec && spec.batchNorm === true);
  const batchNorm = usesBatchNorm ? { batchNorm: true } : {};
  switch (kind) {
    case 'conv':
      return { kind, out, kernel: 3, stride: 1, padding: 1, bias: false, ...batchNorm };
    case 'linear':
      return { kind, out: 64, bias: false, ...batchNorm };
    case 'avgPool':
    case 'maxPool':
      return { kind, kernel: 2, stride: 2, neuron: 'lif' };
    case 'sew':
      return { kind, out, stride: 1, ...batchNorm };
  }
}

export function insertLayer(layers: readonly LayerSpec[], at: number, spec: LayerSpec): LayerSpec[] {
  return layers.toSpliced(at, 0, spec);
}

export function removeLayer(layers: readonly LayerSpec[], at: number): LayerSpec[] {
  return layers.toSpliced(at, 1);
}

/** Moves the layer at `from` so that it ends up at `to`. */
export function moveLayer(layers: readonly LayerSpec[], from: number, to: number): LayerSpec[] {
  return layers.toSpliced(from, 1).toSpliced(to, 0, layers[from]);
}

/** Changes fields of one layer; a value of undefined takes an optional field away. */
export function changeLayer(
  layers: readonly LayerSpec[],
  at: number,
  change: Record<string, unknown>,
): LayerSpec[] {
  const merged: Record<string, unknown> = { ...layers[at], ...change };
  const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  return layers.with(at, kept as unknown as LayerSpec);
}
