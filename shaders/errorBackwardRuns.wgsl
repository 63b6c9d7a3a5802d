// errorBackwardRuns: errorBackward, bit for bit, for errors of every step and neurons whose history is one bit: as many vectors of
// neighbouring neurons together as one word holds the history of.
//
//   gamma[t] = (e[t] - theta gamma[t+1]) h[t] + beta gamma[t+1]                               (maths.md 8)
//
// Work split   one invocation = VECTORS neighbouring vectors at each of POSITIONS neighbouring positions of one sample, all steps of
//              the chunk, backwards; both divide what there is, and all vectors of a position belong together where POSITIONS > 1
// Reads        errors            vec4f[chunkSteps][B][inHeight*inWidth][inVectors]
//              surrogateHistory  of this layer
//              keepBits          as in lifForward
// Overwrites   gamma             vec4f[chunkSteps][B][inHeight*inWidth][inVectors]; with IN_PLACE it holds the errors before
// Updates      gammaCarry        vec4f[B][inHeight*inWidth][inVectors]
// Includes     layerParams, historyRun, lifGradient, surrogate, random
// Twin         src/reference/errorBackward.ts

override WORKGROUP_SIZE: u32 = 64u;
override IN_PLACE: u32 = 0u;          // 1: the errors lie in gamma, which takes their place
override LIF: u32 = 1u;
override SURROGATE: u32 = 0u;
override HISTORY: u32 = 1u;
override RESET: u32 = 0u;
override DROPOUT: u32 = 0u;
override SUM_STEPS: u32 = 0u;
override ACCUMULATE: u32 = 0u;
override POSITIONS: u32 = 1u;
override VECTORS: u32 = 1u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> errors: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> surrogateHistory: array<u32>;
@group(1) @binding(2) var<storage, read_write> keepBits: array<u32>;
@group(1) @binding(3) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> gammaCarry: array<vec4f>;

// gamma of the step before (0 at first), and what does not change from step to step; indexed by a variable once: that keeps them in
// memory. In registers, a software adapter would carry them through the loop.
var<private> next: array<vec4f, POSITIONS * VECTORS>;
var<private> factors: array<vec4f, POSITIONS * VECTORS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn errorBackwardRuns(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let vectors = params.inVectors;
  let channels = params.inChannels;
  let batchSize = params.batchSize;
  let inWords = params.inWords;
  let start = params.chunkStart;
  let frameSize = frameVectors();
  // The vectors of a run are neighbours in every frame of gamma.
  let first = index * (POSITIONS * VECTORS);
  if (first >= batchSize * frameSize) { return; }
  let sample = first / frameSize;
  let place = first % frameSize;
  let position = place / vectors;
  let vector = place % vectors;

  let run = historyRun(position * channels + 4u * vector);
  var masks = array<vec4u, POSITIONS * VECTORS>();
  for (var p = 0u; p < POSITIONS; p++) { // unroll
    for (var v = 0u; v < VECTORS; v++) { // unroll
      const I = p * VECTORS + v;
      masks[I] = historyLanes(vector + v, channels) * (1u << (p * channels + 4u * v));
      if (DROPOUT != 0u) { factors[I] = dropoutFactor(cellAt(sample, position + p, vector + v)); }
    }
  }
  if (chunkStop() < window.stepCount) {
    for (var i = 0u; i < POSITIONS * VECTORS; i++) { next[i] = gammaCarry[first + i]; }
  }
  // Values that the loop needs, read once: a software adapter would read them again at every step.
  let open = vec4f(1.0 / params.surrogateWidth);
  let resetTheta = select(params.theta, 0.0, params.detachReset == 1u);
  let beta = params.beta;
  let stepVectors = batchSize * frameSize;
  let stepWords = batchSize * inWords;
  let firstWord = ((window.historyStart + start) * batchSize + sample) * inWords;
  // Ends with its test: a loop that begins with it runs once more on a software adapter, for nothing.
  var step = chunkStop() - start;
  loop {
    step--;
    let bits = readHistory(firstWord + step * stepWords, run);
    let at = first + step * stepVectors;
    for (var i = 0u; i < POSITIONS * VECTORS; i++) { // unroll
      let derivative = select(vec4f(0.0), open, (bits & masks[i]) != vec4u());
      var e = vec4f();
      if (IN_PLACE == 1u) { e = gamma[at + i]; } else { e = errors[at + i]; }
      if (DROPOUT != 0u) { e *= factors[i]; }
      let now = (e - resetTheta * next[i]) * derivative + beta * next[i];
      next[i] = now;
      gamma[at + i] = now;
    }
    continuing {
      break if step == 0u;
    }
  }
  if (start > 0u) {
    for (var i = 0u; i < POSITIONS * VECTORS; i++) { gammaCarry[first + i] = next[i]; }
  }
}
