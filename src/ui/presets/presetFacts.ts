import { bodyLayerCount } from '../../core/network.ts';
import { type Origin, type Preset, presetNetwork, type Sourced } from '../../core/presets.ts';
import { formatLayers } from '../../session/layerNotation.ts';
import { formatMicroseconds } from '../shared/format.ts';

/** One line of a preset's card. */
export interface PresetFact {
  name: string;
  text: string;
  origin: Origin;
  note: string;
}

/** What the marks mean, in the order of the legend. */
export const ORIGIN_WORDS: Record<Origin, string> = {
  paper: 'stated in the paper',
  inferred: 'follows from numbers in the paper',
  ours: 'our choice: the paper is silent, or its tables are lost',
};

function fact<Value>(
  name: string,
  { value, origin, note }: Sourced<Value>,
  text: (value: Value) => string,
): PresetFact {
  return { name, text: text(value), origin, note };
}

const join = (values: readonly number[]) => values.join(', ');

/** The lines of a card: what decides a comparison first, then what decides a run. */
export function presetFacts(preset: Preset): { main: PresetFact[]; more: PresetFact[] } {
  const layerCount = bodyLayerCount(presetNetwork(preset));
  const images = preset.inputKind.value === 'frames';
  return {
    main: [
      fact('T', preset.stepCount, String),
      fact('dt', preset.stepDurationUs, (us) =>
        us === null ? (images ? 'images have no time' : 'frames as they come') : formatMicroseconds(us),
      ),
      fact('k', preset.truncationIntervals, join),
      fact('n', preset.blockSizes, (sizes) => `${join(sizes)} (L = ${layerCount})`),
      fact(
        'best (k, n)',
        preset.bestSchedule,
        ({ truncationInterval, blockSize }) => `${truncationInterval}, ${blockSize}`,
      ),
      fact('batch', preset.batchSize, String),
    ],
    more: [
      fact(
        'input',
        preset.inputShape,
        ({ channels, height, width }) => `${images ? 'images' : 'events'}, ${channels}×${height}×${width}`,
      ),
      fact('classes', preset.classCount, String),
      fact('layers', preset.layers, formatLayers),
      fact(
        'classifiers',
        preset.classifier,
        ({ kind, bias }) => `${kind}, ${bias ? 'with' : 'without'} bias`,
      ),
      fact(
        'neuron',
        preset.neuron,
        ({ beta, theta, threshold, surrogateWidth }) =>
          `beta ${beta}, theta ${theta}, threshold ${threshold}, a ${surrogateWidth}`,
      ),
      fact('loss', preset.loss, (loss) => (loss === 'mse' ? 'squared error of the rate' : 'cross-entropy')),
      fact('optimizer', preset.optimizer, (optimizer) =>
        optimizer.kind === 'sgd' ? `SGD, momentum ${optimizer.momentum}` : 'Adam',
      ),
      fact('learning rate', preset.learningRates, (rows) =>
        rows.length === 1
          ? String(rows[0].learningRate)
          : rows.map((row) => `${row.learningRate} from k = ${row.truncationInterval}`).join(', '),
      ),
      fact('decay', preset.learningRateDecay, ({ everyEpochs, factor }) =>
        everyEpochs === 0 ? 'none' : `×${factor} every ${everyEpochs} epochs`,
      ),
      fact('epochs', preset.epochs, String),
      fact('update', preset.update, (update) =>
        update === 'interval' ? 'after every interval' : 'after every sample',
      ),
      fact('dropout', preset.dropout, String),
      fact(
        'initial gain',
        preset.initialization,
        ({ gain, firstLayerGain }) => `${gain}, first layer ${firstLayerGain}`,
      ),
    ],
  };
}
