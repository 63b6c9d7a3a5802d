// lifForwardWords: lifForward for small kernels of one bit plane. The bits under a kernel are gathered into WORDS words, as
// many kernel rows to a word as fit, and only set bits cost arithmetic: the loops over rows, words and planes, which cost a
// software adapter most, are gone. Same sums in the same order as lifForward, hence the same bits.
//
//   u[t] = beta u[t-1] + I[t] - theta s[t-1]     leak, integrate, soft reset     (maths.md 1)
//   u[t] = beta u[t-1] (1 - s[t-1]) + I[t]       with the hard reset instead     (maths.md 25)
//   s[t] = 1 if u[t] >= threshold else 0         equality fires                  (maths.md 2)
//
// Work split   one invocation = 4*VECTORS neighbouring channels at POSITIONS neighbouring positions of a row of one sample,
//              walking all steps in order. Membranes stay in registers; currents are never written.
// Reads        inputs            u32[step][B][1][inWords], bit (y*inWidth + x)*inChannels + c
//              weights           vec4f[rows][weightVectors], see shared/synapse.wgsl
//              normalization     vec4f[4][outVectors]: mean, 1/sqrt(var + eps), scale, shift (BATCH_NORM only)
//              keepBits          u32[B][outWords]: 1 = spike kept (DROPOUT_GIVEN only)
// Updates      membrane          f32[B][positions*outChannels]   u after the window; s[t-1] follows from it
// Sets bits    spikes            u32[step][B][outWords], after dropout. Zero before
//              surrogateHistory  rectangular: u32[step][B][outWords], 1 = |u - threshold| < a/2, zero before
// Overwrites                     smooth surrogates: f32 bit patterns of u, [step][B][positions*outChannels]
// Includes     layerParams, rowRun, lifNeuron, random, spikeBits, weightsF32 (HALF_WEIGHTS: weightsF16)
// Twin         src/reference/lifForward.ts

override WORKGROUP_SIZE: u32 = 64u;
override VECTORS: u32 = 1u;           // 1 to 4
override KERNEL_HEIGHT: u32 = 1u;
override RUN_BITS: u32 = 1u;          // kernelWidth * inChannels
override ROW_WORDS: u32 = 1u;         // ceil(RUN_BITS / 32)
override ROWS: u32 = 1u;              // kernel rows in one word; 1 where RUN_BITS is more than 16
override WORDS: u32 = 1u;             // ceil(KERNEL_HEIGHT / ROWS) * ROW_WORDS
override POSITIONS: u32 = 1u;         // 2 where one invocation has all channels: they share input words and atomics
override STEP_BITS: u32 = 0u;         // stride * inChannels: how far apart their bits are; they fit a word all the same
override SPIKES: u32 = 1u;            // added in one turn
override PADDED: u32 = 1u;
override BATCH_NORM: u32 = 0u;
override DROPOUT: u32 = 0u;           // 0 none, 1 from the counter generator, 2 from keepBits
override HISTORY: u32 = 1u;           // 0 none (evaluation), 1 window bits, 2 membranes
override RESET: u32 = 0u;             // 0 soft, by theta; 1 hard, to 0

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read> weights: array<StoredWeights>;
@group(1) @binding(2) var<storage, read_write> normalization: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> keepBits: array<u32>;
@group(1) @binding(4) var<storage, read_write> membrane: array<f32>;
@group(1) @binding(5) var<storage, read_write> spikes: array<atomic<u32>>;
@group(1) @binding(6) var<storage, read_write> surrogateHistory: array<atomic<u32>>;

// Indexed by a variable once: that keeps them in memory. In registers, a software adapter would carry them through every loop.
var<private> u: array<vec4f, POSITIONS * VECTORS>;
var<private> bias: array<vec4f, VECTORS>;

// The bits under the kernel row of one position.
const OWN_BITS = 0xffffffffu >> (32u - min(RUN_BITS, 32u));

