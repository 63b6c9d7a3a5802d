import { bodyLayerCount, type ClassifierKind, type NetworkSpec } from '../network.ts';
import { findPreset, type PresetName, presetConfig } from '../presets.ts';
import type { TrainingConfig } from '../trainingConfig.ts';

/** A network with the grid of (k, n) that figures are drawn over. */
export interface FigureSubject {
  /** Name of the preset; `session` for the user's own network. */
  id: PresetName | 'session';
  title: string;
  config: TrainingConfig;
  /** Batch of access and operation figures. */
  operationBatch: number;
  /** Largest first; the first is T. */
  truncationIntervals: number[];
  /** Largest first; the first is L. */
  blockSizes: number[];
}

/** Batch of the paper's access and operation figures; memory is drawn for the preset's own. */
const PAPER_OPERATION_BATCH = 128;

export function presetSubject(name: PresetName): FigureSubject {
  const preset = findPreset(name);
  return {
    id: name,
    title: preset.title,
    config: presetConfig(preset, 0),
    operationBatch: PAPER_OPERATION_BATCH,
    truncationIntervals: preset.truncationIntervals.value,
    blockSizes: preset.blockSizes.value,
  };
}

/** `from`, its halves, and 1: at most seven values, largest first. */
export function halvesDown(from: number): number[] {
  const values = [from];
  while (values[values.length - 1] > 3 && values.length < 6)
    values.push(Math.round(values[values.length - 1] / 2));
  if (values[values.length - 1] > 1) values.push(1);
  return values;
}

/** The user's network: k = T, T/2, ... 1 and n = L, L/2, ... 1, all at its own batch. */
export function sessionSubject(config: TrainingConfig): FigureSubject {
  return {
    id: 'session',
    title: 'The network of this session',
    config,
    operationBatch: config.batchSize,
    truncationIntervals: halvesDown(config.stepCount),
    blockSizes: halvesDown(bodyLayerCount(config.network)),
  };
}

/** The subject's network with another classifier kind. */
export function networkWith({ config }: FigureSubject, kind: ClassifierKind): NetworkSpec {
  const { network } = config;
  return { ...network, classifier: { ...network.classifier, kind } };
}

/** `BP` for n = L, else `LBPn`: the paper's names. */
export function blockSizeName(blockSize: number, { config }: FigureSubject): string {
  return blockSize >= bodyLayerCount(config.network) ? 'BP' : `LBP${blockSize}`;
}
