import type { LayerSpec } from '../network.ts';
import { averagePool, conv, DROPOUT, linear, POOL_NOTE, SGD, SHARED } from './commonChoices.ts';
import { type Preset, sourced } from './presetTypes.ts';

function lenet1(firstPadding: number): LayerSpec[] {
  return [
    conv(6, 5, firstPadding),
    averagePool(),
    conv(16, 5, 0),
    averagePool(),
    conv(120, 5, 0),
    linear(84),
  ];
}

const lenet1Emnist: Preset = {
  name: 'lenet1-emnist',
  title: 'LeNet-1 / EMNIST',
  inputKind: sourced('frames', 'paper', 'Direct encoding: the real-valued image enters at every step.'),
  inputShape: sourced({ channels: 1, height: 28, width: 28 }, 'paper', 'Size of EMNIST images.'),
  classCount: sourced(
    47,
    'inferred',
    'Of the class counts 26, 47 and 62 only 47 (EMNIST Balanced or ByMerge) fits the stated costs.',
  ),
  layers: sourced(
    lenet1(2),
    'inferred',
    `Three convolutions, two average pools, a linear layer and the classifier are stated; sizes are those of the original LeNet-5, which fit all stated costs. ${POOL_NOTE}`,
  ),
  stepCount: sourced(20, 'paper', 'The largest k of the EMNIST figures.'),
  stepDurationUs: sourced(null, 'paper', 'Images have no time.'),
  bestSchedule: sourced(
    { truncationInterval: 1, blockSize: 2 },
    'paper',
    'Stated: the best by the figure of merit.',
  ),
  truncationIntervals: sourced([20, 10, 5, 2, 1], 'paper', 'The k of the accuracy and memory figures.'),
  blockSizes: sourced([4, 2, 1], 'paper', 'BP, LBP2, LBP1.'),
  batchSize: sourced(1024, 'paper', 'Stated for the GPU-memory figures; the access figures use 128.'),
  dropout: DROPOUT,
  ...SHARED,
  ...SGD,
};

const lenet2DvsGesture: Preset = {
  name: 'lenet2-dvsgesture',
  title: 'LeNet-2 / DvsGesture',
  inputKind: sourced('events', 'paper', 'Binary frames of two polarity channels.'),
  inputShape: sourced(
    { channels: 2, height: 64, width: 64 },
    'ours',
    'Two channels are stated, the resolution is not; the sensor (128x128) is reduced by OR to 64x64.',
  ),
  classCount: sourced(11, 'paper', 'The gestures of the data set.'),
  layers: sourced<LayerSpec[]>(
    [conv(64, 5, 0), averagePool(), conv(128, 5, 0), averagePool(), conv(128, 5, 0), linear(256)],
    'ours',
    `Known is only the shape of LeNet-1 with more channels and neurons. This is one of many networks that fit the stated costs, not the paper's. ${POOL_NOTE}`,
  ),
  stepCount: sourced(60, 'paper', 'Stated: the first 60 frames.'),
  stepDurationUs: sourced(20_000, 'paper', 'Stated: 20 ms.'),
  bestSchedule: sourced(
    { truncationInterval: 10, blockSize: 1 },
    'paper',
    'Stated: the best by the figure of merit.',
  ),
  truncationIntervals: sourced([60, 30, 20, 10, 5, 1], 'paper', 'The k of the figures.'),
  blockSizes: sourced([4, 2, 1], 'paper', 'BP, LBP2, LBP1.'),
  batchSize: sourced(32, 'paper', 'Stated for the GPU-memory figures; the access figures use 128.'),
  dropout: DROPOUT,
  ...SHARED,
  ...SGD,
};

const lenet1Nmnist: Preset = {
  name: 'lenet1-nmnist',
  title: 'LeNet-1 / N-MNIST',
  inputKind: sourced('events', 'ours', 'Not in the paper: a small event data set for quick trials.'),
  inputShape: sourced({ channels: 2, height: 34, width: 34 }, 'ours', 'Size of N-MNIST recordings.'),
  classCount: sourced(10, 'ours', 'The digits.'),
  layers: sourced(
    lenet1(0),
    'ours',
    'LeNet-1 without padding in its first convolution, which brings 34x34 to one position before the linear layer.',
  ),
  stepCount: sourced(20, 'ours', '20 frames of 15 ms cover the 300 ms of the three saccades.'),
  stepDurationUs: sourced(15_000, 'ours', '20 frames of 15 ms cover the 300 ms of the three saccades.'),
  bestSchedule: sourced(
    { truncationInterval: 5, blockSize: 2 },
    'ours',
    'Not in the paper: a quarter of the steps and half of the layers.',
  ),
  truncationIntervals: sourced([20, 10, 5, 2, 1], 'ours', 'As for LeNet-1 on EMNIST.'),
  blockSizes: sourced([4, 2, 1], 'ours', 'As for LeNet-1 on EMNIST.'),
  batchSize: sourced(32, 'ours', 'Small, for a training set of a thousand recordings.'),
  dropout: sourced(0, 'ours', 'None, to keep short trials comparable.'),
  ...SHARED,
  ...SGD,
  epochs: sourced(10, 'ours', 'Enough to reach the plateau on a thousand recordings.'),
  learningRateDecay: sourced({ everyEpochs: 0, factor: 1 }, 'ours', 'None within ten epochs.'),
};

export const LENET_PRESETS: readonly Preset[] = [lenet1Emnist, lenet2DvsGesture, lenet1Nmnist];
