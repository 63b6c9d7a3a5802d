// synapseBackward: error at a layer's output from the layer above (a convolution or linear layer), and the LIF backward
// recursion of the layer's own neurons.
//
//   e[t][y][x][c] = sum over windows (outY, outX) that see (y, x), over o:  gammaAbove[t][outY][outX][o] * W[ky][kx][c][o]
//   gamma[t] = (e[t] - theta gamma[t+1]) h[t] + beta gamma[t+1]                               (maths.md 8, 9)
//
// The error is needed only where the surrogate window is open (h != 0): closed neurons are skipped. STEP_TILE steps
// and VECTORS vectors of channels are worked on together: a weight is loaded once for all steps, a gamma once for all channels.
//
// Work split   one invocation = 4*VECTORS neighbouring channels at one position of one sample, all steps of the chunk,
//              backwards
// Reads        gammaAbove        vec4f[chunkSteps][B][outHeight*outWidth][outVectors]
//              weights           of the layer above, see shared/synapse.wgsl
//              surrogateHistory  of this layer
//              keepBits          as in lifForward
// Overwrites   gamma             vec4f[chunkSteps][B][inHeight*inWidth][inVectors]; adds with ACCUMULATE
// Updates      gammaCarry        vec4f[B][inHeight*inWidth][inVectors]   gamma of the first step of the chunk
// Includes     layerParams, lifGradient, surrogate, random, weightsF32 (HALF_WEIGHTS: weightsF16)
// Twin         src/reference/synapseBackward.ts

override WORKGROUP_SIZE: u32 = 64u;
override LIF: u32 = 1u;               // 0: write the error itself (plain pools, sums)
override SURROGATE: u32 = 0u;
override HISTORY: u32 = 1u;           // 1 window bits, 2 membranes
override RESET: u32 = 0u;             // 0 soft, 1 hard: needs HISTORY 2
override DROPOUT: u32 = 0u;
override SUM_STEPS: u32 = 0u;
override ACCUMULATE: u32 = 0u;        // 1: add to what gamma holds (several readers of one output)
override STEP_TILE: u32 = 8u;
override VECTORS: u32 = 1u;
override CHANNELS: u32 = 4u;          // 4 * VECTORS, or all channels where they are fewer

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> gammaAbove: array<vec4f>;
@group(1) @binding(1) var<storage, read> weights: array<StoredWeights>;
@group(1) @binding(2) var<storage, read_write> surrogateHistory: array<u32>;
@group(1) @binding(3) var<storage, read_write> keepBits: array<u32>;
@group(1) @binding(4) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> gammaCarry: array<vec4f>;

// Errors of the neurons, [STEP_TILE][VECTORS]: of the steps last, last - 1, ... Private, so that no loop carries them.
var<private> errors: array<vec4f, STEP_TILE * VECTORS>;
// gamma of the step that was recorded last, and what an error at the output is worth, per vector.
var<private> next: array<vec4f, VECTORS>;
var<private> factor: array<vec4f, VECTORS>;

