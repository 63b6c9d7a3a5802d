// weightGradRows: the weight gradient of weightGrad for convolutions of stride 1 whose kernel rows have few inputs
// (kernelWidth * inChannels <= MAX_SUMS).
//
//   dW[ky][kx][c][o] = sum over t, b, outY, outX:  gamma[t][b][outY][outX][o] * input[t][b][y][x][c]      (maths.md 10)
//
// weightGrad looks at every position and asks which inputs are set; this kernel goes through the input rows and visits
// only spikes: a spike at (y, x, c) adds gamma[outY][x + padding - kx] to entry (kx, c) for every kx. Its cost follows the
// number of spikes. The sum runs over t backwards, then b, rows, bits and kx, whatever the chunks.
//
// Work split   one invocation = one kernel row x 4 output channels of one group of samples; bias rows like kernel rows
// Reads        inputs     u32[step][B][inPlanes][inWords]
//              gamma      vec4f[chunkSteps][B][positions][outVectors]
// Updates      partials   vec4f[splitCount][rows (+ 1: bias)][weightVectors], as weightGrad
// Includes     layerParams, rowRun
// Twin         src/reference/weightGrad.ts

override WORKGROUP_SIZE: u32 = 64u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> partials: array<vec4f>;

const MAX_SUMS = 96u;
var<private> sums: array<vec4f, MAX_SUMS>;

// Adds what the spikes of one input row do; `planeBase` is the first word of the plane, `rowBase` the row's first bit.
fn addRow(planeBase: u32, rowBase: u32, gammaRow: u32, factor: f32) {
  let inChannels = params.inChannels;
  let outVectors = params.outVectors;
  let reciprocal = params.channelReciprocal;
  let padding = params.padding;
  let lastX = i32(params.outWidth) - 1;
  let lastKx = i32(params.kernelWidth) - 1;
  let rowBits = params.inWidth * params.inChannels;
  for (var offset = 0u; offset < rowBits; offset += 32u) {
    var run = wordAt(planeBase, rowBase + offset) & (0xffffffffu >> (32u - min(32u, rowBits - offset)));
    while (run != 0u) {
      let at = offset + lowestBit(run);
      run &= run - 1u;
      // at / inChannels without a division; channelReciprocal is ceil(2^20 / inChannels), exact for these sizes.
      let x = (at * reciprocal) >> 20u;
      let channel = at - x * inChannels;
      let column = i32(x) + padding;
      let first = max(0, column - lastX);
      let last = min(lastKx, column);
      for (var kx = first; kx <= last; kx++) {
        sums[u32(kx) * inChannels + channel] += factor * gamma[gammaRow + u32(column - kx) * outVectors];
      }
    }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn weightGradRows(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let runLength = params.kernelWidth * params.inChannels;
  let rowCount = params.kernelHeight + params.hasBias;
  if (index >= params.splitCount * rowCount * params.weightVectors) { return; }
  let vector = index % params.weightVectors;
  let ky = (index / params.weightVectors) % rowCount;
  let split = params.firstSplit + index / (params.weightVectors * rowCount);
  let isBias = ky == params.kernelHeight;
  let count = select(runLength, 1u, isBias);
  let outBase = (split * (params.kernelHeight * runLength + params.hasBias) + ky * runLength) * params.weightVectors + vector;

  let stop = min(params.chunkStart + params.chunkSteps, window.stepCount);
  // The group's samples within this micro-batch; an earlier micro-batch may have begun the group's sum.
  let groupStart = split * params.splitSize;
  let firstSample = max(groupStart, params.sampleStart) - params.sampleStart;
  let lastSample = min(groupStart + params.splitSize, params.sampleStart + params.batchSize) - params.sampleStart;
  let goesOn = stop < window.stepCount || window.updateAccumulate == 1u || groupStart < params.sampleStart;
  for (var j = 0u; j < count; j++) {
    sums[j] = vec4f();
    if (goesOn) { sums[j] = partials[outBase + j * params.weightVectors]; }
  }
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u) + params.chunkStart;
  let steps = stop - params.chunkStart;
  let gammaStride = params.outWidth * params.outVectors;
  for (var back = 0u; back < steps; back++) {
    let chunkStep = steps - 1u - back;
    for (var sample = firstSample; sample < lastSample; sample++) {
      let gammaBase = (chunkStep * params.batchSize + sample) * params.outHeight * gammaStride + params.vectorStart + vector;
      let sampleBase = ((inputStart + chunkStep) * params.batchSize + sample) * params.inPlanes * params.inWords;
      for (var outY = 0u; outY < params.outHeight; outY++) {
        let gammaRow = gammaBase + outY * gammaStride;
        if (isBias) {
          for (var outX = 0u; outX < params.outWidth; outX++) { sums[0] += gamma[gammaRow + outX * params.outVectors]; }
          continue;
        }
        let y = i32(outY) - params.padding + i32(ky);
        if (y < 0 || y >= i32(params.inHeight)) { continue; }
        let rowBase = u32(y) * params.inWidth * params.inChannels;
        for (var plane = 0u; plane < params.inPlanes; plane++) {
          addRow(sampleBase + plane * params.inWords, rowBase, gammaRow, params.inScale * f32(1u << plane));
        }
      }
    }
  }
  for (var j = 0u; j < count; j++) { partials[outBase + j * params.weightVectors] = sums[j]; }
}
