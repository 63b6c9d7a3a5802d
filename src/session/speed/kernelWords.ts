import type { KernelReport } from '../../trainer/messages.ts';

export type { KernelReport } from '../../trainer/messages.ts';

type ChosenLayer = KernelReport['layers'][number];

const VARIANT_NAMES: Record<ChosenLayer['variant'], string> = {
  eventDriven: 'event-driven',
  wordSparse: 'word-sparse',
  dense: 'dense',
  subgroup: 'subgroup',
  positions: 'by positions',
  spikes: 'by spikes',
  masks: 'by masks',
  quadMasks: 'by masks, in quads',
  rows: 'by rows',
  quadRows: 'by rows, in quads',
};

export function variantName(variant: ChosenLayer['variant']): string {
  return VARIANT_NAMES[variant];
}

/** `event-driven, 3.1x`: the kernel, and how many times faster it is than the slowest that was measured. */
export function kernelWords({ variant, ratio }: Pick<ChosenLayer, 'variant' | 'ratio'>): string {
  return ratio === null ? variantName(variant) : `${variantName(variant)}, ${ratio.toFixed(1)}x`;
}

/** Which kernels a layer uses, forward, for its errors and for its gradients: one row per layer, in the network's order. */
export function kernelRows(
  layers: readonly ChosenLayer[],
): ({ layer: string } & Record<ChosenLayer['kind'], ChosenLayer | null>)[] {
  const names = [...new Set(layers.map(({ layer }) => layer))];
  const find = (name: string, kind: ChosenLayer['kind']) =>
    layers.find(({ layer, kind: own }) => layer === name && own === kind) ?? null;
  return names.map((layer) => ({
    layer,
    forward: find(layer, 'forward'),
    backward: find(layer, 'backward'),
    weightGradient: find(layer, 'weightGradient'),
  }));
}

/** What is happening, for people. */
export function kernelStateWords({ state, layers }: KernelReport): string {
  switch (state) {
    case 'waiting':
      return 'The next iterations will be measured.';
    case 'compiling':
      return 'Kernels are being compiled; training goes on meanwhile.';
    case 'measuring':
      return 'Measuring: these iterations run with one kernel after the other, and count like any other.';
    case 'unmeasurable':
      return 'This adapter has no timestamps, so no kernel can be measured; every layer has the standard one.';
    case 'resting':
      return restingWords(layers);
  }
}

function restingWords(layers: readonly ChosenLayer[]): string {
  if (layers.some(({ source }) => source === 'measured')) return 'Measured on this adapter.';
  if (layers.some(({ source }) => source === 'stored'))
    return 'Measured on this adapter in an earlier run, for layers of the same shape.';
  return 'Standard kernels. They are measured by themselves in runs that last longer than half a minute.';
}
