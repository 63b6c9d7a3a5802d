/**
 * The ADD of a residual unit (docs/maths.md 5): spikes of its second convolution plus the shortcut, element by element.
 * Twin of shaders/sumForward.wgsl, which adds the counts behind these values bit by bit.
 *
 * @param spikes, shortcut Equal shapes. @returns The same shape.
 */
export function sumForward(spikes: ArrayLike<number>, shortcut: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(spikes.length);
  for (let i = 0; i < sum.length; i++) sum[i] = spikes[i] + shortcut[i];
  return sum;
}
