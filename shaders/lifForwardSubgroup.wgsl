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
// Includes     layerParams, synapse, rowRun, lifNeuron, cellGroup, random, spikeBits, weightsF32 (HALF_WEIGHTS: weightsF16)
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
@group(1) @binding(1) var<storage, read> weights: array<StoredWeights>;
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
  readNeuron();
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let isThere = index < cellGroupCount();
  let cell = min(index, cellGroupCount() - 1u);
  let place = cell / groupsPerPosition();
  let isShared = subgroupAll(place == subgroupBroadcastFirst(place));
  let group = cellGroup(cell);
  let kept = keptOf(group);
  var u = loadMembranes(group);
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u);

  for (var t = 0u; t < window.stepCount; t++) {
    var current = Currents();
    if (isShared) {
      current = sharedBitCurrent(inputStart + t, group.sample, group.outY, group.outX, group.firstVector, lane, subgroupSize);
    } else {
      current = synapticCurrent(inputStart + t, group.sample, group.outY, group.outX, group.firstVector);
    }
    u = advanceGroup(group, u, current);
    if (isThere) { recordGroup(group, t, u, kept); }
  }
  if (isThere) { storeMembranes(group, u); }
}
