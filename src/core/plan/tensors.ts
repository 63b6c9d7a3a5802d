import type { Range } from '../schedule.ts';
import type { Stage, StageGraph } from './stages.ts';
import type { TensorSpec } from './types.ts';

function wholeLayer(stage: Stage): Range[] {
  return [{ start: 0, stop: Math.ceil(stage.outputShape.channels / 4) }];
}

/**
 * The tensors of a network in the documented order: stages from input to output with each block's classifier after its
 * body; per stage weight, bias, batch-norm weight, bias, running mean, running variance. Digests and files use it.
 * @param weightParts How a stage's weights are spread over buffers; the whole layer in one by default.
 */
export function parameterTensors(
  graph: StageGraph,
  weightParts: (stage: Stage) => Range[] = wholeLayer,
): TensorSpec[] {
  const tensors: TensorSpec[] = [];
  for (const stage of graph.stages) {
    const { parameters } = stage;
    if (!parameters) continue;
    const { channels } = stage.inputShape;
    const out = stage.outputShape.channels;
    const fanIn = stage.kernelHeight * stage.kernelWidth * channels;
    const parts = weightParts(stage);
    const common = { stage: stage.id, row: 0, trainable: parameters.trainable, isFirstLayer: stage.id === 0 };
    tensors.push({
      ...common,
      name: `${parameters.prefix}.weight`,
      shape: stage.isLinear ? [out, fanIn] : [out, channels, stage.kernelHeight, stage.kernelWidth],
      buffer: `${stage.name}.weights`,
      parts,
      layout: 'weight',
      fanIn,
    });
    if (parameters.bias) {
      tensors.push({
        ...common,
        name: `${parameters.prefix}.bias`,
        shape: [out],
        buffer: `${stage.name}.weights`,
        parts,
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
        parts: wholeLayer(stage),
        layout: 'row',
        row,
        trainable: row < 2,
        fanIn: 0,
      });
    }
  }
  return tensors;
}
