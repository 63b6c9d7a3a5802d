// optimizerStep: one optimizer step of one tensor.
//
//   g = sum of the partial gradients, in order; g += weightDecay * w
//   SGD    m = momentum m + g                                       w -= learningRate m                 (maths.md 12)
//   Adam   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
//          w -= learningRate * (m / (1 - beta1^n)) / (sqrt(v / (1 - beta2^n)) + epsilon)                (maths.md 13)
//
// Work split   one invocation = one scalar
// Reads        partials       f32[splitCount][elementCount]
// Updates      weights        f32[elementCount]
//              firstMoment    f32[elementCount]
//              secondMoment   f32[elementCount] (Adam only)
// Sets bits    flags          bit 0 of flags[0] when a weight is not finite; seen by its bit pattern, because a shader may
//                             assume that no NaN or infinity exists and fold a float test away
// Includes     layerParams
// Twin         src/reference/optimizerStep.ts

override WORKGROUP_SIZE: u32 = 64u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> partials: array<f32>;
@group(1) @binding(1) var<storage, read_write> weights: array<f32>;
@group(1) @binding(2) var<storage, read_write> firstMoment: array<f32>;
@group(1) @binding(3) var<storage, read_write> secondMoment: array<f32>;
@group(1) @binding(4) var<storage, read_write> flags: array<atomic<u32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn optimizerStep(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  if (i >= params.elementCount) { return; }
  var gradient = partials[i];
  for (var split = 1u; split < params.splitCount; split++) { gradient += partials[split * params.elementCount + i]; }
  var weight = weights[i];
  gradient += params.weightDecay * weight;
  if (params.adam == 1u) {
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
  weights[i] = weight;
  if ((bitcast<u32>(weight) & 0x7f800000u) == 0x7f800000u) { atomicOr(&flags[0], 1u); }
}
