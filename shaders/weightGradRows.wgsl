// weightGradRows: the weight gradient of weightGrad for convolutions of stride 1 with few input channels (at most 32).
//
//   dW[ky][kx][c][o] = sum over t, b, outY, outX:  gamma[t][b][outY][outX][o] * input[t][b][y][x][c]      (maths.md 10)
//
// weightGrad looks at every position and asks which inputs are set; this kernel goes through the input rows and visits
// only spikes: a spike at (y, x, c) adds gamma[outY][x + padding - kx] to entry (kx, c) for every kx. Its cost follows the
// number of spikes. The sum runs over t backwards, then b, rows, bits and kx, whatever the chunks.
//
// Work split   one invocation = GROUP channels of one kernel row x 4 output channels of one group of samples, output
//              channels fastest, so that neighbours visit the same spikes; then one per bias vector and group of samples
// Reads        inputs     u32[step][B][inPlanes][inWords]
//              gamma      vec4f[chunkSteps][B][positions][outVectors]
// Updates      partials   vec4f[splitCount][rows (+ 1: bias)][weightVectors], as weightGrad
// Includes     layerParams, rowRun, sampleGroup
// Twin         src/reference/weightGrad.ts

override WORKGROUP_SIZE: u32 = 64u;
override KERNEL_WIDTH: u32 = 1u;
override CHANNELS: u32 = 1u;          // inChannels, at most 32
override GROUP: u32 = 1u;             // divides CHANNELS
override WORDS: u32 = 1u;             // words of a row that are looked at together

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> partials: array<vec4f>;

// A word holds the bits of whole positions; GROUP_BITS are those of its positions' first channels.
const POSITIONS = 32u / CHANNELS;
const WORD_BITS = POSITIONS * CHANNELS;
const WORD = 0xffffffffu >> (32u - WORD_BITS);
const GROUP_BITS = WORD / (0xffffffffu >> (32u - CHANNELS)) * (0xffffffffu >> (32u - GROUP));

