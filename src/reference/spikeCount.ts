/**
 * Sum of the counts that a layer hands on over a window. Twin of shaders/spikeCount.wgsl.
 * @param counts Any shape; 0 or 1 for spikes.
 */
export function spikeCount(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i];
  return total;
}
