import type { LayerSpec, NetworkSpec } from '../core/network.ts';
import { findPreset, presetNetwork } from '../core/presets.ts';
import { formatLayers, parseLayers } from './layerNotation.ts';
import { defaultSession } from './session.ts';

/** For spike trains, one row of channels: nothing to convolve over. */
const ROW_LAYERS = '128FC-128FC';

/** AlexNet's channels and neurons divided by this: a network that trains on any adapter, in the same shape. */
const SMALLER = 8;

function smaller(spec: LayerSpec): LayerSpec {
  return 'out' in spec ? { ...spec, out: Math.ceil(spec.out / SMALLER) } : spec;
}

const lenet1 = presetNetwork(findPreset('lenet1-emnist'));
const alexnet = presetNetwork(findPreset('alexnet-cifar10'));

/** Networks that are put in place without being asked for, and the images they are for. */
const IMAGE_DEFAULTS: { input: NetworkSpec['input']; layers: LayerSpec[] }[] = [
  { input: lenet1.input, layers: lenet1.layers },
  { input: alexnet.input, layers: alexnet.layers.map(smaller) },
];

function sameLayers(a: readonly LayerSpec[], b: readonly LayerSpec[]): boolean {
  const isPlain = [...a, ...b].every((spec) => !('neuron' in spec) || typeof spec.neuron !== 'object');
  return isPlain && formatLayers(a) === formatLayers(b);
}

/**
 * The layers for an input: those of the session where the visitor chose them, else LeNet-1 (28x28, grey), a small
 * AlexNet (32x32, colour), two linear layers (spike trains, one row) or the default session's (events). Layers that are one of these defaults count as not chosen.
 */
export function layersForInput(layers: LayerSpec[], input: NetworkSpec['input']): LayerSpec[] {
  const eventLayers = defaultSession().network.layers;
  const rowLayers = parseLayers(ROW_LAYERS);
  const defaults = [eventLayers, rowLayers, ...IMAGE_DEFAULTS.map((each) => each.layers)];
  if (!defaults.some((each) => sameLayers(each, layers))) return layers;
  if (input.kind === 'events') return input.shape.height === 1 ? rowLayers : eventLayers;
  const { channels, height, width } = input.shape;
  const fitting = IMAGE_DEFAULTS.find(({ input: { shape } }) => {
    return shape.channels === channels && shape.height === height && shape.width === width;
  });
  return fitting ? fitting.layers.map((spec) => ({ ...spec })) : layers;
}
