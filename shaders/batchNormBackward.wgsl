// batchNormBackward: from the gradient of the normalised current to that of the current itself, in place.
//
//   dI = scale / sqrt(var + eps) * (dy - mean(dy) - xhat * mean(dy * xhat))                      (maths.md 15)
//
// Work split   one invocation = 4 channels at one position of one sample at one step of the chunk
// Reads        inputs, weights   see shared/synapse.wgsl: I is recomputed
//              normalization     vec4f[6][outVectors]
//              labels            i32[B]; -1 = empty place: its gradient stays 0
// Updates      gamma             vec4f[chunkSteps][B][positions][outVectors]
// Includes     layerParams, synapse, rowRun, weightsF32 (HALF_WEIGHTS: weightsF16)
// Twin         src/reference/batchNorm.ts

override WORKGROUP_SIZE: u32 = 64u;
override SYNAPSE: u32 = 0u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read> weights: array<StoredWeights>;
@group(1) @binding(2) var<storage, read_write> normalization: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> labels: array<i32>;
@group(1) @binding(4) var<storage, read_write> gamma: array<vec4f>;

const VECTORS = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn batchNormBackward(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let n = params.outVectors;
  let positions = params.outHeight * params.outWidth;
  let parts = params.weightVectors;
  let steps = min(params.chunkStart + params.chunkSteps, window.stepCount) - params.chunkStart;
  if (index >= steps * params.batchSize * positions * parts) { return; }
  let weightVector = index % parts;
  let vector = params.vectorStart + weightVector;
  let position = (index / parts) % positions;
  let sample = (index / (parts * positions)) % params.batchSize;
  let t = index / (parts * positions * params.batchSize);
  let at = ((t * params.batchSize + sample) * positions + position) * n + vector;
  if (labels[sample] < 0) { return; }
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u) + params.chunkStart;
  let current = synapticCurrent(inputStart + t, sample, position / params.outWidth, position % params.outWidth, weightVector).a;
  let inverse = normalization[n + vector];
  let xhat = (current - normalization[vector]) * inverse;
  gamma[at] = normalization[2u * n + vector] * inverse
    * (gamma[at] - normalization[4u * n + vector] - xhat * normalization[5u * n + vector]);
}
