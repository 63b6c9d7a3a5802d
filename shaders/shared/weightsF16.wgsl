// Weights in half precision, four output channels to a vector of two words: the copy that optimizerStep makes of the f32 weights.
//
// Needs `weights: array<StoredWeights>` from the including kernel. unpack2x16float is core WGSL, so that no feature is asked for;
// a device may read halves below 2^-14 as 0, as WGSL allows for numbers that small.

alias StoredWeights = vec2u;

fn weightsAt(at: u32) -> vec4f {
  let halves = weights[at];
  return vec4f(unpack2x16float(halves.x), unpack2x16float(halves.y));
}
