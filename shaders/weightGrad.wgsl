// weightGrad: weight gradient of a convolution or linear layer over the steps of one chunk.
//
//   dW[ky][kx][c][o] = sum over t, b, outY, outX:  gamma[t][b][outY][outX][o] * input[t][b][y][x][c]      (maths.md 10)
//   dBias[o]         = sum over t, b, outY, outX:  gamma[t][b][outY][outX][o]
//
// Inputs are bits: for each position, 32 inputs under one kernel row are read as one word and only set bits cost an
// addition. The sum runs over t backwards, then b, then positions, in that order, and goes on where the chunk before
// stopped, so it does not depend on how the interval is cut into chunks. Samples are split into splitCount groups with a
// partial gradient each; optimizerStep adds the groups in order.
//
// Work split   one invocation = 32 neighbouring weights of one kernel row x 4 output channels of one group of samples
// Reads        inputs     see shared/synapse.wgsl (bits or frames)
//              gamma      vec4f[chunkSteps][B][positions][outVectors]
// Updates      partials   vec4f[splitCount][rows (+ 1: bias)][weightVectors]; overwritten by the first chunk of an interval
//                         unless the interval's gradients are added to earlier ones (window.updateAccumulate)
// Includes     layerParams, rowRun, sampleGroup
// Twin         src/reference/weightGrad.ts

override WORKGROUP_SIZE: u32 = 64u;
override SYNAPSE: u32 = 0u;           // 0 bits, 1 frames
override EVENTS: u32 = 1u;            // 1 - SYNAPSE
override ONE_POSITION: u32 = 0u;      // 1: bits, and the layer has one position, as linear layers do
override SEVERAL: u32 = 1u;           // 1 - ONE_POSITION
override SUM_STEPS: u32 = 0u;         // 1: gamma holds one step, the sum over the interval (frames)

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> partials: array<vec4f>;

var<private> sums: array<vec4f, 32>;

// Adds to the sum of every bit that is set.
fn addWord(word: u32, scaled: vec4f) {
  var run = word;
  loop {
    let bit = lowestBit(run) & 31u;
    sums[bit] += select(vec4f(), scaled, run != 0u);
    run &= run - 1u;
    continuing {
      break if run == 0u;
    }
  }
}

// gammaAt: where the position's gamma lies.
fn addBits(frame: u32, y: i32, outX: u32, offset: i32, count: i32, gammaAt: u32) {
  let rowBits = i32(params.inWidth * params.inChannels);
  let start = (i32(outX) * params.stride - params.padding) * i32(params.inChannels) + offset;
  let seen = y >= 0 && y < i32(params.inHeight);
  let row = u32(max(y, 0) * rowBits);
  let inPlanes = params.inPlanes;
  let g = gamma[gammaAt];
  var plane = 0u;
  loop {
    let word = select(0u, rowRun((frame * inPlanes + plane) * params.inWords, row, rowBits, start, count), seen);
    addWord(word, g * (params.inScale * f32(1u << plane)));
    plane++;
    continuing {
      break if plane >= inPlanes;
    }
  }
}

