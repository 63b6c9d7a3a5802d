import { type LayerSpec, layerName, type NetworkSpec } from '../network.ts';
import { layerDensities, type SpikeDensity } from './costRules.ts';

/** Mean firing rate of one LIF layer, 0..1, as training reports it after an epoch. */
export interface FiringRate {
  /** `conv1`, `pool2`, `sew3.lif2`, `classifier1`. */
  layer: string;
  rate: number;
}

/** Density of what leaves one body entry, assumed beside measured. */
export interface DensityRow {
  /** `input` or the name of a body entry. */
  layer: string;
  assumed: number;
  /** Null where the network does not count these spikes. */
  measured: number | null;
}

/** Density of an entry's output from the rates of its LIF layers; null where they were not counted. */
function entryDensity(
  spec: LayerSpec,
  name: string,
  before: number | null,
  rates: ReadonlyMap<string, number>,
): number | null {
  switch (spec.kind) {
    case 'conv':
    case 'linear':
      return rates.get(name) ?? null;
    case 'avgPool':
      // The mean of spikes has the spikes' own mean.
      return spec.neuron === 'lif' ? (rates.get(name) ?? null) : before;
    case 'maxPool':
      return spec.neuron === 'lif' ? (rates.get(name) ?? null) : null;
    case 'sew': {
      const second = rates.get(`${name}.lif2`);
      const shortcut = rates.get(`${name}.lifs`) ?? before;
      // ADD: the counts of both paths; a count of 2 is two additions, so the mean count is what Eqs. 15 and 16 ask for.
      return second === undefined || shortcut === null ? null : Math.min(1, second + shortcut);
    }
  }
}

/**
 * The densities of Eqs. 15 and 16 from measured firing rates, beside the assumed ones.
 * @param inputDensity Share of ones in the input frames; null when it is not known.
 * @throws AppError `density-invalid` when the assumed densities do not fit the network.
 */
export function densityRows(
  network: NetworkSpec,
  firingRates: readonly FiringRate[],
  inputDensity: number | null,
  assumed: SpikeDensity,
): DensityRow[] {
  const rates = new Map(firingRates.map(({ layer, rate }) => [layer, rate]));
  const expected = layerDensities(assumed, network.layers.length);
  const rows: DensityRow[] = [{ layer: 'input', assumed: assumed.input, measured: inputDensity }];
  let before = inputDensity;
  for (const [index, spec] of network.layers.entries()) {
    const layer = layerName(spec, index);
    before = entryDensity(spec, layer, before, rates);
    rows.push({ layer, assumed: expected[index], measured: before });
  }
  return rows;
}

/** The densities to count with: measured where they are known, assumed elsewhere. */
export function measuredDensity(rows: readonly DensityRow[]): SpikeDensity {
  const [input, ...layers] = rows.map(({ assumed, measured }) => measured ?? assumed);
  return { input, layers };
}
