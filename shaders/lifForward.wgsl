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
// Includes     layerParams, synapse, rowRun, random, spikeBits
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
@group(1) @binding(1) var<storage, read> weights: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> normalization: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> keepBits: array<u32>;
@group(1) @binding(4) var<storage, read_write> membrane: array<f32>;
@group(1) @binding(5) var<storage, read_write> spikes: array<atomic<u32>>;
@group(1) @binding(6) var<storage, read_write> surrogateHistory: array<atomic<u32>>;

const BATCH_NORM_LAST_ROW = 3u;

fn loadMembrane(at: u32, valid: u32) -> vec4f {
  var u = vec4f();
  if (window.isFirst == 1u) { return u; }
  for (var lane = 0u; lane < valid; lane++) { u[lane] = membrane[at + lane]; }
  return u;
}

fn storeMembrane(at: u32, valid: u32, u: vec4f) {
  for (var lane = 0u; lane < valid; lane++) { membrane[at + lane] = u[lane]; }
}

fn normalize(current: vec4f, vector: u32) -> vec4f {
  if (BATCH_NORM == 0u) { return current; }
  let n = params.outVectors;
  return (current - normalization[vector]) * normalization[n + vector] * normalization[2u * n + vector]
    + normalization[BATCH_NORM_LAST_ROW * n + vector];
}

// Which of the 4 neurons from `neuron` on keep their spikes in this iteration.
fn keptLanes(sample: u32, neuron: u32, valid: u32) -> u32 {
  var kept = 0u;
  for (var lane = 0u; lane < valid; lane++) {
    let i = neuron + lane;
    var keep = false;
    if (DROPOUT == 2u) {
      keep = ((keepBits[sample * params.outWords + (i >> 5u)] >> (i & 31u)) & 1u) == 1u;
    } else {
      keep = dropoutKeeps(window.seed, params.dropoutStream, window.iteration, (params.sampleStart + sample) * (params.outWords * 32u) + i, params.dropout);
    }
    kept |= select(0u, 1u << lane, keep);
  }
  return kept;
}

// Fires, records one step of 4 neurons and returns the spikes as 0.0 / 1.0.
fn fire(u: vec4f, historyStep: u32, sample: u32, neuron: u32, valid: u32, kept: u32) -> vec4f {
  let fired = u >= vec4f(params.threshold);
  let lanes = (1u << valid) - 1u;
  let frame = historyStep * params.batchSize + sample;
  setSpikes(frame * params.outWords, neuron, pack(fired) & lanes & kept);
  if (HISTORY == 1u) {
    let near = abs(u - vec4f(params.threshold)) < vec4f(0.5 * params.surrogateWidth);
    setWindow(frame * params.outWords, neuron, pack(near) & lanes);
  }
  if (HISTORY == 2u) {
    let base = frame * params.outHeight * params.outWidth * params.outChannels + neuron;
    for (var lane = 0u; lane < valid; lane++) { atomicStore(&surrogateHistory[base + lane], bitcast<u32>(u[lane])); }
  }
  return select(vec4f(0.0), vec4f(1.0), fired);
}

fn advance(u: vec4f, current: vec4f, spike: vec4f) -> vec4f {
  if (RESET == 1u) { return params.beta * (u * (vec4f(1.0) - spike)) + current; }
  return params.beta * u + current - params.theta * spike;
}

fn restSpike(u: vec4f) -> vec4f {
  return select(vec4f(0.0), vec4f(1.0), u >= vec4f(params.threshold));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn lifForward(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let cell = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let groupCount = (params.weightVectors + VECTORS - 1u) / VECTORS;
  let positionCount = params.outHeight * params.outWidth;
  if (cell >= params.batchSize * positionCount * groupCount) { return; }
  let firstVector = (cell % groupCount) * VECTORS;
  let position = (cell / groupCount) % positionCount;
  let sample = cell / (groupCount * positionCount);
  let outY = position / params.outWidth;
  let outX = position % params.outWidth;

  let channel = 4u * (params.vectorStart + firstVector);
  let neuron = position * params.outChannels + channel;
  // Channels from here to the end of the position, or of this part of its weights.
  let left = min(params.outChannels, 4u * (params.vectorStart + params.weightVectors)) - channel;
  let validA = min(left, 4u);
  let validB = min(max(left, 4u) - 4u, 4u);
  let validC = min(max(left, 8u) - 8u, 4u);
  let validD = min(max(left, 12u) - 12u, 4u);
  let state = sample * positionCount * params.outChannels + neuron;
  var uA = loadMembrane(state, validA);
  var uB = vec4f();
  var uC = vec4f();
  var uD = vec4f();
  if (VECTORS > 1u) { uB = loadMembrane(state + 4u, validB); }
  if (VECTORS > 2u) {
    uC = loadMembrane(state + 8u, validC);
    uD = loadMembrane(state + 12u, validD);
  }
  var sA = restSpike(uA);
  var sB = restSpike(uB);
  var sC = restSpike(uC);
  var sD = restSpike(uD);
  var keptA = 15u;
  var keptB = 15u;
  var keptC = 15u;
  var keptD = 15u;
  if (DROPOUT != 0u) {
    keptA = keptLanes(sample, neuron, validA);
    if (VECTORS > 1u) { keptB = keptLanes(sample, neuron + 4u, validB); }
    if (VECTORS > 2u) {
      keptC = keptLanes(sample, neuron + 8u, validC);
      keptD = keptLanes(sample, neuron + 12u, validD);
    }
  }
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u);
  var current = Currents();
  if (SYNAPSE == SYNAPSE_FRAMES) { current = synapticCurrent(0u, sample, outY, outX, firstVector); }

  for (var t = 0u; t < window.stepCount; t++) {
    if (SYNAPSE != SYNAPSE_FRAMES) { current = synapticCurrent(inputStart + t, sample, outY, outX, firstVector); }
    let step = window.historyStart + t;
    uA = advance(uA, normalize(current.a, params.vectorStart + firstVector), sA);
    sA = fire(uA, step, sample, neuron, validA, keptA);
    if (VECTORS > 1u) {
      uB = advance(uB, normalize(current.b, params.vectorStart + firstVector + 1u), sB);
      sB = fire(uB, step, sample, neuron + 4u, validB, keptB);
    }
    if (VECTORS > 2u) {
      uC = advance(uC, normalize(current.c, params.vectorStart + firstVector + 2u), sC);
      sC = fire(uC, step, sample, neuron + 8u, validC, keptC);
      uD = advance(uD, normalize(current.d, params.vectorStart + firstVector + 3u), sD);
      sD = fire(uD, step, sample, neuron + 12u, validD, keptD);
    }
  }
  storeMembrane(state, validA, uA);
  if (VECTORS > 1u) { storeMembrane(state + 4u, validB, uB); }
  if (VECTORS > 2u) {
    storeMembrane(state + 8u, validC, uC);
    storeMembrane(state + 12u, validD, uD);
  }
}
