// poolForward: average or maximum pool over bit-plane counts, with a LIF layer of its own or plain.
//
//   I[t] = poolFactor * sum (average) or maximum of the window's counts       (maths.md 4)
//   LIF as in lifForward. The sum is an integer, scaled once, so the current is exact wherever poolFactor is.
//
// Work split   one invocation = 4*VECTORS neighbouring channels at one output position of one sample, all steps in order
// Reads        inputs            u32[step][B][inPlanes][inWords]
// Updates      membrane          f32[B][positions*outChannels]            (LIF only)
// Sets bits    spikes            u32[step][B][outPlanes][outWords]        zero before; plain pools write their counts
//              surrogateHistory  as in lifForward                         (LIF only)
// Includes     layerParams, rowRun, spikeBits
// Twin         src/reference/poolForward.ts

override WORKGROUP_SIZE: u32 = 64u;
override VECTORS: u32 = 1u;           // 1 to 4
override PLANES: u32 = 1u;            // inPlanes
override ROWS: u32 = 0u;              // rows and columns of a window that is written out: one whose rows fit a word each; else 0
override COLUMNS: u32 = 0u;
override LOOPS: u32 = 1u;             // 1 where ROWS is 0
override MAXIMUM: u32 = 0u;           // 0 average, 1 maximum
override LIF: u32 = 1u;
override HISTORY: u32 = 1u;           // 0 none (evaluation), 1 window bits, 2 membranes
override RESET: u32 = 0u;             // 0 soft, by theta; 1 hard, to 0

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> inputs: array<u32>;
@group(1) @binding(1) var<storage, read_write> membrane: array<f32>;
@group(1) @binding(2) var<storage, read_write> spikes: array<atomic<u32>>;
@group(1) @binding(3) var<storage, read_write> surrogateHistory: array<atomic<u32>>;

