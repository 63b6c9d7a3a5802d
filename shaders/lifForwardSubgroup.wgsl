// lifForwardSubgroup: the forward pass of lifForward, bit for bit, where the invocations of a subgroup share a position.
//
//   u[t] = beta u[t-1] + I[t] - theta s[t-1]     leak, integrate, soft reset     (maths.md 1)
//   u[t] = beta u[t-1] (1 - s[t-1]) + I[t]       with the hard reset instead     (maths.md 25)
//   s[t] = 1 if u[t] >= threshold else 0         equality fires                  (maths.md 2)
//
// All channels of a position read the same input bits. Each invocation of a subgroup reads another word of them and hands it to the
// others, so that wide layers read their input once per subgroup and not once per 4 channels. A subgroup that straddles
// positions reads as lifForward does. The order of sums is the same either way.
//
// Work split   one invocation = 4*VECTORS neighbouring channels at one position of one sample, walking all steps in
//              order. Invocations beyond the last one walk along, so that every one of a subgroup is there.
// Reads        inputs            see shared/synapse.wgsl; f32 frames are convolved once per window
//              weights           vec4f[rows][weightVectors]
//              normalization     vec4f[4][outVectors]: mean, 1/sqrt(var + eps), scale, shift (BATCH_NORM only)
//              keepBits          u32[B][outWords]: 1 = spike kept (DROPOUT_GIVEN only)
// Updates      membrane          f32[B][positions*outChannels]   u after the window; s[t-1] follows from it
// Sets bits    spikes            u32[step][B][outWords], after dropout. Zero before; neighbours share words, so bits
//                                are set with atomicOr, whose order does not matter
//              surrogateHistory  rectangular: u32[step][B][outWords], 1 = |u - threshold| < a/2, zero before
// Overwrites                     smooth surrogates: f32 bit patterns of u, [step][B][positions*outChannels]
// Includes     layerParams, synapse, rowRun, lifNeuron, random, spikeBits
// Twin         src/reference/lifForward.ts

enable subgroups;
// The branch that exchanges words is taken by whole subgroups, which the compiler cannot know.
diagnostic(off, subgroup_uniformity);

override WORKGROUP_SIZE: u32 = 64u;
override VECTORS: u32 = 1u;
override SYNAPSE: u32 = 0u;           // bits; frames have no words to share
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

