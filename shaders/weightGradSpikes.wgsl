// weightGradSpikes: the weight gradient of weightGrad for convolutions of stride 1 with few input channels, where little fires.
//
//   dW[ky][kx][c][o] = sum over t, b, outY, outX:  gamma[t][b][outY][outX][o] * input[t][b][y][x][c]      (maths.md 10)
//
// Goes through a whole frame's words and stops at spikes only: one at (y, x, c) adds gamma[y + padding - ky][x + padding - kx]
// to every entry (ky, kx, c). Its cost follows the number of spikes. The sum runs over t backwards, then b,
// planes, rows and columns, whatever the chunks: of one plane worth a power of 2, the same bits as the other kernels.
//
// Work split   one invocation = ROWS rows of the kernel of one input channel x 4 output channels of one group of samples,
//              output channels fastest, then parts of the kernel, so that neighbours visit the same spikes; then one per bias vector
//              and group of samples
// Reads        inputs     u32[step][B][inPlanes][inWords]
//              gamma      vec4f[chunkSteps][B][positions][outVectors]
// Updates      partials   vec4f[splitCount][rows (+ 1: bias)][weightVectors], as weightGrad
// Includes     layerParams, rowRun, sampleGroup
// Twin         src/reference/weightGrad.ts

override WORKGROUP_SIZE: u32 = 64u;
override KERNEL_HEIGHT: u32 = 1u;
override ROWS: u32 = 1u;              // of the kernel, of one invocation: as many as keep its loop short
override KERNEL_WIDTH: u32 = 1u;
override CHANNELS: u32 = 1u;          // inChannels, at most 32
override PLANES: u32 = 1u;            // inPlanes
override SCALED: u32 = 0u;            // 1: each product is scaled; 0: the sums are, which is exact for one plane worth a power of 2

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> partials: array<vec4f>;

// Indexed by a variable at the end of the kernel: that keeps it in memory. In registers, a software adapter would carry it
// through every loop.
var<private> sums: array<vec4f, ROWS * KERNEL_WIDTH>;

// Of the kernel.
const PARTS = (KERNEL_HEIGHT + ROWS - 1u) / ROWS;

// Every CHANNELS-th bit of a word, from bit 0 on.
const WHOLE_BITS = 32u / CHANNELS * CHANNELS;
const EVERY = ((0xffffffffu >> (32u - WHOLE_BITS)) / (0xffffffffu >> (32u - CHANNELS))) | select(1u << (WHOLE_BITS % 32u), 0u, WHOLE_BITS == 32u);

// Where a search for spikes of one channel stands in a frame.
struct Search {
  next: u32,      // word to look at next
  phase: u32,     // the channel's first bit in that word
  word: u32,      // the last one looked at,
  run: u32,       // and its spikes that are still to come
};

