// weightGradMasks: the weight gradient of weightGrad for convolutions of stride 1 with few input channels and short rows.
//
//   dW[ky][kx][c][o] = sum over t, b, outY, outX:  gamma[t][b][outY][outX][o] * input[t][b][y][x][c]      (maths.md 10)
//
// Takes a whole row at a time: its gamma is loaded once for GROUP channels and all columns of the kernel, and every input bit
// becomes a mask that keeps or drops it. Its cost does not depend on how much fires, and no place is a variable. The sum
// runs over t backwards, then b, rows and columns, whatever the chunks: the same bits as the other kernels.
//
// Work split   one invocation = GROUP channels of one kernel row x 4 output channels of one group of samples, output channels
//              fastest; those of kernel row 0 and channel 0 add up the bias as well
// Reads        inputs     u32[step][B][1][inWords], one plane
//              gamma      vec4f[chunkSteps][B][positions][outVectors]
// Updates      partials   vec4f[splitCount][rows (+ 1: bias)][weightVectors], as weightGrad
// Includes     layerParams, rowRun, sampleGroup
// Twin         src/reference/weightGrad.ts

override WORKGROUP_SIZE: u32 = 64u;
override KERNEL_WIDTH: u32 = 1u;
override CHANNELS: u32 = 1u;          // inChannels
override GROUP: u32 = 1u;             // divides CHANNELS
override IN_WIDTH: u32 = 1u;
override OUT_WIDTH: u32 = 1u;
override PADDING: u32 = 0u;
override WORDS: u32 = 1u;             // that hold a row's bits of a group: ceil(((IN_WIDTH - 1) * CHANNELS + GROUP) / 32)

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> partials: array<vec4f>;

// Indexed by a variable at the end of the kernel: that keeps it in memory. In registers, a software adapter would carry it
// through every loop.
var<private> sums: array<vec4f, KERNEL_WIDTH * GROUP>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn weightGradMasks(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let weightVectors = params.weightVectors;
  let kernelHeight = params.kernelHeight;
  let groupCount = kernelHeight * (CHANNELS / GROUP);
  if (index >= params.splitCount * groupCount * weightVectors) { return; }
  let vector = index % weightVectors;
  let group = (index / weightVectors) % groupCount;
  let split = params.firstSplit + index / (weightVectors * groupCount);
  let ky = group / (CHANNELS / GROUP);
  let firstChannel = (group % (CHANNELS / GROUP)) * GROUP;
  let rowCount = kernelHeight * KERNEL_WIDTH * CHANNELS + params.hasBias;
  let outBase = (split * rowCount + ky * KERNEL_WIDTH * CHANNELS + firstChannel) * weightVectors + vector;
  let biasAt = (split * rowCount + rowCount - 1u) * weightVectors + vector;
  let addsBias = params.hasBias == 1u && group == 0u;

  // Sums are kept in units of the input's scale, a power of 2: exact both ways.
  let samples = sampleGroup(split);
  let unit = 1.0 / params.inScale;
  for (var kx = 0u; kx < KERNEL_WIDTH; kx++) { // unroll
    for (var c = 0u; c < GROUP; c++) { // unroll
      sums[kx * GROUP + c] = select(vec4f(), partials[outBase + (kx * CHANNELS + c) * weightVectors] * unit, samples.goesOn);
    }
  }
  var biasSum = select(vec4f(), partials[biasAt], samples.goesOn && addsBias);
  // Values that the loops need, read once: a software adapter would read them again every time.
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u) + params.chunkStart;
  let steps = samples.steps;
  let lastSample = samples.last;
  let batchSize = params.batchSize;
  let outVectors = params.outVectors;
  let outHeight = params.outHeight;
  let inHeight = i32(params.inHeight);
  let inWords = params.inWords;
  let firstY = i32(ky) - i32(PADDING);
  let firstGamma = params.vectorStart + vector;
  // Loops end with their test: one that begins with it runs once more on a software adapter, for nothing.
  var back = 0u;
  loop {
    let chunkStep = steps - 1u - back;
    var sample = samples.first;
    loop {
      let frame = chunkStep * batchSize + sample;
      let frameBase = (inputStart * batchSize + frame) * inWords;
      var gammaAt = frame * outHeight * OUT_WIDTH * outVectors + firstGamma;
      var outY = 0u;
      loop {
        let y = i32(outY) + firstY;
        let seen = select(0u, 0xffffffffu, y >= 0 && y < inHeight);
        let firstBit = u32(clamp(y, 0, inHeight - 1)) * (IN_WIDTH * CHANNELS) + firstChannel;
        var runs = array<u32, WORDS>();
        for (var w = 0u; w < WORDS; w++) { // unroll
          runs[w] = wordAt(frameBase, firstBit + 32u * w) & seen;
        }
        // All bits set where the input fires; columns of the padding never do.
        var fires = array<u32, (IN_WIDTH + 2 * PADDING) * GROUP>();
        for (var x = 0u; x < IN_WIDTH; x++) { // unroll
          for (var c = 0u; c < GROUP; c++) { // unroll
            const BIT = x * CHANNELS + c;
            fires[(x + PADDING) * GROUP + c] = select(0u, 0xffffffffu, (runs[BIT / 32u] & (1u << (BIT % 32u))) != 0u);
          }
        }
        var row = array<vec4u, OUT_WIDTH>();
        for (var i = 0u; i < OUT_WIDTH; i++) { // unroll
          row[i] = bitcast<vec4u>(gamma[gammaAt + i * outVectors]);
        }
        for (var kx = 0u; kx < KERNEL_WIDTH; kx++) { // unroll
          for (var c = 0u; c < GROUP; c++) { // unroll
            for (var i = 0u; i < OUT_WIDTH; i++) { // unroll sum
              sums[kx * GROUP + c] += bitcast<vec4f>(row[i] & vec4u(fires[(i + kx) * GROUP + c]));
            }
          }
        }
        for (var i = 0u; i < OUT_WIDTH; i++) { // unroll sum
          biasSum += bitcast<vec4f>(row[i]);
        }
        gammaAt += OUT_WIDTH * outVectors;
        outY++;
        continuing {
          break if outY >= outHeight;
        }
      }
      sample++;
      continuing {
        break if sample >= lastSample;
      }
    }
    back++;
    continuing {
      break if back >= steps;
    }
  }
  for (var j = 0u; j < KERNEL_WIDTH * GROUP; j++) {
    partials[outBase + (j / GROUP * CHANNELS + j % GROUP) * weightVectors] = sums[j] * params.inScale;
  }
  if (addsBias) { partials[biasAt] = biasSum; }
}
