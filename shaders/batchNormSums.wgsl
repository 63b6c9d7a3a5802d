// batchNormSums: per-channel sums over batch, steps of the interval and positions, for batch normalisation. The
// pre-activation I is recomputed from the input bits, so nothing of it has to be kept.
//
//   MODE 0   sum I                                  -> mean
//   MODE 1   sum (I - mean)^2                       -> variance (second pass: no cancellation)
//   MODE 2   sum dy and sum dy * xhat, with xhat = (I - mean) / sqrt(var + eps) and dy = gamma      (maths.md 14, 15)
//
// Modes 0 and 1 take all steps of the interval, first to last. Mode 2 takes the steps of a chunk, last to first, and adds to the
// sums of the chunk before, which is the later one: the same order of sums for every length of chunk.
//
// Work split   one invocation = 4 channels of one sample, its steps and positions in order
// Reads        inputs, weights   see shared/synapse.wgsl
//              normalization     vec4f[6][outVectors]  (row 0 mean, row 1 1/sqrt(var + eps))
//              gamma             vec4f[chunkSteps][B][positions][outVectors]  (MODE 2)
//              labels            i32[B]; samples with label -1 are empty places and do not count
// Updates      sums              vec4f[B][2][outVectors]; overwritten by modes 0 and 1 and by the interval's last chunk
// Includes     layerParams, synapse, rowRun, weightsF32 (HALF_WEIGHTS: weightsF16)
// Twin         src/reference/batchNorm.ts

override WORKGROUP_SIZE: u32 = 64u;
override SYNAPSE: u32 = 0u;
override MODE: u32 = 0u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read> weights: array<StoredWeights>;
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
  let firstAt = 2u * sample * params.outVectors + vector;
  let secondAt = firstAt + params.outVectors;
  var start = 0u;
  var stop = window.stepCount;
  var first = vec4f();
  var second = vec4f();
  if (MODE == 2u) {
    start = params.chunkStart;
    stop = min(start + params.chunkSteps, stop);
    if (stop < window.stepCount) {
      first = sums[firstAt];
      second = sums[secondAt];
    }
  }
  if (labels[sample] >= 0) {
    for (var i = 0u; i < stop - start; i++) {
      var t = start + i;
      if (MODE == 2u) { t = stop - 1u - i; }
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
        let dy = gamma[(((t - start) * params.batchSize + sample) * positions + position) * params.outVectors + vector];
        first += dy;
        second += dy * centred * normalization[params.outVectors + vector];
      }
    }
  }
  sums[firstAt] = first;
  sums[secondAt] = second;
}
