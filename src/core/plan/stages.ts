import { type FrameShape, planesFor } from '../encodedDataset.ts';
import { AppError } from '../errors.ts';
import {
  cutBlocks,
  inferShapes,
  type LayerShape,
  layerName,
  type NetworkSpec,
  sewHasShortcutConv,
} from '../network.ts';
import type { NeuronParameters } from '../neuron.ts';

/**
 * What flows from one stage to the next: small counts, kept as bit planes. A neuron's value at a step is
 *
 *   scale * (bit of plane 0 + 2 * bit of plane 1 + ...)
 *
 * Spikes have one plane and scale 1; a plain 2x2 average pool has counts 0..4, so three planes and scale 1/4; the sum
 * of a residual unit has counts 0..3, so two planes; input frames of event counts have as many as their largest count
 * needs. `frames` is the exception: real-valued input, constant in time.
 */
export interface Activation {
  id: number;
  name: string;
  shape: FrameShape;
  encoding: 'bits' | 'frames';
  /** Largest count; planes = bits needed for it. */
  maxCount: number;
  planes: number;
  scale: number;
  /** Stage that writes it; -1 for the network's input. */
  producer: number;
}

export type StageKind = 'synapse' | 'pool' | 'add';

/** Trainable or fixed tensors of a stage, in the order of the interface names. */
export interface StageParameters {
  /** Prefix of the interface names: `l0`, `l2.conv1`, `c0`; the tensors are `${prefix}.weight`, `.bias`. */
  prefix: string;
  bias: boolean;
  /** Prefix of the batch-norm tensors (`l0.bn`, `l2.bn1`), or '' without batch norm. */
  batchNormPrefix: string;
  trainable: boolean;
}

/**
 * One step of the forward pass: a population of LIF neurons with what drives it, a plain pool, or a residual sum.
 * `input` and `output` shapes, kernel, stride and padding describe the window that one output neuron sees; a linear
 * layer is the convolution whose kernel is its whole input.
 */
export interface Stage {
  id: number;
  kind: StageKind;
  /** Name in buffers, charts and messages: conv1, pool2, fc4, sew3.lif1, classifier1. */
  name: string;
  /** Index of the entry in NetworkSpec.layers; -1 for a classifier. */
  layer: number;
  block: number;
  isClassifier: boolean;
  /** True for linear layers and classifiers: their weights are [out][in] at the interface. */
  isLinear: boolean;
  /** Activations read (two for `add`). */
  inputs: number[];
  output: number;
  /** False only for plain pools and residual sums. */
  lif: boolean;
  neuron: NeuronParameters;
  pool: 'average' | 'maximum' | 'none';
  inputShape: FrameShape;
  outputShape: FrameShape;
  kernelHeight: number;
  kernelWidth: number;
  stride: number;
  padding: number;
  dropout: number;
  parameters: StageParameters | null;
}

export interface BlockStages {
  /** Entries [start, stop) of NetworkSpec.layers. */
  layers: { start: number; stop: number };
  /** Stage ids in forward order, without the classifier. */
  body: number[];
  classifier: number;
  /** Activation that enters the block (detached) and the one that leaves it. */
  input: number;
  output: number;
}

export interface StageGraph {
  stages: Stage[];
  activations: Activation[];
  blocks: BlockStages[];
}