fn addFrame(sample: u32, y: i32, outX: u32, offset: i32, count: i32, g: vec4f) {
  let rowLength = i32(params.inWidth * params.inChannels);
  let start = (i32(outX) * params.stride - params.padding) * i32(params.inChannels) + offset;
  if (y < 0 || y >= i32(params.inHeight)) { return; }
  let base = i32((sample * params.inHeight + u32(y)) * params.inWidth * params.inChannels);
  for (var j = 0; j < count; j++) {
    let at = start + j;
    if (at >= 0 && at < rowLength) { sums[j] += g * bitcast<f32>(inputs[u32(base + at)]); }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn weightGrad(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let runBits = i32(params.kernelWidth * params.inChannels);
  let rowWords = (u32(runBits) + 31u) / 32u;
  let wordCount = params.kernelHeight * rowWords + params.hasBias;
  if (index >= params.splitCount * wordCount * params.weightVectors) { return; }
  let vector = index % params.weightVectors;
  let word = (index / params.weightVectors) % wordCount;
  let split = params.firstSplit + index / (params.weightVectors * wordCount);
  let isBias = word == params.kernelHeight * rowWords;
  let ky = word / rowWords;
  let offset = i32(word % rowWords) * 32;
  let count = select(min(32, runBits - offset), 1, isBias);
  let firstRow = select(ky * u32(runBits) + u32(offset), params.kernelHeight * u32(runBits), isBias);
  let rowCount = params.kernelHeight * u32(runBits) + params.hasBias;
  let outBase = (split * rowCount + firstRow) * params.weightVectors + vector;

  let samples = sampleGroup(split);
  for (var j = 0; j < 32; j++) {
    sums[j] = vec4f();
    if (samples.goesOn && j < count) { sums[j] = partials[outBase + u32(j) * params.weightVectors]; }
  }
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u);
  let steps = select(samples.steps, 1u, SUM_STEPS == 1u);
  let lastSample = samples.last;
  // Loops end with their test: one that begins with it runs once more on a software adapter, for nothing. Lanes of the bias
  // take one turn that adds nothing.
  let outHeight = params.outHeight;
  let outWidth = params.outWidth;
  let outVectors = params.outVectors;
  let gammaStart = params.vectorStart + vector;
  let bits = select(count, 0, isBias);
  // Read once, where one position is all: a software adapter would read them again at every turn.
  let batchSize = params.batchSize;
  let inPlanes = params.inPlanes;
  let inWords = params.inWords;
  let inScale = params.inScale;
  let frameSize = outHeight * outWidth * outVectors;
  let ownY = i32(ky) - params.padding;
  let seen = !isBias && ownY >= 0 && ownY < i32(params.inHeight);
  let rowBits = i32(params.inWidth * params.inChannels);
  let place = bitRun(u32(max(ownY, 0) * rowBits), rowBits, offset - params.padding * i32(params.inChannels), select(0, bits, seen));
  var back = 0u;
  loop {
    let chunkStep = steps - 1u - back;
    let inputStep = inputStart + params.chunkStart + chunkStep;
    var sample = samples.first;
    loop {
      let gammaBase = (chunkStep * batchSize + sample) * frameSize + gammaStart;
      // Each of the two is written out once or not at all: of a branch, a software adapter would run both sides.
      for (var one = 0u; one < ONE_POSITION; one++) { // unroll
        let g = gamma[gammaBase];
        let frameBase = (inputStep * batchSize + sample) * inPlanes * inWords;
        var plane = 0u;
        loop {
          addWord(readRun(frameBase + plane * inWords, place), g * (inScale * f32(1u << plane)));
          plane++;
          continuing {
            break if plane >= inPlanes;
          }
        }
      }
      for (var several = 0u; several < SEVERAL; several++) { // unroll
        var outY = 0u;
        loop {
          let y = i32(outY) * params.stride - params.padding + i32(ky);
          var outX = 0u;
          loop {
            let at = gammaBase + (outY * outWidth + outX) * outVectors;
            // Written out once or not at all: of a branch, a software adapter would run both sides.
            for (var events = 0u; events < EVENTS; events++) { // unroll
              addBits(inputStep * params.batchSize + sample, y, outX, offset, bits, at);
            }
            for (var frames = 0u; frames < SYNAPSE; frames++) { // unroll
              addFrame(sample, y, outX, offset, bits, gamma[at]);
            }
            outX++;
            continuing {
              break if isBias || outX >= outWidth;
            }
          }
          outY++;
          continuing {
            break if isBias || outY >= outHeight;
          }
        }
      }
      sample++;
      continuing {
        break if isBias || sample >= lastSample;
      }
    }
    back++;
    continuing {
      break if isBias || back >= steps;
    }
  }
  sums[0] = addGamma(sums[0], samples, select(0u, steps, isBias), gammaStart);
  for (var j = 0; j < count; j++) { partials[outBase + u32(j) * params.weightVectors] = sums[j]; }
}
