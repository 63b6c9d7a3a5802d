// Setting the bits of up to 16 neighbouring neurons. They may straddle two words, and neighbours share words: hence the
// atomics.
//
// Needs these module-scope names from the including kernel: spikes, surrogateHistory (both array<atomic<u32>>).

// Where the first of the neurons has its bit. Found once, before the steps: shifts are slow on a software adapter, which takes
// them lane by lane, and products are not.
struct BitPlace {
  word: u32,      // within a frame
  factor: u32,    // 2^shift: moves bits up to their place in that word
  rest: f32,      // 2^(shift - 32): leaves those that belong to the next word
};

fn bitPlace(neuron: u32) -> BitPlace {
  let shift = neuron & 31u;
  return BitPlace(neuron >> 5u, 1u << shift, bitcast<f32>((95u + shift) << 23u));
}

fn pack(flags: vec4<bool>) -> u32 {
  let bits = select(vec4u(0u), vec4u(1u, 2u, 4u, 8u), flags);
  return bits.x | bits.y | bits.z | bits.w;
}

// What of up to 16 bits belongs to the next word. They are exact as f32, and so is the product.
fn restOf(place: BitPlace, bits: u32) -> u32 { return u32(i32(f32(i32(bits)) * place.rest)); }

fn setSpikes(base: u32, place: BitPlace, bits: u32) {
  let word = base + place.word;
  if (bits != 0u) { atomicOr(&spikes[word], bits * place.factor); }
  let rest = restOf(place, bits);
  if (rest != 0u) { atomicOr(&spikes[word + 1u], rest); }
}

fn setWindow(base: u32, place: BitPlace, bits: u32) {
  let word = base + place.word;
  if (bits != 0u) { atomicOr(&surrogateHistory[word], bits * place.factor); }
  let rest = restOf(place, bits);
  if (rest != 0u) { atomicOr(&surrogateHistory[word + 1u], rest); }
}