/** Lays a network out as stages and activations, cut into local blocks of `blockSize` body layers. */
export function buildStages(network: NetworkSpec, blockSize: number): StageGraph {
  const shapes = inferShapes(network);
  const stages: Stage[] = [];
  const activations: Activation[] = [];
  const blocks: BlockStages[] = [];

  const addActivation = (
    name: string,
    shape: FrameShape,
    maxCount: number,
    scale: number,
    producer: number,
    encoding: Activation['encoding'] = 'bits',
  ): number => {
    activations.push({
      id: activations.length,
      name,
      shape,
      encoding,
      maxCount,
      planes: planesFor(maxCount),
      scale,
      producer,
    });
    return activations.length - 1;
  };

  const addStage = (fields: Omit<Stage, 'id' | 'output'>, maxCount: number, scale: number): Stage => {
    const id = stages.length;
    const output = addActivation(fields.name, fields.outputShape, maxCount, scale, id);
    const stage: Stage = { ...fields, id, output };
    stages.push(stage);
    return stage;
  };

  const window = (kernel: number, stride: number, padding: number) => ({
    kernelHeight: kernel,
    kernelWidth: kernel,
    stride,
    padding,
  });

  const addSynapse = (
    fields: Pick<Stage, 'name' | 'layer' | 'block' | 'inputShape' | 'outputShape'> &
      Pick<Stage, 'kernelHeight' | 'kernelWidth' | 'stride' | 'padding'> & {
        input: number;
        dropout?: number;
        neuron?: Partial<NeuronParameters>;
        isClassifier?: boolean;
        isLinear?: boolean;
        parameters: StageParameters;
      },
  ): Stage => {
    const { input, dropout = 0, neuron, isClassifier = false, isLinear = false, ...rest } = fields;
    return addStage(
      {
        ...rest,
        kind: 'synapse',
        isClassifier,
        isLinear,
        inputs: [input],
        lif: true,
        neuron: { ...network.neuron, ...neuron },
        pool: 'none',
        dropout,
      },
      1,
      1 / (1 - dropout),
    );
  };

  const addLayer = (shape: LayerShape, block: number, input: number): number => {
    const { spec, index } = shape;
    const name = layerName(spec, index);
    const common = { layer: index, block, inputShape: shape.input, outputShape: shape.output };
    switch (spec.kind) {
      case 'conv':
      case 'linear': {
        const view =
          spec.kind === 'conv'
            ? window(spec.kernel, spec.stride, spec.padding)
            : { kernelHeight: shape.input.height, kernelWidth: shape.input.width, stride: 1, padding: 0 };
        return addSynapse({
          ...common,
          ...view,
          name,
          input,
          isLinear: spec.kind === 'linear',
          dropout: spec.dropout ?? 0,
          neuron: spec.neuron,
          parameters: {
            prefix: `l${index}`,
            bias: spec.bias,
            batchNormPrefix: spec.batchNorm ? `l${index}.bn` : '',
            trainable: true,
          },
        }).output;
      }
      case 'avgPool':
      case 'maxPool': {
        const source = activations[input];
        const average = spec.kind === 'avgPool';
        const lif = spec.neuron === 'lif';
        const area = spec.kernel * spec.kernel;
        const maxCount = lif ? 1 : average ? source.maxCount * area : source.maxCount;
        const scale = lif ? 1 : average ? source.scale / area : source.scale;
        return addStage(
          {
            ...common,
            ...window(spec.kernel, spec.stride, 0),
            kind: 'pool',
            name,
            isClassifier: false,
            isLinear: false,
            inputs: [input],
            lif,
            neuron: network.neuron,
            pool: average ? 'average' : 'maximum',
            dropout: 0,
            parameters: null,
          },
          maxCount,
          scale,
        ).output;
      }
      case 'sew': {
        const unit = (part: 'conv1' | 'conv2' | 'short', bn: string): StageParameters => ({
          prefix: `l${index}.${part}`,
          bias: false,
          batchNormPrefix: spec.batchNorm ? `l${index}.${bn}` : '',
          trainable: true,
        });
        const first = addSynapse({
          ...common,
          ...window(3, spec.stride, 1),
          name: `${name}.lif1`,
          input,
          parameters: unit('conv1', 'bn1'),
        });
        const second = addSynapse({
          ...common,
          ...window(3, 1, 1),
          inputShape: shape.output,
          name: `${name}.lif2`,
          input: first.output,
          parameters: unit('conv2', 'bn2'),
        });
        let shortcut = input;
        if (sewHasShortcutConv(spec, shape.input)) {
          shortcut = addSynapse({
            ...common,
            ...window(1, spec.stride, 0),
            name: `${name}.lifs`,
            input,
            parameters: unit('short', 'bns'),
          }).output;
        }
        // Counts add when a spike is a whole number of the shortcut's counts (1 after spikes, 4 after a plain 2x2 pool).
        const spikeCounts = 1 / activations[shortcut].scale;
        if (
          activations[shortcut].encoding === 'frames' ||
          Math.abs(spikeCounts - Math.round(spikeCounts)) > 1e-9
        ) {
          throw new AppError(
            'network-invalid',
            `The shortcut of ${name} carries values of ${activations[shortcut].scale}, which spikes cannot be added to.`,
            'Put a convolution in front of the residual unit, or change its channels so that the shortcut is a convolution.',
          );
        }
        return addStage(
          {
            ...common,
            ...window(1, 1, 0),
            inputShape: shape.output,
            kind: 'add',
            name: `${name}.add`,
            isClassifier: false,
            isLinear: false,
            inputs: [second.output, shortcut],
            lif: false,
            neuron: network.neuron,
            pool: 'none',
            dropout: 0,
            parameters: null,
          },
          Math.round(1 / activations[shortcut].scale) + activations[shortcut].maxCount,
          activations[shortcut].scale,
        ).output;
      }
    }
  };

  const { kind, shape: inputShape, maxCount: inputCount = 1 } = network.input;
  const isFrames = kind === 'frames';
  let current = addActivation(
    'input',
    inputShape,
    isFrames ? 1 : inputCount,
    1,
    -1,
    isFrames ? 'frames' : 'bits',
  );
  for (const [block, layers] of cutBlocks(network, blockSize).entries()) {
    const input = current;
    const firstStage = stages.length;
    for (let index = layers.start; index < layers.stop; index++)
      current = addLayer(shapes[index], block, current);
    const body = stages.slice(firstStage).map((stage) => stage.id);
    const top = activations[current];
    const classifier = addSynapse({
      name: `classifier${block + 1}`,
      layer: -1,
      block,
      inputShape: top.shape,
      outputShape: { channels: network.classCount, height: 1, width: 1 },
      kernelHeight: top.shape.height,
      kernelWidth: top.shape.width,
      stride: 1,
      padding: 0,
      input: current,
      isClassifier: true,
      isLinear: true,
      parameters: {
        prefix: `c${block}`,
        bias: network.classifier.bias,
        batchNormPrefix: '',
        trainable: network.classifier.kind === 'trainable',
      },
    });
    blocks.push({ layers, body, classifier: classifier.id, input, output: current });
  }
  return { stages, activations, blocks };
}