// Indexed by a variable at either end of the kernel: that keeps it in memory. In registers, a software adapter would carry
// it through every loop.
var<private> sums: array<vec4f, KERNEL_WIDTH * GROUP>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn weightGradRows(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let weightVectors = params.weightVectors;
  let kernelHeight = params.kernelHeight;
  let groupCount = kernelHeight * (CHANNELS / GROUP);
  let biasStart = params.splitCount * groupCount * weightVectors;
  if (index >= biasStart + params.hasBias * params.splitCount * weightVectors) { return; }
  let vector = index % weightVectors;
  let isBias = index >= biasStart;
  let group = select((index / weightVectors) % groupCount, groupCount, isBias);
  let split = params.firstSplit + select(index / (weightVectors * groupCount), (index - biasStart) / weightVectors, isBias);
  let ky = group / (CHANNELS / GROUP);
  let firstChannel = (group % (CHANNELS / GROUP)) * GROUP;
  let rowCount = kernelHeight * KERNEL_WIDTH * CHANNELS + params.hasBias;
  let outBase = (split * rowCount + ky * KERNEL_WIDTH * CHANNELS + firstChannel) * weightVectors + vector;

  let samples = sampleGroup(split);
  for (var j = 0u; j < KERNEL_WIDTH * GROUP; j++) { sums[j] = vec4f(); }
  for (var kx = 0u; kx < KERNEL_WIDTH; kx++) { // unroll
    for (var c = 0u; c < GROUP; c++) { // unroll
      if (samples.goesOn && (!isBias || kx + c == 0u)) { sums[kx * GROUP + c] = partials[outBase + (kx * CHANNELS + c) * weightVectors]; }
    }
  }
  // Values that the loops need, read once: a software adapter would read them again every time.
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u) + params.chunkStart;
  let steps = samples.steps;
  let lastSample = samples.last;
  let batchSize = params.batchSize;
  let outVectors = params.outVectors;
  let outHeight = params.outHeight;
  let inHeight = i32(params.inHeight);
  let inPlanes = params.inPlanes;
  let inWords = params.inWords;
  let inScale = params.inScale;
  let reciprocal = 1.0 / f32(CHANNELS);
  let padding = params.padding;
  let lastX = i32(params.outWidth) - 1;
  let gammaStride = params.outWidth * outVectors;
  let rowBits = params.inWidth * CHANNELS;
  let firstGamma = params.vectorStart + vector;
  // Loops end with their test: one that begins with it runs once more on a software adapter, for nothing. Lanes of the bias
  // take one turn that adds nothing.
  let turns = select(steps, 1u, isBias);
  var back = 0u;
  loop {
    let chunkStep = steps - 1u - back;
    var sample = samples.first;
    loop {
      let frame = chunkStep * batchSize + sample;
      let planesBase = (inputStart * batchSize + frame) * inPlanes * inWords;
      var outY = 0u;
      loop {
        let gammaRow = (frame * outHeight + outY) * gammaStride + firstGamma;
        let y = i32(outY) - padding + i32(ky);
        let seen = select(0u, GROUP_BITS << firstChannel, !isBias && y >= 0 && y < inHeight);
        let rowBase = u32(clamp(y, 0, inHeight - 1)) * rowBits;
        var plane = 0u;
        loop {
          let factor = inScale * f32(1u << plane);
          var offset = 0u;
          loop {
            var runs = array<u32, WORDS>();
            var left = 0u;
            for (var w = 0u; w < WORDS; w++) { // unroll
              let at = offset + w * WORD_BITS;
              let bits = min(max(rowBits, at) - at, WORD_BITS);
              runs[w] = wordAt(planesBase + plane * inWords, rowBase + min(at, rowBits - 1u)) & seen & select(0u, 0xffffffffu >> (32u - bits), bits != 0u);
              left |= runs[w];
            }
            loop {
              // The lowest bit of the first word that has one.
              var run = 0u;
              var runStart = offset;
              for (var w = 0u; w < WORDS; w++) { // unroll
                let here = run == 0u;
                run = select(run, runs[w], here);
                runStart = select(runStart, offset + w * WORD_BITS, here);
                runs[w] = select(runs[w], runs[w] & (runs[w] - 1u), here);
              }
              let at = runStart + lowestBit(run);
              // at / CHANNELS without a division or a shift, which a software adapter takes lane by lane: exact, because at + 1/2
              // is never within rounding of a multiple.
              let x = u32(i32((f32(i32(at)) + 0.5) * reciprocal));
              let channel = at - x * CHANNELS - firstChannel;
              let column = i32(x) + padding;
              left = 0u;
              for (var w = 0u; w < WORDS; w++) { // unroll
                left |= runs[w];
              }
              for (var kx = 0u; kx < KERNEL_WIDTH; kx++) { // unroll
                let outX = column - i32(kx);
                let weight = select(0.0, factor, run != 0u && outX >= 0 && outX <= lastX);
                let product = weight * gamma[gammaRow + u32(clamp(outX, 0, lastX)) * outVectors];
                for (var c = 0u; c < GROUP; c++) { // unroll
                  sums[kx * GROUP + c] += select(vec4f(), product, channel == c);
                }
              }
              continuing {
                break if left == 0u;
              }
            }
            offset += WORDS * WORD_BITS;
            continuing {
              break if offset >= rowBits;
            }
          }
          plane++;
          continuing {
            break if plane >= inPlanes;
          }
        }
        outY++;
        continuing {
          break if isBias || outY >= outHeight;
        }
      }
      sample++;
      continuing {
        break if isBias || sample >= lastSample;
      }
    }
    back++;
    continuing {
      break if back >= turns;
    }
  }
  sums[0] = addGamma(sums[0], samples, select(0u, steps, isBias), firstGamma);
  let count = select(KERNEL_WIDTH * GROUP, 1u, isBias);
  for (var j = 0u; j < count; j++) {
    partials[outBase + (j / GROUP * CHANNELS + j % GROUP) * weightVectors] = sums[j];
  }
}
