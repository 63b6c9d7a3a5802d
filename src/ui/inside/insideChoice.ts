import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { frameSize } from '../../core/encodedDataset.ts';
import { busiest, type InspectedLayer, spikeCounts } from '../../session/inside/spikes.ts';

/** What is looked at, in all panels of the view. */
export interface InsideChoice {
  /** Index in the data set; null = the first test sample. */
  sample: number | null;
  /** Layer whose raster and membranes are shown; null = the first. */
  layer: string | null;
  /** In shown order: channel by channel, row by row; null = the one with most spikes. */
  neuron: number | null;
  step: number;
}

export const insideChoice = createStore<InsideChoice>(() => ({
  sample: null,
  layer: null,
  neuron: null,
  step: 0,
}));

export function useInsideChoice(): InsideChoice {
  return useStore(insideChoice);
}

export const chooseInside = (change: Partial<InsideChoice>) => insideChoice.setState(change);

/** The neuron shown of a layer: the chosen one, where the layer has it. */
export function chosenNeuron(layer: InspectedLayer, neuron: number | null): number {
  return neuron === null ? busiest(spikeCounts(layer)) : Math.min(neuron, frameSize(layer.shape) - 1);
}
