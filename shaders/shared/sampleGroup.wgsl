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

// `sum` and the gamma of all positions, of one vector of output channels; `steps` last to first.
fn addGamma(sum: vec4f, group: SampleGroup, steps: u32, vector: u32) -> vec4f {
  let outVectors = params.outVectors;
  let size = params.outHeight * params.outWidth * outVectors;
  var total = sum;
  for (var behind = 0u; behind < steps; behind++) {
    for (var sample = group.first; sample < group.last; sample++) {
      let frame = ((steps - 1u - behind) * params.batchSize + sample) * size + vector;
      for (var at = 0u; at < size; at += outVectors) { total += gamma[frame + at]; }
    }
  }
  return total;
}
