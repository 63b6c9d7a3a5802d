// The samples whose weight gradient an invocation adds up: one group of a batch, as far as it lies in this micro-batch, over the
// steps of one chunk. Shared by all kernels of weight gradients.
//
// Needs these module-scope names from the including kernel: params, window, gamma.

struct SampleGroup {
  first: u32,     // samples [first, last) of the micro-batch
  last: u32,
  steps: u32,     // of the chunk
  goesOn: bool,   // a later chunk, an earlier interval or an earlier micro-batch has begun the group's sum
};

fn sampleGroup(split: u32) -> SampleGroup {
  let stop = min(params.chunkStart + params.chunkSteps, window.stepCount);
  let start = split * params.splitSize;
  return SampleGroup(
    max(start, params.sampleStart) - params.sampleStart,
    min(start + params.splitSize, params.sampleStart + params.batchSize) - params.sampleStart,
    stop - params.chunkStart,
    stop < window.stepCount || window.updateAccumulate == 1u || start < params.sampleStart);
}

// `sum` and the gamma of all positions, of one vector of output channels; `steps` last to first. Four positions to a turn and a
// sum: on a software adapter, turns and setting variables cost as much as what they do here.
fn addGamma(sum: vec4f, group: SampleGroup, steps: u32, vector: u32) -> vec4f {
  let stride = params.outVectors;
  let positions = params.outHeight * params.outWidth;
  var total = sum;
  for (var behind = 0u; behind < steps; behind++) {
    for (var sample = group.first; sample < group.last; sample++) {
      var at = ((steps - 1u - behind) * params.batchSize + sample) * positions * stride + vector;
      for (var fours = positions / 4u; fours > 0u; fours--) {
        total = total + gamma[at] + gamma[at + stride] + gamma[at + 2u * stride] + gamma[at + 3u * stride];
        at += 4u * stride;
      }
      for (var rest = positions % 4u; rest > 0u; rest--) {
        total += gamma[at];
        at += stride;
      }
    }
  }
  return total;
}
