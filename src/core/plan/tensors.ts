import type { StageGraph } from './stages.ts';
import type { TensorSpec } from './types.ts';

/**
 * The tensors of a network in the documented order: stages from input to output with each block's classifier after its
 * body; per stage weight, bias, batch-norm weight, bias, running mean, running variance. Digests and files use it.
 */
export function parameterTensors(graph: StageGraph): TensorSpec[] {
  const tensors: TensorSpec[] = [];
  for (const stage of graph.stages) {
    const { parameters } = stage;
    if (!parameters) continue;
    const { channels } = stage.inputShape;
    const out = stage.outputShape.channels;
    const fanIn = stage.kernelHeight * stage.kernelWidth * channels;
    const common = { stage: stage.id, row: 0, trainable: parameters.trainable, isFirstLayer: stage.id === 0 };
    tensors.push({
      ...common,
      name: `${parameters.prefix}.weight`,
      shape: stage.isLinear ? [out, fanIn] : [out, channels, stage.kernelHeight, stage.kernelWidth],
      buffer: `${stage.name}.weights`,
      layout: 'weight',
      fanIn,
    });
    if (parameters.bias) {
      tensors.push({
        ...common,
        name: `${parameters.prefix}.bias`,
        shape: [out],
        buffer: `${stage.name}.weights`,
        layout: 'bias',
        fanIn: 0,
      });
    }
    if (parameters.batchNormPrefix === '') continue;
    for (const [row, part] of ['weight', 'bias', 'running_mean', 'running_var'].entries()) {
      tensors.push({
        ...common,
        name: `${parameters.batchNormPrefix}.${part}`,
        shape: [out],
        buffer: `${stage.name}.normState`,
        layout: 'row',
        row,
        trainable: row < 2,
        fanIn: 0,
      });
    }
  }
  return tensors;
}
