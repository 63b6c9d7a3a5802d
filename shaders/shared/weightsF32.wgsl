// Weights in single precision, four output channels to a vector: the f32 that the optimizer keeps.
//
// Needs `weights: array<StoredWeights>` from the including kernel. Where HALF_WEIGHTS is 1, weightsF16 stands in its place.

alias StoredWeights = vec4f;

fn weightsAt(at: u32) -> vec4f { return weights[at]; }