// bitCurrent of shared/synapse.wgsl for a whole subgroup at one position: `lane` of `lanes` invocations.
fn sharedBitCurrent(step: u32, sample: u32, outY: u32, outX: u32, firstVector: u32, lane: u32, lanes: u32) -> Currents {
  var sum = Currents();
  let rowBits = i32(params.inWidth * params.inChannels);
  let runBits = i32(params.kernelWidth * params.inChannels);
  let runStart = (i32(outX) * params.stride - params.padding) * i32(params.inChannels);
  let sampleBase = (step * params.batchSize + sample) * params.inPlanes * params.inWords;
  for (var plane = 0u; plane < params.inPlanes; plane++) {
    let planeBase = sampleBase + plane * params.inWords;
    let factor = f32(1u << plane);
    for (var ky = 0u; ky < params.kernelHeight; ky++) {
      let y = i32(outY) * params.stride - params.padding + i32(ky);
      if (y < 0 || y >= i32(params.inHeight)) { continue; }
      let firstRow = ky * u32(runBits);
      for (var start = 0; start < runBits; start += 32 * i32(lanes)) {
        let own = start + 32 * i32(lane);
        var word = 0u;
        if (own < runBits) { word = rowRun(planeBase, u32(y * rowBits), rowBits, runStart + own, min(32, runBits - own)); }
        let words = min(lanes, u32((runBits - start + 31) / 32));
        for (var other = 0u; other < words; other++) {
          var run = subgroupShuffle(word, other);
          while (run != 0u) {
            let bit = lowestBit(run);
            run &= run - 1u;
            sum = addRow(sum, firstRow + u32(start) + 32u * other + bit, firstVector, factor);
          }
        }
      }
    }
  }
  sum.a *= params.inScale;
  sum.b *= params.inScale;
  sum.c *= params.inScale;
  sum.d *= params.inScale;
  if (params.hasBias == 1u) {
    sum = addRow(sum, params.kernelHeight * params.kernelWidth * params.inChannels, firstVector, 1.0);
  }
  return sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn lifForwardSubgroup(
  @builtin(global_invocation_id) globalId: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(subgroup_size) subgroupSize: u32,
) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let groupCount = (params.weightVectors + VECTORS - 1u) / VECTORS;
  let positionCount = params.outHeight * params.outWidth;
  let cellCount = params.batchSize * positionCount * groupCount;
  let isThere = index < cellCount;
  let cell = min(index, cellCount - 1u);
  let isShared = subgroupAll(cell / groupCount == subgroupBroadcastFirst(cell / groupCount));
  let firstVector = (cell % groupCount) * VECTORS;
  let position = (cell / groupCount) % positionCount;
  let sample = cell / (groupCount * positionCount);
  let outY = position / params.outWidth;
  let outX = position % params.outWidth;

  let vector = params.vectorStart + firstVector;
  let neuron = position * params.outChannels + 4u * vector;
  // Channels from here to the end of the position, or of this part of its weights.
  let left = min(params.outChannels, 4u * (params.vectorStart + params.weightVectors)) - 4u * vector;
  let valid = min(left, 4u * VECTORS);
  let validA = min(left, 4u);
  let validB = min(max(left, 4u) - 4u, 4u);
  let validC = min(max(left, 8u) - 8u, 4u);
  let validD = min(max(left, 12u) - 12u, 4u);
  let lanes = (1u << valid) - 1u;
  let neuronCount = positionCount * params.outChannels;
  let state = sample * neuronCount + neuron;
  var uA = loadMembrane(state, validA);
  var uB = vec4f();
  var uC = vec4f();
  var uD = vec4f();
  if (VECTORS > 1u) { uB = loadMembrane(state + 4u, validB); }
  if (VECTORS > 2u) {
    uC = loadMembrane(state + 8u, validC);
    uD = loadMembrane(state + 12u, validD);
  }
  var kept = lanes;
  if (DROPOUT != 0u) { kept = keptBits(sample, neuron, valid); }
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u);

  for (var t = 0u; t < window.stepCount; t++) {
    var current = Currents();
    if (isShared) {
      current = sharedBitCurrent(inputStart + t, sample, outY, outX, firstVector, lane, subgroupSize);
    } else {
      current = synapticCurrent(inputStart + t, sample, outY, outX, firstVector);
    }
    let frame = (window.historyStart + t) * params.batchSize + sample;
    uA = advance(uA, normalize(current.a, vector), spikeOf(uA));
    var fired = pack(firing(uA));
    var near = pack(nearThreshold(uA));
    if (VECTORS > 1u) {
      uB = advance(uB, normalize(current.b, vector + 1u), spikeOf(uB));
      fired |= pack(firing(uB)) << 4u;
      near |= pack(nearThreshold(uB)) << 4u;
    }
    if (VECTORS > 2u) {
      uC = advance(uC, normalize(current.c, vector + 2u), spikeOf(uC));
      uD = advance(uD, normalize(current.d, vector + 3u), spikeOf(uD));
      fired |= (pack(firing(uC)) << 8u) | (pack(firing(uD)) << 12u);
      near |= (pack(nearThreshold(uC)) << 8u) | (pack(nearThreshold(uD)) << 12u);
    }
    if (!isThere) { continue; }
    setSpikes(frame * params.outWords, neuron, fired & kept);
    if (HISTORY == 1u) { setWindow(frame * params.outWords, neuron, near & lanes); }
    if (HISTORY == 2u) {
      let at = frame * neuronCount + neuron;
      keepMembrane(at, validA, uA);
      if (VECTORS > 1u) { keepMembrane(at + 4u, validB, uB); }
      if (VECTORS > 2u) {
        keepMembrane(at + 8u, validC, uC);
        keepMembrane(at + 12u, validD, uD);
      }
    }
  }
  if (!isThere) { return; }
  storeMembrane(state, validA, uA);
  if (VECTORS > 1u) { storeMembrane(state + 4u, validB, uB); }
  if (VECTORS > 2u) {
    storeMembrane(state + 8u, validC, uC);
    storeMembrane(state + 12u, validD, uD);
  }
}