// On to the next word that has a spike, or past the last word.
fn search(place: Search, frameBase: u32, words: u32) -> Search {
  var at = place;
  loop {
    let looks = at.run == 0u && at.next < words;
    let found = inputs[frameBase + min(at.next, words - 1u)] & (EVERY << at.phase);
    at.run = select(at.run, found, looks);
    at.word = select(at.word, at.next, looks);
    at.phase = select(at.phase, select(at.phase + CHANNELS, at.phase, at.phase >= 32u % CHANNELS) - 32u % CHANNELS, looks);
    at.next += select(0u, 1u, looks);
    continuing {
      break if at.run != 0u || at.next >= words;
    }
  }
  return at;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn weightGradSpikes(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let weightVectors = params.weightVectors;
  let groupCount = PARTS * CHANNELS;
  let biasStart = params.splitCount * groupCount * weightVectors;
  if (index >= biasStart + params.hasBias * params.splitCount * weightVectors) { return; }
  let vector = index % weightVectors;
  let isBias = index >= biasStart;
  let group = select((index / weightVectors) % groupCount, 0u, isBias);
  let channel = group / PARTS;
  let firstRow = group % PARTS * ROWS;
  let split = params.firstSplit + select(index / (weightVectors * groupCount), (index - biasStart) / weightVectors, isBias);
  let rowCount = KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS + params.hasBias;
  let outBase = (split * rowCount + select(firstRow * KERNEL_WIDTH * CHANNELS + channel, rowCount - 1u, isBias)) * weightVectors + vector;

  let samples = sampleGroup(split);
  // Unless SCALED, sums are kept in units of the input's scale, a power of 2: exact both ways.
  let scale = select(params.inScale, 1.0, isBias || SCALED == 1u);
  // The last group may have fewer rows; what it adds up beyond them is dropped.
  let count = select(min(ROWS, KERNEL_HEIGHT - firstRow) * KERNEL_WIDTH, 1u, isBias);
  for (var j = 0u; j < ROWS * KERNEL_WIDTH; j++) {
    sums[j] = vec4f();
    if (samples.goesOn && j < count) { sums[j] = partials[outBase + j * CHANNELS * weightVectors] * (1.0 / scale); }
  }
  // Values that the loops need, read once: a software adapter would read them again every time.
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u) + params.chunkStart;
  let steps = samples.steps;
  let lastSample = samples.last;
  let batchSize = params.batchSize;
  let outVectors = params.outVectors;
  let outSize = params.outHeight * params.outWidth * outVectors;
  let lastY = i32(params.outHeight) - 1;
  let lastX = i32(params.outWidth) - 1;
  let rowVectors = params.outWidth * outVectors;
  let words = select(params.inWords, 0u, isBias);
  let inWords = params.inWords;
  let inWidth = params.inWidth;
  let perChannel = 1.0 / f32(CHANNELS);
  let perRow = 1.0 / f32(inWidth);
  let padding = params.padding;
  let inScale = params.inScale;
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
      let frameGamma = frame * outSize + firstGamma;
      var plane = 0u;
      loop {
        let frameBase = ((inputStart * batchSize + frame) * PLANES + plane) * inWords;
        let factor = inScale * f32(1u << plane);
        var at = search(Search(0u, channel, 0u, 0u), frameBase, words);
        loop {
          // Divisions without a division, which is slow: exact, because a number and a half is never within rounding of a multiple.
          let pixel = u32(i32((f32(i32(32u * at.word + lowestBit(at.run))) + 0.5) * perChannel));
          let y = u32(i32((f32(i32(pixel)) + 0.5) * perRow));
          let top = i32(y) + padding - i32(firstRow);
          let left = i32(pixel - y * inWidth) + padding;
          let fires = at.run != 0u;
          var rows = array<u32, ROWS>();
          var sees = array<u32, ROWS>();
          for (var ky = 0u; ky < ROWS; ky++) { // unroll
            let outY = top - i32(ky);
            rows[ky] = frameGamma + u32(clamp(outY, 0, lastY)) * rowVectors;
            sees[ky] = select(0u, 0xffffffffu, fires && outY >= 0 && outY <= lastY);
          }
          for (var kx = 0u; kx < KERNEL_WIDTH; kx++) { // unroll
            let outX = left - i32(kx);
            let column = u32(clamp(outX, 0, lastX)) * outVectors;
            let seen = select(0u, 0xffffffffu, outX >= 0 && outX <= lastX);
            for (var ky = 0u; ky < ROWS; ky++) { // unroll
              var term = bitcast<vec4f>(bitcast<vec4u>(gamma[rows[ky] + column]) & vec4u(sees[ky] & seen));
              if (SCALED == 1u) { term *= factor; }
              sums[ky * KERNEL_WIDTH + kx] += term;
            }
          }
          at.run &= at.run - 1u;
          at = search(at, frameBase, words);
          continuing {
            break if at.run == 0u;
          }
        }
        plane++;
        continuing {
          break if plane >= PLANES;
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
  for (var j = 0u; j < count; j++) {
    partials[outBase + j * CHANNELS * weightVectors] = sums[j] * scale;
  }
}
