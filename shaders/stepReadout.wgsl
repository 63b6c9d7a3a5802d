// stepReadout: the class that a block's classifier would read out after each step of a window, for the early read-out curve.
//
//   prediction[t] = argmax over classes of (counts before the window + spikes of the window up to and with t)
//   ties to the lowest class                                                             (maths.md 16)
//
// Work split   one invocation = one sample, classes outside, steps inside. The best class so far is kept per step in the
//              output itself, as count * classCount + (classCount - 1 - class): the larger key has more spikes or, among
//              equals, the lower class. A count is at most T, so the key needs T * classCount < 2^32.
// Reads        spikes           u32[step][B][outWords]          classifier spikes of the window
//              counts           u32[blockCount][B][classCount]  spikes before the window; not looked at in the first one
// Overwrites   stepPredictions  u32[T][B], the entries of the window's steps
// Not here     the counts themselves: localLoss, which runs after this, brings them up to date
// Includes     layerParams
// Twin         src/reference/stepReadout.ts

override WORKGROUP_SIZE: u32 = 64u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> spikes: array<u32>;
@group(1) @binding(1) var<storage, read_write> counts: array<u32>;
@group(1) @binding(2) var<storage, read_write> stepPredictions: array<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn stepReadout(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let sample = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  if (sample >= params.batchSize) { return; }
  let countBase = (params.block * params.batchSize + sample) * params.classCount;
  for (var i = 0u; i < params.classCount; i++) {
    var count = select(counts[countBase + i], 0u, window.isFirst == 1u);
    for (var t = 0u; t < window.stepCount; t++) {
      let frame = (window.historyStart + t) * params.batchSize + sample;
      count += (spikes[frame * params.outWords + (i >> 5u)] >> (i & 31u)) & 1u;
      let entry = (window.stepStart + t) * params.batchSize + sample;
      let key = count * params.classCount + (params.classCount - 1u - i);
      if (i == 0u || key > stepPredictions[entry]) { stepPredictions[entry] = key; }
    }
  }
  for (var t = 0u; t < window.stepCount; t++) {
    let entry = (window.stepStart + t) * params.batchSize + sample;
    stepPredictions[entry] = params.classCount - 1u - stepPredictions[entry] % params.classCount;
  }
}
