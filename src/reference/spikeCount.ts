/**
 * Sums of the counts that a layer hands on, step by step. Twin of shaders/spikeCount.wgsl.
 * @param counts [steps][values per step]; 0 or 1 for spikes.
 * @returns [steps]
 */
export function spikeCount(counts: ArrayLike<number>, steps: number): number[] {
  const perStep = counts.length / steps;
  const totals = new Array<number>(steps).fill(0);
  for (let i = 0; i < counts.length; i++) totals[Math.floor(i / perStep)] += counts[i];
  return totals;
}
