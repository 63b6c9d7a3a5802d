// optimizerStep: one optimizer step of one tensor.
//
//   g = sum of the partial gradients, in order; g += weightDecay * w
//   SGD    m = momentum m + g                                       w -= learningRate m                 (maths.md 12)
//   Adam   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
//          w -= learningRate * (m / (1 - beta1^n)) / (sqrt(v / (1 - beta2^n)) + epsilon)                (maths.md 13)
//
// Where kernels read weights in half precision, their copy is made here (maths.md 27), in integers: WGSL leaves open how
// pack2x16float rounds, and a run that goes on from a checkpoint must find the bits that it left. Ties go to the even half; what lies
// beyond the range becomes the largest half, 65504.
//
// Work split   one invocation = LANES neighbouring scalars: one, or the two of a word of halves
// Reads        partials       f32[splitCount][elementCount]
// Updates      weights        f32[elementCount]
//              firstMoment    f32[elementCount]
//              secondMoment   f32[elementCount] (Adam only)
// Overwrites   halfWeights    u32[elementCount / 2], the first of two halves in the low bits (LANES 2 only)
// Sets bits    flags          bit 0 of flags[0] when a weight is not finite; seen by its bit pattern, because a shader may
//                             assume that no NaN or infinity exists and fold a float test away
// Includes     layerParams
// Twin         src/reference/optimizerStep.ts

override WORKGROUP_SIZE: u32 = 64u;
override ADAM: u32 = 0u;              // 0 SGD, 1 Adam
override LANES: u32 = 1u;             // 2: halfWeights is written too; elementCount is even

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> partials: array<f32>;
@group(1) @binding(1) var<storage, read_write> weights: array<f32>;
@group(1) @binding(2) var<storage, read_write> firstMoment: array<f32>;
@group(1) @binding(3) var<storage, read_write> secondMoment: array<f32>;
@group(1) @binding(4) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(5) var<storage, read_write> halfWeights: array<u32>;

// The half nearest to an f32, from bits to bits. See src/core/halfFloat.ts.
fn halfOfBits(bits: u32) -> u32 {
  let magnitude = min(bits & 0x7fffffffu, 0x477fe000u);
  let normal = (magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13u) & 1u)) >> 13u;
  let fraction = (magnitude & 0x7fffffu) | 0x800000u;
  let shift = min(126u - (magnitude >> 23u), 31u);
  let small = (fraction + (1u << (shift - 1u)) - 1u + ((fraction >> shift) & 1u)) >> shift;
  return ((bits >> 16u) & 0x8000u) | select(small, normal, magnitude >= 0x38800000u);
}

fn updated(i: u32) -> f32 {
  var gradient = partials[i];
  for (var split = 1u; split < params.splitCount; split++) { gradient += partials[split * params.elementCount + i]; }
  var weight = weights[i];
  gradient += params.weightDecay * weight;
  if (ADAM == 1u) {
    let first = params.beta1 * firstMoment[i] + (1.0 - params.beta1) * gradient;
    let second = params.beta2 * secondMoment[i] + (1.0 - params.beta2) * gradient * gradient;
    firstMoment[i] = first;
    secondMoment[i] = second;
    weight -= window.learningRate * (first / window.biasCorrection1) / (sqrt(second / window.biasCorrection2) + params.epsilon);
  } else {
    let first = params.momentum * firstMoment[i] + gradient;
    firstMoment[i] = first;
    weight -= window.learningRate * first;
  }
  return weight;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn optimizerStep(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  if (index >= params.elementCount / LANES) { return; }
  var halves = 0u;
  for (var lane = 0u; lane < LANES; lane++) { // unroll
    let i = index * LANES + lane;
    let weight = updated(i);
    let bits = bitcast<u32>(weight);
    weights[i] = weight;
    if ((bits & 0x7f800000u) == 0x7f800000u) { atomicOr(&flags[0], 1u); }
    if (LANES == 2u) { halves += halfOfBits(bits) * (1u << (16u * lane)); }
  }
  if (LANES == 2u) { halfWeights[index] = halves; }
}
