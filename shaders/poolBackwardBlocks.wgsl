// poolBackwardBlocks: poolBackward, bit for bit, for average pools whose windows do not overlap and neurons whose history is one
// bit: all positions that may lie in one window are worked on together.
//
//   e[t][y][x] = gammaAbove[t][window of (y, x)] / window area, 0 where no window sees (y, x)
//   gamma[t] = (e[t] - theta gamma[t+1]) h[t] + beta gamma[t+1]                                (maths.md 8, 9)
//
// A window's gamma is loaded once for all of its positions, the history once for all positions of a row where their bits are near.
//
// Work split   one invocation = 4 neighbouring channels of a block of BLOCK x BLOCK positions of one sample, all steps of the chunk,
//              backwards; blocks at the lower and right edge may stick out
// Reads        gammaAbove        vec4f[chunkSteps][B][outHeight*outWidth][inVectors]: gamma of the pool's neurons, or the
//                                error at a plain pool's output
//              surrogateHistory  of this layer
//              keepBits          as in lifForward
// Overwrites   gamma             vec4f[chunkSteps][B][inHeight*inWidth][inVectors]
// Updates      gammaCarry        vec4f[B][inHeight*inWidth][inVectors]
// Includes     layerParams, historyRun, lifGradient, surrogate, random
// Twin         src/reference/poolBackward.ts

override WORKGROUP_SIZE: u32 = 64u;
override LIF: u32 = 1u;
override SURROGATE: u32 = 0u;
override HISTORY: u32 = 1u;
override RESET: u32 = 0u;
override DROPOUT: u32 = 0u;
override SUM_STEPS: u32 = 0u;
override ACCUMULATE: u32 = 0u;
override BLOCK: u32 = 1u;             // the pool's stride
override WINDOW: u32 = 1u;            // rows and columns of a window, at most BLOCK
override SHARED: u32 = 1u;            // 1: the bits of a row of the block are no more than a word has
override PARTIAL: u32 = 1u;           // 1: blocks stick out, and windows leave positions out: what does not exist must not be written

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> gammaAbove: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> surrogateHistory: array<u32>;
@group(1) @binding(2) var<storage, read_write> keepBits: array<u32>;
@group(1) @binding(3) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> gammaCarry: array<vec4f>;

// gamma of the step before (0 at first), and what does not change from step to step; indexed by a variable once: that keeps them in
// memory. In registers, a software adapter would carry them through the loop.
var<private> next: array<vec4f, BLOCK * BLOCK>;
var<private> factors: array<vec4f, BLOCK * BLOCK>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn poolBackwardBlocks(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let vectors = params.inVectors;
  let channels = params.inChannels;
  let inWidth = params.inWidth;
  let inHeight = params.inHeight;
  let acrossCount = (inWidth + BLOCK - 1u) / BLOCK;
  let blockCount = (inHeight + BLOCK - 1u) / BLOCK * acrossCount;
  if (index >= params.batchSize * blockCount * vectors) { return; }
  let vector = index % vectors;
  let block = (index / vectors) % blockCount;
  let sample = index / (vectors * blockCount);
  let down = block / acrossCount;
  let across = block % acrossCount;
  let top = down * BLOCK;
  let left = across * BLOCK;

  // A position that does not exist is the last one of its row or column, computed again.
  var columns = array<u32, BLOCK>();
  var masks = array<vec4u, BLOCK>();
  for (var dx = 0u; dx < BLOCK; dx++) { // unroll
    columns[dx] = min(left + dx, inWidth - 1u);
    masks[dx] = historyLanes(vector, channels) * select(1u, 1u << (((columns[dx] - left) * channels) & 31u), SHARED == 1u);
  }
  var places = array<u32, BLOCK * BLOCK>();
  var exists = array<bool, BLOCK * BLOCK>();
  var runs = array<HistoryRun, BLOCK * BLOCK>();
  for (var dy = 0u; dy < BLOCK; dy++) { // unroll
    let row = min(top + dy, inHeight - 1u) * inWidth;
    for (var dx = 0u; dx < BLOCK; dx++) { // unroll
      const P = dy * BLOCK + dx;
      let position = row + columns[dx];
      exists[P] = top + dy < inHeight && left + dx < inWidth;
      places[P] = position * vectors + vector;
      if (SHARED == 0u || dx == 0u) { runs[P] = historyRun(position * channels + 4u * vector); }
      if (DROPOUT != 0u) { factors[P] = dropoutFactor(cellAt(sample, position, vector)); }
    }
  }
  let start = params.chunkStart;
  let frameSize = inHeight * inWidth * vectors;
  if (chunkStop() < window.stepCount) {
    for (var p = 0u; p < BLOCK * BLOCK; p++) { // unroll
      next[p] = gammaCarry[sample * frameSize + places[p]];
    }
  }
  // Values that the loop needs, read once: a software adapter would read them again at every step.
  let batchSize = params.batchSize;
  let inWords = params.inWords;
  let open = vec4f(1.0 / params.surrogateWidth);
  let resetTheta = select(params.theta, 0.0, params.detachReset == 1u);
  let beta = params.beta;
  let area = vec4f(f32(params.kernelHeight * params.kernelWidth));
  let seen = down < params.outHeight && across < params.outWidth;
  let aboveSize = params.outHeight * params.outWidth * vectors;
  let aboveAt = (min(down, params.outHeight - 1u) * params.outWidth + min(across, params.outWidth - 1u)) * vectors + vector;
  let firstFrame = (window.historyStart + start) * batchSize + sample;
  // Ends with its test: a loop that begins with it runs once more on a software adapter, for nothing.
  var step = chunkStop() - start;
  loop {
    step--;
    let frame = step * batchSize + sample;
    let gammaFrame = frame * frameSize;
    let historyFrame = (firstFrame + step * batchSize) * inWords;
    let found = gammaAbove[frame * aboveSize + aboveAt];
    let error = select(vec4f(), found, seen) / area;
    for (var dy = 0u; dy < BLOCK; dy++) { // unroll
      var bits = vec4u();
      for (var dx = 0u; dx < BLOCK; dx++) { // unroll
        const P = dy * BLOCK + dx;
        if (SHARED == 0u || dx == 0u) { bits = readHistory(historyFrame, runs[P]); }
        let derivative = select(vec4f(0.0), open, (bits & masks[dx]) != vec4u());
        var e = select(vec4f(), error, dy < WINDOW && dx < WINDOW);
        if (DROPOUT != 0u) { e *= factors[P]; }
        let now = (e - resetTheta * next[P]) * derivative + beta * next[P];
        next[P] = now;
        if (PARTIAL == 0u || exists[P]) { gamma[gammaFrame + places[P]] = now; }
      }
    }
    continuing {
      break if step == 0u;
    }
  }
  if (start > 0u) {
    for (var p = 0u; p < BLOCK * BLOCK; p++) {
      let y = top + p / BLOCK;
      let x = left + p % BLOCK;
      if (y < inHeight && x < inWidth) { gammaCarry[sample * frameSize + (y * inWidth + x) * vectors + vector] = next[p]; }
    }
  }
}
