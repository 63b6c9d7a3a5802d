// weightGradQuads: the weight gradient of weightGradMasks, bit for bit, where neighbouring invocations can hand numbers to each
// other.
//
//   dW[ky][kx][c][o] = sum over t, b, outY, outX:  gamma[t][b][outY][outX][o] * input[t][b][y][x][c]      (maths.md 10)
//
// The four invocations of a quad need the same row of gamma, for other kernel rows or channels: each loads a quarter of it and
// hands it to the others. Every input bit becomes a mask that keeps or drops a column. The sum runs over t backwards, then b,
// rows and columns, whatever the chunks.
//
// Work split   one invocation = GROUP channels of one kernel row x 4 output channels of one group of samples; kernel rows and
//              channels fastest, filled up to whole quads; then one per bias vector and group of samples
// Reads        inputs     u32[step][B][1][inWords], one plane
//              gamma      vec4f[chunkSteps][B][positions][outVectors]
// Updates      partials   vec4f[splitCount][rows (+ 1: bias)][weightVectors], as weightGrad
// Includes     layerParams, sampleGroup
// Twin         src/reference/weightGrad.ts

enable subgroups;
// Quads go through every loop as a whole, which the compiler cannot know.
diagnostic(off, subgroup_uniformity);

override WORKGROUP_SIZE: u32 = 64u;
override KERNEL_HEIGHT: u32 = 1u;
override KERNEL_WIDTH: u32 = 1u;
override CHANNELS: u32 = 1u;          // inChannels
override GROUP: u32 = 1u;             // divides CHANNELS
override IN_WIDTH: u32 = 1u;
override OUT_WIDTH: u32 = 1u;
override LOADS: u32 = 1u;             // vectors of gamma that one invocation loads: ceil(OUT_WIDTH / 4)
override PADDING: u32 = 0u;
override WORDS: u32 = 1u;             // that hold a row's bits of a group: ceil(((IN_WIDTH - 1) * CHANNELS + GROUP) / 32)

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> partials: array<vec4f>;

const SHARES = KERNEL_HEIGHT * (CHANNELS / GROUP);
const QUADS = (SHARES + 3u) / 4u;

// Indexed by a variable at the end of the kernel: that keeps it in memory. In registers, a software adapter would carry it
// through every loop.
var<private> sums: array<vec4f, KERNEL_WIDTH * GROUP>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn weightGradQuads(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let weightVectors = params.weightVectors;
  let biasStart = params.splitCount * weightVectors * QUADS * 4u;
  if (index >= biasStart + params.hasBias * params.splitCount * weightVectors) { return; }
  let isBias = index >= biasStart;
  let lane = index % 4u;
  let quad = index / 4u;
  let part = select(quad / QUADS, index - biasStart, isBias);
  let vector = part % weightVectors;
  let split = params.firstSplit + part / weightVectors;
  // Invocations beyond the last share do that one again, for their quad, and keep nothing.
  let share = quad % QUADS * 4u + lane;
  let ky = min(share, SHARES - 1u) / (CHANNELS / GROUP);
  let firstChannel = min(share, SHARES - 1u) % (CHANNELS / GROUP) * GROUP;
  let rowCount = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS + params.hasBias;
  let outBase = (split * rowCount + ky * KERNEL_WIDTH * CHANNELS + firstChannel) * weightVectors + vector;

  // Sums are kept in units of the input's scale, a power of 2: exact both ways.
  let samples = sampleGroup(split);
  let steps = samples.steps;
  let firstGamma = params.vectorStart + vector;
  if (isBias) {
    let at = (split * rowCount + rowCount - 1u) * weightVectors + vector;
    partials[at] = addGamma(select(vec4f(), partials[at], samples.goesOn), samples, steps, firstGamma);
    return;
  }
  let unit = 1.0 / params.inScale;
  for (var j = 0u; j < KERNEL_WIDTH * GROUP; j++) {
    let at = outBase + (j / GROUP * CHANNELS + j % GROUP) * weightVectors;
    sums[j] = select(vec4f(), partials[at] * unit, samples.goesOn);
  }
  // Values that the loops need, read once: a software adapter would read them again every time.
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u) + params.chunkStart;
  let lastSample = samples.last;
  let batchSize = params.batchSize;
  let outVectors = params.outVectors;
  let outHeight = params.outHeight;
  let inHeight = i32(params.inHeight);
  let inWords = params.inWords;
  let firstY = i32(ky) - i32(PADDING);
  var columns = array<u32, LOADS>();
  for (var i = 0u; i < LOADS; i++) { // unroll
    columns[i] = min(4u * i + lane, OUT_WIDTH - 1u) * outVectors;
  }
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
        let bit = u32(clamp(y, 0, inHeight - 1)) * (IN_WIDTH * CHANNELS) + firstChannel;
        let shift = bit & 31u;
        // 2^(32 - shift), 0 for a shift of 0: moves the next word's bits up.
        let carry = (1u << (31u - shift)) * select(2u, 0u, shift == 0u);
        let firstWord = frameBase + (bit >> 5u);
        var words = array<u32, WORDS + 1u>();
        for (var w = 0u; w < WORDS + 1u; w++) { // unroll
          words[w] = inputs[firstWord + w];
        }
        var runs = array<u32, WORDS>();
        for (var w = 0u; w < WORDS; w++) { // unroll
          runs[w] = ((words[w] >> shift) | (words[w + 1u] * carry)) & seen;
        }
        // All bits set where the input fires; columns of the padding never do.
        var fires = array<u32, (IN_WIDTH + 2 * PADDING) * GROUP>();
        for (var x = 0u; x < IN_WIDTH; x++) { // unroll
          for (var c = 0u; c < GROUP; c++) { // unroll
            const BIT = x * CHANNELS + c;
            fires[(x + PADDING) * GROUP + c] = select(0u, 0xffffffffu, (runs[BIT / 32u] & (1u << (BIT % 32u))) != 0u);
          }
        }
        var own = array<vec4u, LOADS>();
        for (var i = 0u; i < LOADS; i++) { // unroll
          own[i] = bitcast<vec4u>(gamma[gammaAt + columns[i]]);
        }
        var row = array<vec4u, OUT_WIDTH>();
        for (var i = 0u; i < OUT_WIDTH; i++) { // unroll
          row[i] = quadBroadcast(own[i / 4u], i % 4u);
        }
        for (var kx = 0u; kx < KERNEL_WIDTH; kx++) { // unroll
          for (var c = 0u; c < GROUP; c++) { // unroll
            for (var i = 0u; i < OUT_WIDTH; i++) { // unroll sum
              sums[kx * GROUP + c] += bitcast<vec4f>(row[i] & vec4u(fires[(i + kx) * GROUP + c]));
            }
          }
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
  if (share >= SHARES) { return; }
  for (var j = 0u; j < KERNEL_WIDTH * GROUP; j++) {
    partials[outBase + (j / GROUP * CHANNELS + j % GROUP) * weightVectors] = sums[j] * params.inScale;
  }
}
