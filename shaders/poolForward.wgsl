// poolForward: average or maximum pool over bit-plane counts, with a LIF layer of its own or plain.
//
//   I[t] = poolFactor * sum (average) or maximum of the window's counts       (maths.md 4)
//   LIF as in lifForward. The sum is an integer, scaled once, so the current is exact wherever poolFactor is.
//
// Work split   one invocation = 4 neighbouring channels at one output position of one sample, all steps in order
// Reads        countBits         u32[step][B][inPlanes][inWords]
// Updates      membrane          f32[B][positions*outChannels]            (LIF only)
// Sets bits    spikes            u32[step][B][outPlanes][outWords]        zero before; plain pools write their counts
//              surrogateHistory  as in lifForward                         (LIF only)
// Includes     layerParams, counts, spikeBits
// Twin         src/reference/poolForward.ts

override WORKGROUP_SIZE: u32 = 64u;
override LIF: u32 = 1u;
override HISTORY: u32 = 1u;           // 0 none (evaluation), 1 window bits, 2 membranes
override RESET: u32 = 0u;             // 0 soft, by theta; 1 hard, to 0

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> countBits: array<u32>;
@group(1) @binding(1) var<storage, read_write> membrane: array<f32>;
@group(1) @binding(2) var<storage, read_write> spikes: array<atomic<u32>>;
@group(1) @binding(3) var<storage, read_write> surrogateHistory: array<atomic<u32>>;

fn pooledCounts(step: u32, sample: u32, outY: u32, outX: u32, channel: u32) -> vec4u {
  var pooled = vec4u();
  let base = (step * params.batchSize + sample) * params.inPlanes * params.inWords;
  for (var ky = 0u; ky < params.kernelHeight; ky++) {
    let y = outY * u32(params.stride) + ky;
    for (var kx = 0u; kx < params.kernelWidth; kx++) {
      let x = outX * u32(params.stride) + kx;
      let counts = countsAt(base, params.inPlanes, params.inWords, (y * params.inWidth + x) * params.inChannels + channel);
      pooled = select(pooled + counts, max(pooled, counts), params.poolMaximum == 1u);
    }
  }
  return pooled;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn poolForward(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let cell = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let positionCount = params.outHeight * params.outWidth;
  if (cell >= params.batchSize * positionCount * params.outVectors) { return; }
  let channel = 4u * (cell % params.outVectors);
  let position = (cell / params.outVectors) % positionCount;
  let sample = cell / (params.outVectors * positionCount);
  let outY = position / params.outWidth;
  let outX = position % params.outWidth;
  let neuron = position * params.outChannels + channel;
  let valid = min(params.outChannels - channel, 4u);
  let lanes = (1u << valid) - 1u;
  let neuronCount = positionCount * params.outChannels;
  let state = sample * neuronCount + neuron;

  var u = vec4f();
  if (LIF == 1u && window.isFirst == 0u) {
    for (var lane = 0u; lane < valid; lane++) { u[lane] = membrane[state + lane]; }
  }
  var s = select(vec4f(0.0), vec4f(1.0), u >= vec4f(params.threshold));
  let inputStart = select(window.historyStart, window.stepStart, params.inWholeSample == 1u);
  for (var t = 0u; t < window.stepCount; t++) {
    let counts = pooledCounts(inputStart + t, sample, outY, outX, channel);
    let frame = (window.historyStart + t) * params.batchSize + sample;
    let base = frame * params.outPlanes * params.outWords;
    if (LIF == 0u) {
      for (var plane = 0u; plane < params.outPlanes; plane++) {
        setSpikes(base + plane * params.outWords, neuron, pack(((counts >> vec4u(plane)) & vec4u(1u)) == vec4u(1u)) & lanes);
      }
      continue;
    }
    let current = params.poolFactor * vec4f(counts);
    if (RESET == 1u) {
      u = params.beta * (u * (vec4f(1.0) - s)) + current;
    } else {
      u = params.beta * u + current - params.theta * s;
    }
    let fired = u >= vec4f(params.threshold);
    s = select(vec4f(0.0), vec4f(1.0), fired);
    setSpikes(base, neuron, pack(fired) & lanes);
    if (HISTORY == 1u) {
      let near = abs(u - vec4f(params.threshold)) < vec4f(0.5 * params.surrogateWidth);
      setWindow(base, neuron, pack(near) & lanes);
    }
    if (HISTORY == 2u) {
      for (var lane = 0u; lane < valid; lane++) {
        atomicStore(&surrogateHistory[frame * neuronCount + neuron + lane], bitcast<u32>(u[lane]));
      }
    }
  }
  if (LIF == 1u) {
    for (var lane = 0u; lane < valid; lane++) { membrane[state + lane] = u[lane]; }
  }
}
