// batchNormSums: per-channel sums over batch, steps of the interval and positions, for batch normalisation. The
// pre-activation I is recomputed from the input bits, so nothing of it has to be kept.
//
//   MODE 0   sum I                                  -> mean
//   MODE 1   sum (I - mean)^2                       -> variance (second pass: no cancellation)
//   MODE 2   sum dy and sum dy * xhat, with xhat = (I - mean) / sqrt(var + eps) and dy = gamma      (maths.md 14, 15)
//
// Work split   one invocation = 4 channels of one sample, all steps and positions in order
// Reads        inputs, weights   see shared/synapse.wgsl
//              normalization     vec4f[6][outVectors]  (row 0 mean, row 1 1/sqrt(var + eps))
//              gamma             vec4f[steps][B][positions][outVectors]  (MODE 2)
//              labels            i32[B]; samples with label -1 are empty places and do not count
// Overwrites   sums              vec4f[B][2][outVectors]
// Includes     layerParams, synapse, rowRun
// Twin         src/reference/batchNorm.ts

override WORKGROUP_SIZE: u32 = 64u;
override SYNAPSE: u32 = 0u;
override MODE: u32 = 0u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read> weights: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> normalization: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> labels: array<i32>;
@group(1) @binding(5) var<storage, read_write> sums: array<vec4f>;

const VECTORS = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn batchNormSums(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  if (index >= params.batchSize * params.weightVectors) { return; }
  let weightVector = index % params.weightVectors;
  let vector = params.vectorStart + weightVector;
  let sample = index / params.weightVectors;
  let positions = params.outHeight * params.outWidth;
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u);
  var first = vec4f();
  var second = vec4f();
  if (labels[sample] >= 0) {
    for (var t = 0u; t < window.stepCount; t++) {
      for (var position = 0u; position < positions; position++) {
        let current = synapticCurrent(inputStart + t, sample, position / params.outWidth, position % params.outWidth, weightVector).a;
        if (MODE == 0u) {
          first += current;
          continue;
        }
        let centred = current - normalization[vector];
        if (MODE == 1u) {
          first += centred * centred;
          continue;
        }
        let dy = gamma[((t * params.batchSize + sample) * positions + position) * params.outVectors + vector];
        first += dy;
        second += dy * centred * normalization[params.outVectors + vector];
      }
    }
  }
  sums[2u * sample * params.outVectors + vector] = first;
  sums[(2u * sample + 1u) * params.outVectors + vector] = second;
}
