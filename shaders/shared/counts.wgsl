// Reading small counts kept as bit planes: u32[step][B][planes][words], bit (y*width + x)*channels + c of each plane.
//
// Needs `countBits` (array<u32>) from the including kernel.

// The counts of 4 neighbouring channels from bit `neuron` on. `base` is the first word of plane 0.
fn countsAt(base: u32, planes: u32, words: u32, neuron: u32) -> vec4u {
  var counts = vec4u();
  let shift = neuron & 31u;
  for (var plane = 0u; plane < planes; plane++) {
    let word = base + plane * words + (neuron >> 5u);
    var bits = countBits[word] >> shift;
    if (shift > 28u) { bits |= countBits[word + 1u] << (32u - shift); }
    counts += ((vec4u(bits) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u)) << vec4u(plane);
  }
  return counts;
}
