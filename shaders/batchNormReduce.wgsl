// batchNormReduce: turns batchNormSums' per-sample sums into what the other kernels read.
//
//   MODE 0   normalization row 0 = mean
//   MODE 1   row 1 = 1/sqrt(var + eps), rows 2 and 3 = scale and shift; running = 0.9 running + 0.1 new, the variance with
//            the unbiased estimate                                                                  (maths.md 14)
//   MODE 2   rows 4 and 5 = mean of dy and of dy*xhat; gradients of shift and scale                 (maths.md 15)
//   MODE 3   evaluation: rows 0 .. 3 from the running statistics
//
// Work split   one invocation = 4 channels; samples are added in order
// Reads        sums               vec4f[B][2][outVectors]
//              labels             i32[B]; -1 = empty place
// Updates      normalizationState vec4f[4][outVectors]: scale, shift, running mean, running variance
// Overwrites   normalization      vec4f[6][outVectors], the rows of the mode
//              partials           vec4f[2][outVectors]: gradient of scale and shift; adds when window.updateAccumulate
// Includes     layerParams
// Twin         src/reference/batchNorm.ts

override WORKGROUP_SIZE: u32 = 64u;
override MODE: u32 = 0u;
override ACCUMULATE: u32 = 0u;        // 1: a further micro-batch of the same batch

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> sums: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> labels: array<i32>;
@group(1) @binding(2) var<storage, read_write> normalizationState: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> normalization: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> partials: array<vec4f>;

const EPSILON = 1e-5;

@compute @workgroup_size(WORKGROUP_SIZE)
fn batchNormReduce(@builtin(global_invocation_id) globalId: vec3u) {
  let vector = globalId.x;
  let n = params.outVectors;
  if (vector >= n) { return; }
  let scale = normalizationState[vector];
  let shift = normalizationState[n + vector];
  if (MODE == 3u) {
    normalization[vector] = normalizationState[2u * n + vector];
    normalization[n + vector] = vec4f(1.0) / sqrt(normalizationState[3u * n + vector] + vec4f(EPSILON));
    normalization[2u * n + vector] = scale;
    normalization[3u * n + vector] = shift;
    return;
  }
  var samples = 0.0;
  var first = vec4f();
  var second = vec4f();
  for (var sample = 0u; sample < params.batchSize; sample++) {
    if (labels[sample] < 0) { continue; }
    samples += 1.0;
    first += sums[2u * sample * n + vector];
    second += sums[(2u * sample + 1u) * n + vector];
  }
  let count = samples * f32(window.stepCount * params.outHeight * params.outWidth);
  if (MODE == 0u) {
    normalization[vector] = first / count;
  } else if (MODE == 1u) {
    let variance = first / count;
    normalization[n + vector] = vec4f(1.0) / sqrt(variance + vec4f(EPSILON));
    normalization[2u * n + vector] = scale;
    normalization[3u * n + vector] = shift;
    normalizationState[2u * n + vector] = 0.9 * normalizationState[2u * n + vector] + 0.1 * normalization[vector];
    normalizationState[3u * n + vector] = 0.9 * normalizationState[3u * n + vector] + 0.1 * first / max(count - 1.0, 1.0);
  } else {
    normalization[4u * n + vector] = first / count;
    normalization[5u * n + vector] = second / count;
    if (window.updateAccumulate == 1u || ACCUMULATE == 1u) {
      partials[vector] += second;
      partials[n + vector] += first;
    } else {
      partials[vector] = second;
      partials[n + vector] = first;
    }
  }
}
