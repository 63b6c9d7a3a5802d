import { frameSize } from '../encodedDataset.ts';
import {
  cutBlocks,
  inferShapes,
  type LayerShape,
  layerName,
  type NetworkSpec,
  sewHasShortcutConv,
} from '../network.ts';
import { type CostRules, layerDensities, type SpikeDensity } from './costRules.ts';

/** One set of synapses with the LIF layer behind it, as the cost equations see it. Per sample where not said. */
export interface CostLayer {
  /** Name of the body entry; the convolutions of a residual unit are `sew2.lif1`, `sew2.lifs`, `sew2.lif2`. */
  name: string;
  /** |W_n|, without biases and batch-norm parameters. */
  weights: number;
  /** |U_n| / B. */
  neurons: number;
  /** M_n / B: synaptic products of one step; weights x output positions for a convolution, weights for linear. */
  positions: number;
  /** alpha_{n-1}: density of the spikes that come in. */
  density: number;
  /** True when it reads the block's input: no error is propagated below it. */
  readsBlockInput: boolean;
  /** True when its spikes go to the block's output: its error comes from the classifier. */
  writesBlockOutput: boolean;
}

/** One local block with its classifier. */
export interface CostBlock {
  /** From input to output; the last one's spikes are what the next block reads. */
  layers: CostLayer[];
  /** W_c: output size after pools x classCount. U_c: classCount. Its `positions` equal its weights. */
  classifier: CostLayer;
  /** Neurons whose spikes the next block reads, per sample and step; those of a pool on top only where pools count. */
  boundaryNeurons: number;
}

/**
 * Synapses of one body entry, the one whose spikes leave on the main path last. The flags say what is true inside
 * the entry: reads the entry's input, writes its output.
 */
function entryLayers(shape: LayerShape, density: number, innerDensity: number): CostLayer[] {
  const { spec, input, output } = shape;
  const name = layerName(spec, shape.index);
  const synapses = (suffix: string, from: number, kernel: number): CostLayer => {
    const weights = from * output.channels * kernel * kernel;
    return {
      name: name + suffix,
      weights,
      neurons: frameSize(output),
      positions: weights * output.height * output.width,
      density,
      readsBlockInput: true,
      writesBlockOutput: true,
    };
  };
  switch (spec.kind) {
    case 'conv':
      return [synapses('', input.channels, spec.kernel)];
    case 'linear':
      return [synapses('', frameSize(input), 1)];
    case 'sew':
      return [
        { ...synapses('.lif1', input.channels, 3), writesBlockOutput: false },
        ...(sewHasShortcutConv(spec, input) ? [synapses('.lifs', input.channels, 1)] : []),
        { ...synapses('.lif2', output.channels, 3), readsBlockInput: false, density: innerDensity },
      ];
    case 'avgPool':
    case 'maxPool':
      return [];
  }
}

/**
 * Cuts a network into the blocks of the cost equations.
 * @param blockSize n; every pool stays with the entry before it.
 * @throws AppError from {@link inferShapes} and {@link layerDensities}.
 */
export function costBlocks(
  network: NetworkSpec,
  blockSize: number,
  rules: CostRules,
  density: SpikeDensity,
): CostBlock[] {
  const shapes = inferShapes(network);
  const densities = layerDensities(density, shapes.length);
  return cutBlocks(network, blockSize).map(({ start, stop }, block) => {
    const layers: CostLayer[] = [];
    let boundaryNeurons = 0;
    for (let index = start; index < stop; index++) {
      const shape = shapes[index];
      if (shape.bodyLayers > 0) {
        const added = entryLayers(
          shape,
          index === 0 ? density.input : densities[index - 1],
          densities[index],
        );
        // Only the block's lowest entry reads the block's input, only its highest one writes the output.
        for (const layer of layers) layer.writesBlockOutput = false;
        for (const layer of added) layer.readsBlockInput = layer.readsBlockInput && index === start;
        layers.push(...added);
        boundaryNeurons = frameSize(shape.output);
      } else if (rules.countPoolNeurons && shape.neuronCount > 0) {
        layers[layers.length - 1].neurons += shape.neuronCount;
        boundaryNeurons = shape.neuronCount;
      }
    }
    const weights = frameSize(shapes[stop - 1].output) * network.classCount;
    const classifier: CostLayer = {
      name: `classifier${block + 1}`,
      weights,
      neurons: network.classCount,
      positions: weights,
      density: densities[stop - 1],
      readsBlockInput: false,
      writesBlockOutput: false,
    };
    return { layers, classifier, boundaryNeurons };
  });
}
