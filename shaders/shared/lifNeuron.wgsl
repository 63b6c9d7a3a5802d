// What the forward kernels of synapses share: state of 4 neighbouring neurons, one step of the recurrence, its record.
//
// Needs these module-scope names from the including kernel: params, window, normalization, keepBits, membrane,
// BATCH_NORM, DROPOUT, HISTORY, RESET; includes random and spikeBits.

const BATCH_NORM_LAST_ROW = 3u;

// Read once per invocation: a software adapter would read uniforms again at every use. Private, so that no loop carries them.
var<private> beta: f32;
var<private> theta: f32;
var<private> threshold: f32;
var<private> halfWidth: f32;

// Before anything else of this file.
fn readNeuron() {
  beta = params.beta;
  theta = params.theta;
  threshold = params.threshold;
  halfWidth = 0.5 * params.surrogateWidth;
}

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

// Which of the `valid` (at most 16) neurons from `neuron` on keep their spikes in this iteration.
fn keptBits(sample: u32, neuron: u32, valid: u32) -> u32 {
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

fn firing(u: vec4f) -> vec4<bool> { return u >= vec4f(threshold); }

fn nearThreshold(u: vec4f) -> vec4<bool> {
  return abs(u - vec4f(threshold)) < vec4f(halfWidth);
}

fn spikeOf(u: vec4f) -> vec4f { return select(vec4f(0.0), vec4f(1.0), firing(u)); }

// u of the next step from u and spike of the one before.
fn advance(u: vec4f, current: vec4f, spike: vec4f) -> vec4f {
  if (RESET == 1u) { return beta * (u * (vec4f(1.0) - spike)) + current; }
  return beta * u + current - theta * spike;
}

// Keeps u itself of the `valid` neurons from `at` on.
fn keepMembrane(at: u32, valid: u32, u: vec4f) {
  for (var lane = 0u; lane < valid; lane++) { atomicStore(&surrogateHistory[at + lane], bitcast<u32>(u[lane])); }
}
