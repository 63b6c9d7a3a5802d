// Setting the bits of up to 32 neighbouring neurons. They may straddle two words, and neighbours share words: hence the
// atomics.
//
// Needs these module-scope names from the including kernel: spikes, surrogateHistory (both array<atomic<u32>>).

fn pack(flags: vec4<bool>) -> u32 {
  return dot(select(vec4u(0u), vec4u(1u, 2u, 4u, 8u), flags), vec4u(1u));
}

fn setSpikes(base: u32, neuron: u32, bits: u32) {
  if (bits == 0u) { return; }
  let word = base + (neuron >> 5u);
  let shift = neuron & 31u;
  atomicOr(&spikes[word], bits << shift);
  // bits >> (32 - shift), for a shift of 0 too
  let rest = (bits >> 1u) >> (31u - shift);
  if (rest != 0u) { atomicOr(&spikes[word + 1u], rest); }
}

fn setWindow(base: u32, neuron: u32, bits: u32) {
  if (bits == 0u) { return; }
  let word = base + (neuron >> 5u);
  let shift = neuron & 31u;
  atomicOr(&surrogateHistory[word], bits << shift);
  let rest = (bits >> 1u) >> (31u - shift);
  if (rest != 0u) { atomicOr(&surrogateHistory[word + 1u], rest); }
}
