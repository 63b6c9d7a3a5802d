// errorBackward: LIF backward recursion from an error that lies in a buffer: the loss's error at a classifier's spikes
// (the same at every step), or the collected error at the output of a residual unit's layers.
//
//   gamma[t] = (e[t] - theta gamma[t+1]) h[t] + beta gamma[t+1]                               (maths.md 8)
//
// Work split   one invocation = 4 neighbouring channels at one position of one sample, all steps of the chunk, backwards
// Reads        errors            vec4f[chunkSteps, or 1 when CONSTANT][B][inHeight*inWidth][inVectors]
//              surrogateHistory  of this layer
//              keepBits          as in lifForward
// Overwrites   gamma             vec4f[chunkSteps][B][inHeight*inWidth][inVectors]; adds with ACCUMULATE; with IN_PLACE
//                                it holds the errors before
// Updates      gammaCarry        vec4f[B][inHeight*inWidth][inVectors]
// Includes     layerParams, lifGradient, surrogate, random
// Twin         src/reference/errorBackward.ts

override WORKGROUP_SIZE: u32 = 64u;
override CONSTANT: u32 = 0u;
override IN_PLACE: u32 = 0u;          // 1: the errors lie in gamma, which takes their place
override LIF: u32 = 1u;
override SURROGATE: u32 = 0u;
override HISTORY: u32 = 1u;
override RESET: u32 = 0u;             // 0 soft, 1 hard: needs HISTORY 2
override DROPOUT: u32 = 0u;
override SUM_STEPS: u32 = 0u;
override ACCUMULATE: u32 = 0u;        // 1: add to what gamma holds (several readers of one output)

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> errors: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> surrogateHistory: array<u32>;
@group(1) @binding(2) var<storage, read_write> keepBits: array<u32>;
@group(1) @binding(3) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> gammaCarry: array<vec4f>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn errorBackward(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  if (index >= cellCount()) { return; }
  let cell = cellOf(index);
  let factor = dropoutFactor(cell);
  var next = firstGamma(cell);
  // Ends with its test: a loop that begins with it runs once more on a software adapter, for nothing.
  var step = i32(chunkStop()) - 1;
  loop {
    var derivative = vec4f(1.0);
    if (LIF == 1u) { derivative = surrogateDerivative(u32(step), cell); }
    var at = carryAt(cell);
    if (CONSTANT == 0u) { at = gammaAt(u32(step), cell); }
    var error = vec4f();
    if (IN_PLACE == 1u) { error = gamma[at]; } else { error = errors[at]; }
    next = recordStep(u32(step), cell, error, derivative, factor, next);
    step--;
    continuing {
      break if step < i32(params.chunkStart);
    }
  }
  keepGamma(cell, next);
}