// How many neurons of a vector exist, of position p of the invocation.
fn neuronsOf(p: u32, v: u32, positions: u32, channels: u32) -> u32 {
  return select(0u, min(max(channels, 4u * v) - 4u * v, 4u), p < positions);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn lifForwardWords(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  readNeuron();
  let cell = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let weightVectors = params.weightVectors;
  let groupCount = (weightVectors + VECTORS - 1u) / VECTORS;
  let rowTiles = (params.outWidth + POSITIONS - 1u) / POSITIONS;
  let tileCount = params.outHeight * rowTiles;
  if (cell >= params.batchSize * tileCount * groupCount) { return; }
  let firstVector = (cell % groupCount) * VECTORS;
  let tile = (cell / groupCount) % tileCount;
  let sample = cell / (groupCount * tileCount);
  let outY = tile / rowTiles;
  let outX = tile % rowTiles * POSITIONS;
  let firstY = i32(outY) * params.stride - params.padding;
  let firstX = i32(outX) * params.stride - params.padding;

  let vector = params.vectorStart + firstVector;
  let neuron = (outY * params.outWidth + outX) * params.outChannels + 4u * vector;
  // Channels from here to the end of the position, or of this part of its weights.
  let channelsLeft = min(params.outChannels, 4u * (params.vectorStart + weightVectors)) - 4u * vector;
  let valid = min(channelsLeft, 4u * VECTORS);
  let place = bitPlace(neuron);
  // Of one position, and of all that exist.
  let ownLanes = (1u << valid) - 1u;
  let positionsLeft = min(POSITIONS, params.outWidth - outX);
  let laneCount = (positionsLeft - 1u) * params.outChannels + valid;
  let lanes = (1u << laneCount) - 1u;
  let neuronCount = params.outHeight * params.outWidth * params.outChannels;
  let state = sample * neuronCount + neuron;
  for (var p = 0u; p < POSITIONS; p++) { // unroll
    for (var v = 0u; v < VECTORS; v++) { // unroll
      u[p * VECTORS + v] = loadMembrane(state + p * params.outChannels + 4u * v, neuronsOf(p, v, positionsLeft, valid));
    }
  }
  var kept = lanes;
  if (DROPOUT != 0u) { kept = keptBits(sample, neuron, laneCount); }

  // Values that the loop needs, read once: a software adapter would read them again at every step.
  let rowBits = i32(params.inWidth * params.inChannels);
  let runStart = firstX * i32(params.inChannels);
  let inHeight = i32(params.inHeight);
  let stepWords = params.batchSize * params.inWords;
  let outWords = params.outWords;
  let frames = params.batchSize;
  let stepCount = window.stepCount;
  let inScale = params.inScale;
  let outChannels = params.outChannels;
  // What moves a position's bits behind those of the positions before it.
  var moveUp = array<u32, POSITIONS>();
  for (var p = 0u; p < POSITIONS; p++) { // unroll
    moveUp[p] = 1u << (p * outChannels);
  }
  // A group of vectors that is short loads the layer's last vector again, and drops what comes of it.
  let lastVector = weightVectors - 1u - firstVector;
  for (var v = 0u; v < VECTORS; v++) { bias[v] = vec4f(); }
  if (params.hasBias == 1u) {
    let at = params.kernelHeight * params.kernelWidth * params.inChannels * weightVectors + firstVector;
    for (var v = 0u; v < VECTORS; v++) { // unroll
      bias[v] = weightsAt(at + min(v, lastVector));
    }
  }
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u);
  var inputBase = (inputStart * params.batchSize + sample) * params.inWords;
  var frame = window.historyStart * params.batchSize + sample;

  // Where a step's frame holds the bits under each kernel row, and how they move to their word: the same at every step.
  var rows = array<BitRun, KERNEL_HEIGHT * ROW_WORDS>();
  for (var ky = 0u; ky < KERNEL_HEIGHT; ky++) { // unroll
    for (var part = 0u; part < ROW_WORDS; part++) { // unroll
      const BITS = min(32u, RUN_BITS + (POSITIONS - 1u) * STEP_BITS - 32u * part);
      let y = firstY + i32(ky);
      let start = runStart + i32(32u * part);
      if (PADDED == 1u) {
        rows[ky * ROW_WORDS + part] = bitRun(u32(max(y, 0) * rowBits), rowBits, start, select(0, i32(BITS), y >= 0 && y < inHeight));
      } else {
        rows[ky * ROW_WORDS + part] = wholeRun(u32(y * rowBits + start), BITS);
      }
    }
  }

  // Ends with its test: a loop that begins with it runs once more on a software adapter, for nothing.
  var t = 0u;
  loop {
    var runs = array<u32, POSITIONS * WORDS>();
    for (var ky = 0u; ky < KERNEL_HEIGHT; ky++) { // unroll
      for (var part = 0u; part < ROW_WORDS; part++) { // unroll
        const WORD = (ky / ROWS) * ROW_WORDS + part;
        const PLACE = (ky % ROWS) * RUN_BITS;
        let run = readRun(inputBase, rows[ky * ROW_WORDS + part]) * (1u << PLACE);
        for (var p = 0u; p < POSITIONS; p++) { // unroll
          // A position's bits stay where they are; its weights are counted from its first one.
          runs[p * WORDS + WORD] |= select(run & (OWN_BITS << (PLACE + p * STEP_BITS)), run, POSITIONS == 1u);
        }
      }
    }
    var fired = 0u;
    var near = 0u;
    for (var p = 0u; p < POSITIONS; p++) { // unroll
      var sums = array<vec4f, VECTORS>();
      // One loop over the spikes of all words, and one that ends with its test: a software adapter takes as many turns as the
      // invocation with most spikes, and one more where a loop begins with its test.
      loop {
        var row = array<u32, SPIKES>();
        var fires = array<bool, SPIKES>();
        for (var s = 0u; s < SPIKES; s++) { // unroll
          // The lowest bit of the first word that has one.
          var run = 0u;
          var firstRow = 0u;
          for (var word = 0u; word < WORDS; word++) { // unroll
            let here = run == 0u;
            run = select(run, runs[p * WORDS + word], here);
            firstRow = select(firstRow, (word / ROW_WORDS) * ROWS * RUN_BITS + (word % ROW_WORDS) * 32u, here);
            runs[p * WORDS + word] = select(runs[p * WORDS + word], runs[p * WORDS + word] & (runs[p * WORDS + word] - 1u), here);
          }
          fires[s] = run != 0u;
          row[s] = (firstRow + lowestBit(run) - p * STEP_BITS) * weightVectors + firstVector;
        }
        for (var v = 0u; v < VECTORS; v++) { // unroll
          for (var s = 0u; s < SPIKES; s++) { // unroll sum
            sums[v] += select(vec4f(), weightsAt(row[s] + min(v, lastVector)), fires[s]);
          }
        }
        continuing {
          // Declared here, no loop carries it.
          var left = 0u;
          for (var word = 0u; word < WORDS; word++) { // unroll
            left |= runs[p * WORDS + word];
          }
          break if left == 0u;
        }
      }
      var firedHere = 0u;
      var nearHere = 0u;
      for (var v = 0u; v < VECTORS; v++) { // unroll
        const I = p * VECTORS + v;
        u[I] = advance(u[I], normalize(sums[v] * inScale + bias[v], vector + v), spikeOf(u[I]));
        firedHere |= pack(firing(u[I])) * (1u << (4u * v));
        nearHere |= pack(nearThreshold(u[I])) * (1u << (4u * v));
        if (HISTORY == 2u) {
          keepMembrane(frame * neuronCount + neuron + p * outChannels + 4u * v, neuronsOf(p, v, positionsLeft, valid), u[I]);
        }
      }
      if (POSITIONS == 1u) {
        fired = firedHere;
        near = nearHere;
      } else {
        fired |= (firedHere & ownLanes) * moveUp[p];
        near |= (nearHere & ownLanes) * moveUp[p];
      }
    }
    setSpikes(frame * outWords, place, fired & kept);
    if (HISTORY == 1u) { setWindow(frame * outWords, place, near & lanes); }
    inputBase += stepWords;
    frame += frames;
    t++;
    continuing {
      break if t >= stepCount;
    }
  }
  for (var i = 0u; i < POSITIONS * VECTORS; i++) {
    let p = i / VECTORS;
    let v = i % VECTORS;
    storeMembrane(state + p * outChannels + 4u * v, neuronsOf(p, v, positionsLeft, valid), u[i]);
  }
}
