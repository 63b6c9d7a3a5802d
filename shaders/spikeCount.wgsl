// spikeCount: how many counts a layer's output holds at every step of one window: spikes for a LIF layer.
//
// Work split   one invocation = one word of one sample at one step; integer atomics, whose order does not matter
// Reads        countBits   u32[step][B][inPlanes][inWords]
//              labels      i32[B]; samples with label -1 are empty places of a short batch and do not count
// Adds         totals      u32[slots], entry `slot`
//              stepTotals  u32[slots][T], row `slot`, the entries of the window's steps
// Includes     layerParams
// Twin         src/reference/spikeCount.ts

override WORKGROUP_SIZE: u32 = 64u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> countBits: array<u32>;
@group(1) @binding(1) var<storage, read_write> labels: array<i32>;
@group(1) @binding(2) var<storage, read_write> totals: array<atomic<u32>>;
@group(1) @binding(3) var<storage, read_write> stepTotals: array<atomic<u32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn spikeCount(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let cell = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let frames = window.stepCount * params.batchSize;
  if (cell >= frames * params.inWords) { return; }
  let word = cell % params.inWords;
  let local = cell / params.inWords;
  let frame = window.historyStart * params.batchSize + local;
  if (labels[frame % params.batchSize] < 0) { return; }
  var count = 0u;
  for (var plane = 0u; plane < params.inPlanes; plane++) {
    count += countOneBits(countBits[(frame * params.inPlanes + plane) * params.inWords + word]) << plane;
  }
  if (count == 0u) { return; }
  atomicAdd(&totals[params.slot], count);
  let step = window.stepStart + local / params.batchSize;
  atomicAdd(&stepTotals[params.slot * params.totalSteps + step], count);
}