// Sets `errors`. Steps before the chunk are clamped to its first one: computed again, never used.
fn findErrors(last: u32, sample: u32, position: u32, firstChannel: u32) {
  let y = i32(position / params.inWidth) + params.padding;
  let x = i32(position % params.inWidth) + params.padding;
  let outVectors = params.outVectors;
  let weightVectors = params.weightVectors;
  let stride = params.stride;
  let stepStride = params.batchSize * params.outHeight * params.outWidth * outVectors;
  var steps = array<u32, STEP_TILE>();
  for (var s = 0u; s < STEP_TILE; s++) { // unroll
    steps[s] = (max(last, params.chunkStart + s) - s - params.chunkStart) * stepStride;
    for (var v = 0u; v < VECTORS; v++) { // unroll
      errors[s * VECTORS + v] = vec4f();
    }
  }
  let outYStart = max(0, (y - i32(params.kernelHeight) + stride) / stride);
  let outYStop = min(i32(params.outHeight) - 1, y / stride);
  let outXStart = max(0, (x - i32(params.kernelWidth) + stride) / stride);
  let outXStop = min(i32(params.outWidth) - 1, x / stride);
  let kernelWidth = params.kernelWidth;
  let inChannels = params.inChannels;
  // Channels beyond the layer's last are that one, computed again and never used.
  let lastChannel = inChannels - 1u - firstChannel;
  let outStart = sample * params.outHeight;
  let outWidth = params.outWidth;
  // Loops end with their test: one that begins with it runs once more on a software adapter, for nothing. Where no window sees the
  // position, they take a turn at the nearest, which adds nothing.
  let seen = outYStart <= outYStop && outXStart <= outXStop;
  var outY = min(outYStart, i32(params.outHeight) - 1);
  loop {
    let ky = u32(y - outY * stride);
    var outX = min(outXStart, i32(params.outWidth) - 1);
    loop {
      let kx = u32(x - outX * stride);
      let row = (ky * kernelWidth + kx) * inChannels + firstChannel;
      let at = ((outStart + u32(outY)) * outWidth + u32(outX)) * outVectors + params.vectorStart;
      var o = 0u;
      loop {
        var above = array<vec4f, STEP_TILE>();
        for (var s = 0u; s < STEP_TILE; s++) { // unroll
          above[s] = select(vec4f(), gammaAbove[steps[s] + at + o], seen);
        }
        for (var c = 0u; c < CHANNELS; c++) { // unroll
          let weight = weightsAt((row + min(c, lastChannel)) * weightVectors + o);
          for (var s = 0u; s < STEP_TILE; s++) { // unroll
            errors[s * VECTORS + c / 4u][c % 4u] += dot(weight, above[s]);
          }
        }
        o++;
        continuing {
          break if o >= weightVectors;
        }
      }
      outX++;
      continuing {
        break if outX > outXStop;
      }
    }
    outY++;
    continuing {
      break if outY > outYStop;
    }
  }
}

fn derivativeAt(step: u32, cell: Cell) -> vec4f {
  if (LIF == 0u) { return vec4f(1.0); }
  return surrogateDerivative(step, cell);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn synapseBackward(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let vectors = params.inVectors;
  let groupCount = (vectors + VECTORS - 1u) / VECTORS;
  let positionCount = params.inHeight * params.inWidth;
  if (index >= params.batchSize * positionCount * groupCount) { return; }
  let firstVector = (index % groupCount) * VECTORS;
  let position = (index / groupCount) % positionCount;
  let sample = index / (groupCount * positionCount);
  let cellVectors = min(VECTORS, vectors - firstVector);
  // Found once: shifts and divisions are slow.
  var cells = array<Cell, VECTORS>();
  for (var v = 0u; v < VECTORS; v++) { // unroll
    cells[v] = cellAt(sample, position, min(firstVector + v, vectors - 1u));
    next[v] = firstGamma(cells[v]);
    factor[v] = dropoutFactor(cells[v]);
  }
  let start = i32(params.chunkStart);
  for (var last = i32(chunkStop()) - 1; last >= start; last -= i32(STEP_TILE)) {
    let steps = min(STEP_TILE, u32(last - start) + 1u);
    var open = vec4f();
    for (var s = 0u; s < steps; s++) {
      for (var v = 0u; v < VECTORS; v++) { // unroll sum
        open += derivativeAt(u32(last) - s, cells[v]);
      }
    }
    // A loop that runs once or not at all: of a branch, a software adapter would run both sides.
    for (var needed = any(open != vec4f()); needed; needed = false) {
      findErrors(u32(last), sample, position, 4u * firstVector);
    }
    for (var s = 0u; s < steps; s++) {
      for (var v = 0u; v < VECTORS; v++) { // unroll
        if (v < cellVectors) {
          let derivative = derivativeAt(u32(last) - s, cells[v]);
          next[v] = recordStep(u32(last) - s, cells[v], errors[s * VECTORS + v], derivative, factor[v], next[v]);
        }
      }
    }
  }
  for (var v = 0u; v < cellVectors; v++) { keepGamma(cellAt(sample, position, firstVector + v), next[v]); }
}
