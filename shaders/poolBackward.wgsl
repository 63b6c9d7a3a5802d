// poolBackward: error at a layer's output from the pool above it, and the LIF backward recursion of its own neurons.
//
//   average   e[t][y][x] = sum over windows that see (y, x): gammaAbove[t][window] / window area
//   maximum   e[t][y][x] = sum over windows whose first maximum, in row-major order, is (y, x): gammaAbove[t][window]
//   gamma as in synapseBackward                                                                      (maths.md 8, 9)
//
// Work split   one invocation = 4 neighbouring channels at one position of one sample, all steps of the chunk, backwards
// Reads        gammaAbove        vec4f[chunkSteps][B][outHeight*outWidth][inVectors]: gamma of the pool's neurons, or the
//                                error at a plain pool's output
//              countBits         u32[step][B][inPlanes][inWords]   what was pooled (maximum only)
//              surrogateHistory  of this layer
//              keepBits          as in lifForward
// Overwrites   gamma             vec4f[chunkSteps][B][inHeight*inWidth][inVectors]; adds with ACCUMULATE
// Updates      gammaCarry        vec4f[B][inHeight*inWidth][inVectors]
// Includes     layerParams, counts, lifGradient, surrogate, random
// Twin         src/reference/poolBackward.ts

override WORKGROUP_SIZE: u32 = 64u;
override LIF: u32 = 1u;
override SURROGATE: u32 = 0u;
override HISTORY: u32 = 1u;
override RESET: u32 = 0u;             // 0 soft, 1 hard: needs HISTORY 2
override DROPOUT: u32 = 0u;
override SUM_STEPS: u32 = 0u;
override ACCUMULATE: u32 = 0u;        // 1: add to what gamma holds (several readers of one output)
override MAXIMUM: u32 = 0u;           // 0 average, 1 maximum
override DISJOINT: u32 = 0u;          // 1: no window overlaps another (stride >= kernel)

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> gammaAbove: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> countBits: array<u32>;
@group(1) @binding(2) var<storage, read_write> surrogateHistory: array<u32>;
@group(1) @binding(3) var<storage, read_write> keepBits: array<u32>;
@group(1) @binding(4) var<storage, read_write> gamma: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> gammaCarry: array<vec4f>;

// 1.0 in the lanes whose first maximum of the window at (outY, outX) is the element (y, x).
fn isFirstMaximum(step: u32, cell: Cell, outY: u32, outX: u32, y: u32, x: u32) -> vec4f {
  let inputStep = select(window.historyStart, window.stepStart, params.inWholeSample == 1u) + step;
  let base = (inputStep * params.batchSize + cell.sample) * params.inPlanes * params.inWords;
  let own = countsAt(base, params.inPlanes, params.inWords, cell.neuron);
  var first = vec4<bool>(true);
  for (var ky = 0u; ky < params.kernelHeight; ky++) {
    for (var kx = 0u; kx < params.kernelWidth; kx++) {
      let wy = outY * u32(params.stride) + ky;
      let wx = outX * u32(params.stride) + kx;
      if (wy == y && wx == x) { continue; }
      let other = countsAt(base, params.inPlanes, params.inWords, (wy * params.inWidth + wx) * params.inChannels + 4u * cell.vector);
      let before = wy < y || (wy == y && wx < x);
      first = first & select(other <= own, other < own, vec4<bool>(before));
    }
  }
  return select(vec4f(0.0), vec4f(1.0), first);
}

// The windows that see a position, both ends included. Found once per invocation: divisions are slow.
struct Windows {
  y: i32,
  x: i32,
  outYStart: i32,
  outYStop: i32,
  outXStart: i32,
  outXStop: i32,
  area: vec4f,       // of a window
};

fn windowsAround(cell: Cell) -> Windows {
  let y = i32(cell.position / params.inWidth);
  let x = i32(cell.position % params.inWidth);
  return Windows(y, x,
    max(0, (y - i32(params.kernelHeight) + params.stride) / params.stride),
    min(i32(params.outHeight) - 1, y / params.stride),
    max(0, (x - i32(params.kernelWidth) + params.stride) / params.stride),
    min(i32(params.outWidth) - 1, x / params.stride),
    vec4f(f32(params.kernelHeight * params.kernelWidth)));
}

// What one window sends to the position.
fn windowError(frame: u32, step: u32, cell: Cell, outY: i32, outX: i32, around: Windows) -> vec4f {
  let position = (frame * params.outHeight + u32(outY)) * params.outWidth + u32(outX);
  let above = gammaAbove[position * params.inVectors + cell.vector];
  if (MAXIMUM == 0u) { return above; }
  return above * isFirstMaximum(step, cell, u32(outY), u32(outX), u32(around.y), u32(around.x));
}

fn pooledError(step: u32, cell: Cell, around: Windows) -> vec4f {
  let frame = (step - params.chunkStart) * params.batchSize + cell.sample;
  var error = vec4f();
  if (DISJOINT == 1u) {
    // At most one window; where there is none, what lies at the nearest is loaded and dropped.
    let seen = around.outYStart <= around.outYStop && around.outXStart <= around.outXStop;
    let found = windowError(frame, step, cell, min(around.outYStart, i32(params.outHeight) - 1), min(around.outXStart, i32(params.outWidth) - 1), around);
    error = select(vec4f(), found, seen);
  } else {
    for (var outY = around.outYStart; outY <= around.outYStop; outY++) {
      for (var outX = around.outXStart; outX <= around.outXStop; outX++) {
        error += windowError(frame, step, cell, outY, outX, around);
      }
    }
  }
  if (MAXIMUM == 1u) { return error; }
  return error / around.area;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn poolBackward(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  if (index >= cellCount()) { return; }
  let cell = cellOf(index);
  let factor = dropoutFactor(cell);
  let around = windowsAround(cell);
  var next = firstGamma(cell);
  // Ends with its test: a loop that begins with it runs once more on a software adapter, for nothing.
  var step = i32(chunkStop()) - 1;
  loop {
    var derivative = vec4f(1.0);
    if (LIF == 1u) { derivative = surrogateDerivative(u32(step), cell); }
    next = recordStep(u32(step), cell, pooledError(u32(step), cell, around), derivative, factor, next);
    step--;
    continuing {
      break if step < i32(params.chunkStart);
    }
  }
  keepGamma(cell, next);
}
