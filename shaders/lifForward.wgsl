// lifForward: input current and LIF recurrence of one layer, over one window of steps.
//
//   u[t] = beta u[t-1] + I[t] - theta s[t-1]     leak, integrate, soft reset     (maths.md 1)
//   u[t] = beta u[t-1] (1 - s[t-1]) + I[t]       with the hard reset instead     (maths.md 25)
//   s[t] = 1 if u[t] >= threshold else 0         equality fires                  (maths.md 2)
//
// Work split   one invocation = 4*VECTORS neighbouring channels at one position of one sample, walking all steps in
//              order. Membranes stay in registers; currents are never written.
// Reads        inputs            see shared/synapse.wgsl; f32 frames are convolved once per window
//              weights           vec4f[rows][weightVectors]
//              normalization     vec4f[4][outVectors]: mean, 1/sqrt(var + eps), scale, shift (BATCH_NORM only)
//              keepBits          u32[B][outWords]: 1 = spike kept (DROPOUT_GIVEN only)
// Updates      membrane          f32[B][positions*outChannels]   u after the window; s[t-1] follows from it
// Sets bits    spikes            u32[step][B][outWords], after dropout. Zero before; neighbours share words, so bits
//                                are set with atomicOr, whose order does not matter
//              surrogateHistory  rectangular: u32[step][B][outWords], 1 = |u - threshold| < a/2, zero before
// Overwrites                     smooth surrogates: f32 bit patterns of u, [step][B][positions*outChannels]
// Includes     layerParams, synapse, rowRun, lifNeuron, cellGroup, random, spikeBits, weightsF32 (HALF_WEIGHTS: weightsF16)
// Twin         src/reference/lifForward.ts

override WORKGROUP_SIZE: u32 = 64u;
override VECTORS: u32 = 1u;
override SYNAPSE: u32 = 0u;
override BATCH_NORM: u32 = 0u;
override DROPOUT: u32 = 0u;           // 0 none, 1 from the counter generator, 2 from keepBits
override HISTORY: u32 = 1u;           // 0 none (evaluation), 1 window bits, 2 membranes
override RESET: u32 = 0u;             // 0 soft, by theta; 1 hard, to 0

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read> weights: array<StoredWeights>;
@group(1) @binding(2) var<storage, read_write> normalization: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> keepBits: array<u32>;
@group(1) @binding(4) var<storage, read_write> membrane: array<f32>;
@group(1) @binding(5) var<storage, read_write> spikes: array<atomic<u32>>;
@group(1) @binding(6) var<storage, read_write> surrogateHistory: array<atomic<u32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn lifForward(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  readNeuron();
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  if (index >= cellGroupCount()) { return; }
  let group = cellGroup(index);
  let kept = keptOf(group);
  var u = loadMembranes(group);
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u);
  var current = Currents();
  if (SYNAPSE == SYNAPSE_FRAMES) { current = synapticCurrent(0u, group.sample, group.outY, group.outX, group.firstVector); }

  for (var t = 0u; t < window.stepCount; t++) {
    if (SYNAPSE != SYNAPSE_FRAMES) {
      current = synapticCurrent(inputStart + t, group.sample, group.outY, group.outX, group.firstVector);
    }
    u = advanceGroup(group, u, current);
    recordGroup(group, t, u, kept);
  }
  storeMembranes(group, u);
}
