// sumForward: the ADD of a residual unit, on bit-plane counts.
//
//   count[t] = poolFactor * s[t] + shortcut[t]      poolFactor 1 unless the shortcut's counts are worth less than 1
//
// Work split   one invocation = one 32-bit word of the output of one sample at one step: 32 neurons, bit-serial adders
// Reads        inputs      u32[step][B][1][outWords]          spikes of the second convolution
//              shortcut    u32[step][B][inPlanes][outWords]   what is added
// Overwrites   spikes      u32[step][B][outPlanes][outWords]
// Includes     layerParams
// Twin         src/reference/sumForward.ts

override WORKGROUP_SIZE: u32 = 64u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read_write> shortcut: array<u32>;
@group(1) @binding(2) var<storage, read_write> spikes: array<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn sumForward(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let cell = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  if (cell >= window.stepCount * params.batchSize * params.outWords) { return; }
  let word = cell % params.outWords;
  let sample = (cell / params.outWords) % params.batchSize;
  let t = cell / (params.outWords * params.batchSize);
  let frame = (window.historyStart + t) * params.batchSize + sample;
  // The shortcut can be the network's input, which holds all steps of the sample.
  let shortcutStep = select(window.historyStart, window.stepStart, params.inWholeSample == 1u) + t;
  let shortcutFrame = shortcutStep * params.batchSize + sample;

  let spike = inputs[frame * params.outWords + word];
  let factor = u32(params.poolFactor);
  var carry = 0u;
  for (var plane = 0u; plane < params.outPlanes; plane++) {
    var a = 0u;
    if (plane < params.inPlanes) { a = shortcut[(shortcutFrame * params.inPlanes + plane) * params.outWords + word]; }
    let b = select(0u, spike, ((factor >> plane) & 1u) == 1u);
    spikes[(frame * params.outPlanes + plane) * params.outWords + word] = a ^ b ^ carry;
    carry = (a & b) | (carry & (a ^ b));
  }
}