// Indexed by a variable once: that keeps it in memory. In registers, a software adapter would carry it through every loop.
var<private> u: array<vec4f, VECTORS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn poolForward(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let cell = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let outWidth = params.outWidth;
  let positionCount = params.outHeight * outWidth;
  let groupCount = (params.outVectors + VECTORS - 1u) / VECTORS;
  if (cell >= params.batchSize * positionCount * groupCount) { return; }
  let channel = 4u * VECTORS * (cell % groupCount);
  let position = (cell / groupCount) % positionCount;
  let sample = cell / (groupCount * positionCount);
  let channels = params.outChannels;
  let neuron = position * channels + channel;
  let valid = min(channels - channel, 4u * VECTORS);
  let place = bitPlace(neuron);
  let lanes = (1u << valid) - 1u;
  let neuronCount = positionCount * channels;
  let state = sample * neuronCount + neuron;

  for (var v = 0u; v < VECTORS; v++) { u[v] = vec4f(); }
  if (LIF == 1u && window.isFirst == 0u) {
    for (var v = 0u; v < VECTORS; v++) { // unroll
      for (var lane = 0u; lane + 4u * v < min(valid, 4u * v + 4u); lane++) { u[v][lane] = membrane[state + 4u * v + lane]; }
    }
  }
  // Values that the loop needs, read once: a software adapter would read them again at every step.
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u);
  let stepCount = window.stepCount;
  let frames = params.batchSize;
  let inWords = params.inWords;
  let outWords = params.outWords;
  let outPlanes = params.outPlanes;
  let kernelHeight = params.kernelHeight;
  let kernelWidth = params.kernelWidth;
  let beta = params.beta;
  let theta = params.theta;
  let threshold = vec4f(params.threshold);
  let halfWidth = vec4f(0.5 * params.surrogateWidth);
  let poolFactor = params.poolFactor;
  let rowBits = params.inWidth * channels;
  let firstBit = (position / outWidth) * u32(params.stride) * rowBits + (position % outWidth) * u32(params.stride) * channels + channel;
  // Where a frame holds each row of the window, and which of a row's bits are whose: the same at every step.
  var runs = array<BitRun, ROWS + 1>();
  for (var ky = 0u; ky < ROWS; ky++) { // unroll
    runs[ky] = wholeRun(firstBit + ky * rowBits, 32u);
  }
  var masks = array<vec4u, COLUMNS * VECTORS + 1>();
  for (var kx = 0u; kx < COLUMNS; kx++) { // unroll
    for (var v = 0u; v < VECTORS; v++) { // unroll
      masks[kx * VECTORS + v] = vec4u(1u, 2u, 4u, 8u) * (1u << (kx * channels + 4u * v));
    }
  }
  var inputBase = (inputStart * frames + sample) * PLANES * inWords;
  var frame = window.historyStart * frames + sample;
  var t = 0u;
  loop {
    var pooled = array<vec4u, VECTORS>();
    for (var ky = 0u; ky < ROWS; ky++) { // unroll
      var counts = array<vec4u, COLUMNS * VECTORS>();
      for (var plane = 0u; plane < PLANES; plane++) { // unroll
        let run = readRun(inputBase + plane * inWords, runs[ky]);
        for (var i = 0u; i < COLUMNS * VECTORS; i++) { // unroll
          counts[i] += select(vec4u(), vec4u(1u << plane), (vec4u(run) & masks[i]) != vec4u());
        }
      }
      for (var kx = 0u; kx < COLUMNS; kx++) { // unroll
        for (var v = 0u; v < VECTORS; v++) { // unroll
          let count = counts[kx * VECTORS + v];
          if (MAXIMUM == 1u) { pooled[v] = max(pooled[v], count); } else { pooled[v] += count; }
        }
      }
    }
    for (var loops = 0u; loops < LOOPS; loops++) { // unroll
      // Loops end with their test: one that begins with it runs once more on a software adapter, for nothing.
      var ky = 0u;
      loop {
        var kx = 0u;
        loop {
          let bit = firstBit + ky * rowBits + kx * channels;
          var counts = array<vec4u, VECTORS>();
          for (var plane = 0u; plane < PLANES; plane++) { // unroll
            let bits = wordAt(inputBase + plane * inWords, bit);
            for (var v = 0u; v < VECTORS; v++) { // unroll
              let isSet = (vec4u(bits) & (vec4u(1u, 2u, 4u, 8u) << vec4u(4u * v))) != vec4u();
              counts[v] += select(vec4u(), vec4u(1u << plane), isSet);
            }
          }
          for (var v = 0u; v < VECTORS; v++) { // unroll
            if (MAXIMUM == 1u) { pooled[v] = max(pooled[v], counts[v]); } else { pooled[v] += counts[v]; }
          }
          kx++;
          continuing {
            break if kx >= kernelWidth;
          }
        }
        ky++;
        continuing {
          break if ky >= kernelHeight;
        }
      }
    }
    let base = frame * outPlanes * outWords;
    // Loops that run once or not at all: of a branch, a software adapter would run both sides.
    for (var plane = 0u; LIF == 0u && plane < outPlanes; plane++) {
      var bits = 0u;
      for (var v = 0u; v < VECTORS; v++) { // unroll
        bits |= pack((pooled[v] & vec4u(1u << plane)) != vec4u()) * (1u << (4u * v));
      }
      setSpikes(base + plane * outWords, place, bits & lanes);
    }
    if (LIF == 1u) {
      var fired = 0u;
      var near = 0u;
      for (var v = 0u; v < VECTORS; v++) { // unroll
        let current = poolFactor * vec4f(pooled[v]);
        let s = select(vec4f(0.0), vec4f(1.0), u[v] >= threshold);
        if (RESET == 1u) {
          u[v] = beta * (u[v] * (vec4f(1.0) - s)) + current;
        } else {
          u[v] = beta * u[v] + current - theta * s;
        }
        fired |= pack(u[v] >= threshold) * (1u << (4u * v));
        near |= pack(abs(u[v] - threshold) < halfWidth) * (1u << (4u * v));
        if (HISTORY == 2u) {
          for (var lane = 0u; lane + 4u * v < min(valid, 4u * v + 4u); lane++) {
            atomicStore(&surrogateHistory[frame * neuronCount + neuron + 4u * v + lane], bitcast<u32>(u[v][lane]));
          }
        }
      }
      setSpikes(base, place, fired & lanes);
      if (HISTORY == 1u) { setWindow(base, place, near & lanes); }
    }
    inputBase += frames * PLANES * inWords;
    frame += frames;
    t++;
    continuing {
      break if t >= stepCount;
    }
  }
  if (LIF == 1u) {
    for (var v = 0u; v < VECTORS; v++) { // unroll
      for (var lane = 0u; lane + 4u * v < min(valid, 4u * v + 4u); lane++) { membrane[state + 4u * v + lane] = u[v][lane]; }
    }
  }
}
