// synapseBackward: error at a layer's output from the layer above (a convolution or linear layer), and the LIF backward
// recursion of the layer's own neurons.
//
//   e[t][y][x][c] = sum over windows (outY, outX) that see (y, x), over o:  gammaAbove[t][outY][outX][o] * W[ky][kx][c][o]
//   gamma[t] = (e[t] - theta gamma[t+1]) h[t] + beta gamma[t+1]                               (maths.md 8, 9)
//
// The error is needed only where the surrogate window is open (h != 0): closed neurons are skipped. STEP_TILE steps
// are worked on together, so that a weight is loaded once for all of them.
//
// Work split   one invocation = 4 neighbouring channels at one position of one sample, all steps of the chunk, backwards
// Reads        gammaAbove        vec4f[chunkSteps][B][outHeight*outWidth][outVectors]
//              weights           of the layer above, see shared/synapse.wgsl
//              surrogateHistory  of this layer
//              keepBits          as in lifForward
// Overwrites   gamma             vec4f[chunkSteps][B][inHeight*inWidth][inVectors]; adds with ACCUMULATE
// Updates      gammaCarry        vec4f[B][inHeight*inWidth][inVectors]   gamma of the first step of the chunk
// Includes     layerParams, lifGradient, surrogate, random
// Twin         src/reference/synapseBackward.ts

override WORKGROUP_SIZE: u32 = 64u;
override LIF: u32 = 1u;               // 0: write the error itself (plain pools, sums)
override SURROGATE: u32 = 0u;
override HISTORY: u32 = 1u;           // 1 window bits, 2 membranes
override RESET: u32 = 0u;             // 0 soft, 1 hard: needs HISTORY 2
override DROPOUT: u32 = 0u;
override SUM_STEPS: u32 = 0u;
override ACCUMULATE: u32 = 0u;        // 1: add to what gamma holds (several readers of one output)
override STEP_TILE: u32 = 8u;        // 1, 4 or 8

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> gammaAbove: array<vec4f>;
@group(1) @binding(1) var<storage, read> weights: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> surrogateHistory: array<u32>;
@group(1) @binding(3) var<storage, read_write> keepBits: array<u32>;
@group(1) @binding(4) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> gammaCarry: array<vec4f>;

// Errors of the 4 neurons at 8 steps: last, last - 1, ... last - 7. Named, because an array would not stay in registers.
struct Errors {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
  e: vec4f,
  f: vec4f,
  g: vec4f,
  h: vec4f,
};

fn weightedSum(w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f, g: vec4f) -> vec4f {
  return vec4f(dot(w0, g), dot(w1, g), dot(w2, g), dot(w3, g));
}

// First vector of gammaAbove `back` steps before `last`. Steps before the chunk are clamped to its first one: computed
// again, never used.
fn stepBase(last: u32, back: u32, stepStride: u32) -> u32 {
  return (max(last, params.chunkStart + back) - back - params.chunkStart) * stepStride;
}

fn errorsOfEightSteps(last: u32, cell: Cell) -> Errors {
  var sum = Errors();
  let y = i32(cell.position / params.inWidth) + params.padding;
  let x = i32(cell.position % params.inWidth) + params.padding;
  let outVectors = params.outVectors;
  let weightVectors = params.weightVectors;
  let stepStride = params.batchSize * params.outHeight * params.outWidth * outVectors;
  let s0 = stepBase(last, 0u, stepStride);
  let s1 = stepBase(last, 1u, stepStride);
  let s2 = stepBase(last, 2u, stepStride);
  let s3 = stepBase(last, 3u, stepStride);
  let s4 = stepBase(last, 4u, stepStride);
  let s5 = stepBase(last, 5u, stepStride);
  let s6 = stepBase(last, 6u, stepStride);
  let s7 = stepBase(last, 7u, stepStride);
  let outYStart = max(0, (y - i32(params.kernelHeight) + params.stride) / params.stride);
  let outYStop = min(i32(params.outHeight) - 1, y / params.stride);
  let outXStart = max(0, (x - i32(params.kernelWidth) + params.stride) / params.stride);
  let outXStop = min(i32(params.outWidth) - 1, x / params.stride);
  let lastLane = cell.valid - 1u;
  for (var outY = outYStart; outY <= outYStop; outY++) {
    let ky = y - outY * params.stride;
    for (var outX = outXStart; outX <= outXStop; outX++) {
      let kx = x - outX * params.stride;
      let row = (u32(ky) * params.kernelWidth + u32(kx)) * params.inChannels + 4u * cell.vector;
      let w0 = row * weightVectors;
      let w1 = (row + min(1u, lastLane)) * weightVectors;
      let w2 = (row + min(2u, lastLane)) * weightVectors;
      let w3 = (row + min(3u, lastLane)) * weightVectors;
      let at = (cell.sample * params.outHeight * params.outWidth + u32(outY) * params.outWidth + u32(outX)) * outVectors
        + params.vectorStart;
      for (var o = 0u; o < weightVectors; o++) {
        let v0 = weights[w0 + o];
        let v1 = weights[w1 + o];
        let v2 = weights[w2 + o];
        let v3 = weights[w3 + o];
        sum.a += weightedSum(v0, v1, v2, v3, gammaAbove[s0 + at + o]);
        if (STEP_TILE > 1u) {
          sum.b += weightedSum(v0, v1, v2, v3, gammaAbove[s1 + at + o]);
          sum.c += weightedSum(v0, v1, v2, v3, gammaAbove[s2 + at + o]);
          sum.d += weightedSum(v0, v1, v2, v3, gammaAbove[s3 + at + o]);
        }
        if (STEP_TILE > 4u) {
          sum.e += weightedSum(v0, v1, v2, v3, gammaAbove[s4 + at + o]);
          sum.f += weightedSum(v0, v1, v2, v3, gammaAbove[s5 + at + o]);
          sum.g += weightedSum(v0, v1, v2, v3, gammaAbove[s6 + at + o]);
          sum.h += weightedSum(v0, v1, v2, v3, gammaAbove[s7 + at + o]);
        }
      }
    }
  }
  return sum;
}

fn derivativeAt(step: i32, cell: Cell) -> vec4f {
  if (step < i32(params.chunkStart)) { return vec4f(); }
  if (LIF == 0u) { return vec4f(1.0); }
  return surrogateDerivative(u32(step), cell);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn synapseBackward(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  if (index >= cellCount()) { return; }
  let cell = cellOf(index);
  let factor = dropoutFactor(cell);
  var next = firstGamma(cell);
  let start = i32(params.chunkStart);
  for (var last = i32(chunkStop()) - 1; last >= start; last -= i32(STEP_TILE)) {
    var anyOpen = vec4f(0.0);
    for (var back = 0; back < i32(STEP_TILE); back++) { anyOpen += derivativeAt(last - back, cell); }
    var errors = Errors();
    if (any(anyOpen != vec4f(0.0))) { errors = errorsOfEightSteps(u32(last), cell); }
    for (var back = 0; back < i32(STEP_TILE) && last - back >= start; back++) {
      let derivative = derivativeAt(last - back, cell);
      next = recordStep(u32(last - back), cell, errors.a, derivative, factor, next);
      errors = Errors(errors.b, errors.c, errors.d, errors.e, errors.f, errors.g, errors.h, vec4f());
    }
  }
  keepGamma(cell, next);
}
