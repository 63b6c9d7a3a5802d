import type { LayerSpec, SewSpec } from '../network.ts';
import { ADAM, averagePool, conv, DROPOUT, linear, POOL_NOTE, SHARED } from './commonChoices.ts';
import { type Preset, sourced } from './presetTypes.ts';

const vggConv = (out: number) => conv(out, 3, 1, { batchNorm: true });

const vgg11: Preset = {
  name: 'vgg11-ncaltech101',
  title: 'VGG11 / N-Caltech101',
  inputKind: sourced('events', 'paper', 'Binary frames of two polarity channels.'),
  inputShape: sourced(
    { channels: 2, height: 64, width: 64 },
    'ours',
    'Two channels are stated, the resolution is not; recordings (up to 240x180) are reduced by OR to 64x64.',
  ),
  classCount: sourced(101, 'paper', 'The classes of the data set.'),
  layers: sourced<LayerSpec[]>(
    [
      vggConv(64),
      averagePool(),
      vggConv(128),
      averagePool(),
      vggConv(256),
      vggConv(256),
      averagePool(),
      vggConv(512),
      vggConv(512),
      averagePool(),
      vggConv(512),
      vggConv(512),
      averagePool(),
      linear(4096, true),
      linear(4096, true),
    ],
    'ours',
    `VGG11 with batch norm is stated; these are its standard sizes, with average pools like the paper's other networks. ${POOL_NOTE}`,
  ),
  stepCount: sourced(60, 'paper', 'Stated: the first 60 frames.'),
  stepDurationUs: sourced(5_000, 'paper', 'Stated: 5 ms.'),
  bestSchedule: sourced(
    { truncationInterval: 10, blockSize: 5 },
    'paper',
    'Stated: k = 10 is the most accurate for LBP5; there is no figure of merit.',
  ),
  truncationIntervals: sourced(
    [60, 30, 20, 10, 5, 1],
    'ours',
    'Stated is only that k = 5 is best for BP and k = 10 for LBP5; the rest follows the other set with T = 60.',
  ),
  blockSizes: sourced([10, 5], 'paper', 'BP and LBP5 are the two that the paper trains.'),
  batchSize: sourced(32, 'ours', 'Not given.'),
  dropout: DROPOUT,
  ...SHARED,
  ...ADAM,
};

const sew = (out: number, stride: number): SewSpec => ({ kind: 'sew', out, stride, batchNorm: true });

const resnet18: Preset = {
  name: 'resnet18-esimagenet',
  title: 'SEW-ResNet18 / Tiny-ES-ImageNet',
  inputKind: sourced(
    'events',
    'paper',
    'Event frames of two polarity channels, used as the data set gives them.',
  ),
  inputShape: sourced({ channels: 2, height: 64, width: 64 }, 'paper', 'Stated: 64x64.'),
  classCount: sourced(200, 'paper', 'Stated: 200 classes.'),
  layers: sourced<LayerSpec[]>(
    [
      conv(64, 7, 3, { stride: 2, batchNorm: true }),
      { kind: 'maxPool', kernel: 2, stride: 2, neuron: 'none' },
      sew(64, 1),
      sew(64, 1),
      sew(128, 2),
      sew(128, 1),
      sew(256, 2),
      sew(256, 1),
      sew(512, 2),
      sew(512, 1),
      { kind: 'avgPool', kernel: 2, stride: 2, neuron: 'none' },
    ],
    'ours',
    'SEW-ResNet18 with ADD is stated; which stem was used is not. Ours is the 7x7 stride-2 stem. The usual 3x3 max pool with padding 1 is a 2x2 one here, because pools have no padding: both bring 32x32 to 16x16, with windows that do not overlap in ours. Pools have no neurons, as in the published SEW-ResNet; the last one averages all positions.',
  ),
  stepCount: sourced(8, 'paper', 'Stated.'),
  stepDurationUs: sourced(null, 'paper', 'Recordings are used as the data set gives them.'),
  bestSchedule: sourced(
    { truncationInterval: 4, blockSize: 4 },
    'inferred',
    'Stated is that k = 4 is the most accurate for local BP; how the network was cut is not, n = 4 (its four stages) is ours.',
  ),
  truncationIntervals: sourced(
    [8, 4, 2, 1],
    'ours',
    'Stated is only that k = 4 is best for BP and for local BP.',
  ),
  blockSizes: sourced(
    [17, 8, 4, 1],
    'ours',
    'How the network was cut is not given. It is cut only after an ADD: n = 8 cuts it in two, n = 4 into its four stages (the stem with the first), n = 1 after the stem and every residual unit.',
  ),
  batchSize: sourced(32, 'ours', 'Not given.'),
  dropout: sourced(0, 'ours', 'The paper states dropout in general; the published SEW-ResNet has none.'),
  ...SHARED,
  ...ADAM,
};

export const DEEP_PRESETS: readonly Preset[] = [vgg11, resnet18];
