// lifForwardDense: lifForward for several steps at a time: a weight is loaded once for all of them, and multiplied with
// their bits. Same sums in the same order as lifForward, hence the same bits. Worth it where most inputs fire within STEPS
// steps; lifForward where few do.
//
//   u[t] = beta u[t-1] + I[t] - theta s[t-1]     leak, integrate, soft reset     (maths.md 1)
//   u[t] = beta u[t-1] (1 - s[t-1]) + I[t]       with the hard reset instead     (maths.md 25)
//   s[t] = 1 if u[t] >= threshold else 0         equality fires                  (maths.md 2)
//
// Work split   one invocation = 4*VECTORS neighbouring channels at one position of one sample, walking the steps in order,
//              STEPS at a time. Membranes and the currents of STEPS steps stay in registers.
// Reads        inputs            u32[step][B][inPlanes][inWords], bit (y*inWidth + x)*inChannels + c of a plane
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
override STEPS: u32 = 10u;
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

@compute @workgroup_size(WORKGROUP_SIZE)
fn lifForwardDense(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  readNeuron();
  let cell = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let groupCount = (params.weightVectors + VECTORS - 1u) / VECTORS;
  let positionCount = params.outHeight * params.outWidth;
  if (cell >= params.batchSize * positionCount * groupCount) { return; }
  let firstVector = (cell % groupCount) * VECTORS;
  let position = (cell / groupCount) % positionCount;
  let sample = cell / (groupCount * positionCount);
  let outY = i32(position / params.outWidth) * params.stride - params.padding;
  let outX = i32(position % params.outWidth) * params.stride - params.padding;

  let vector = params.vectorStart + firstVector;
  let neuron = position * params.outChannels + 4u * vector;
  // Channels from here to the end of the position, or of this part of its weights.
  let left = min(params.outChannels, 4u * (params.vectorStart + params.weightVectors)) - 4u * vector;
  let valid = min(left, 4u * VECTORS);
  let place = bitPlace(neuron);
  let lanes = (1u << valid) - 1u;
  let neuronCount = positionCount * params.outChannels;
  let state = sample * neuronCount + neuron;
  var u: array<vec4f, VECTORS>;
  for (var v = 0u; v < VECTORS; v++) { // unroll
    u[v] = loadMembrane(state + 4u * v, min(max(left, 4u * v) - 4u * v, 4u));
  }
  var kept = lanes;
  if (DROPOUT != 0u) { kept = keptBits(sample, neuron, valid); }

  let rowBits = i32(params.inWidth * params.inChannels);
  let runBits = i32(params.kernelWidth * params.inChannels);
  let runStart = outX * i32(params.inChannels);
  let inHeight = i32(params.inHeight);
  let kernelHeight = i32(params.kernelHeight);
  let weightVectors = params.weightVectors;
  // The last group of vectors may be short: it loads the layer's last vector again, and drops what comes of it.
  let lastVector = weightVectors - 1u - firstVector;
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u);
  let stepWords = params.batchSize * params.inPlanes * params.inWords;
  let lastStep = window.stepCount - 1u;

  for (var start = 0u; start < window.stepCount; start += STEPS) {
    var sums = array<vec4f, STEPS * VECTORS>();
    for (var plane = 0u; plane < params.inPlanes; plane++) {
      let factor = f32(1u << plane);
      let planeBase = ((inputStart * params.batchSize + sample) * params.inPlanes + plane) * params.inWords;
      for (var ky = max(0, -outY); ky < min(kernelHeight, inHeight - outY); ky++) {
        let rowBase = u32((outY + ky) * rowBits);
        for (var offset = 0; offset < runBits; offset += 32) {
          let count = min(32, runBits - offset);
          let firstRow = u32(ky * runBits + offset);
          var runs = array<u32, STEPS>();
          var any = 0u;
          for (var s = 0u; s < STEPS; s++) { // unroll
            let stepBase = planeBase + min(start + s, lastStep) * stepWords;
            runs[s] = rowRun(stepBase, rowBase, rowBits, runStart + offset, count);
            any |= runs[s];
          }
          while (any != 0u) {
            let bit = lowestBit(any);
            any &= any - 1u;
            let at = (firstRow + bit) * weightVectors + firstVector;
            for (var v = 0u; v < VECTORS; v++) { // unroll
              let weight = factor * weightsAt(at + min(v, lastVector));
              for (var s = 0u; s < STEPS; s++) { // unroll
                sums[s * VECTORS + v] += f32(i32((runs[s] >> bit) & 1u)) * weight;
              }
            }
          }
        }
      }
    }
    var bias = array<vec4f, VECTORS>();
    if (params.hasBias == 1u) {
      let at = params.kernelHeight * params.kernelWidth * params.inChannels * weightVectors + firstVector;
      for (var v = 0u; v < VECTORS; v++) { // unroll
        bias[v] = weightsAt(at + min(v, lastVector));
      }
    }
    for (var s = 0u; s < STEPS; s++) { // unroll
      let t = start + s;
      if (t < window.stepCount) {
        let frame = (window.historyStart + t) * params.batchSize + sample;
        var fired = 0u;
        var near = 0u;
        for (var v = 0u; v < VECTORS; v++) { // unroll
          let current = sums[s * VECTORS + v] * params.inScale + bias[v];
          u[v] = advance(u[v], normalize(current, vector + v), spikeOf(u[v]));
          fired |= pack(firing(u[v])) * (1u << (4u * v));
          near |= pack(nearThreshold(u[v])) * (1u << (4u * v));
          if (HISTORY == 2u) {
            keepMembrane(frame * neuronCount + neuron + 4u * v, min(max(left, 4u * v) - 4u * v, 4u), u[v]);
          }
        }
        setSpikes(frame * params.outWords, place, fired & kept);
        if (HISTORY == 1u) { setWindow(frame * params.outWords, place, near & lanes); }
      }
    }
  }
  for (var v = 0u; v < VECTORS; v++) { // unroll
    storeMembrane(state + 4u * v, min(max(left, 4u * v) - 4u * v, 4u), u[v]);
  }
}
