// synapseBackwardRows: error at a layer's output from a convolution of stride 1 above it, several columns at a time. The
// neurons' own recursion is left to errorBackward.
//
//   e[t][y][x][c] = sum over windows (outY, outX) that see (y, x), over o:  gammaAbove[t][outY][outX][o] * W[ky][kx][c][o]
//                                                                                                      (maths.md 9)
// A vector of gamma is loaded once for all columns, kernel columns and channels that it reaches: loads are what costs, on
// software adapters most of all. The sum runs over outY, then vectors of o, then outX, then the 4 channels of the vector.
//
// Work split   one invocation = CHANNELS neighbouring channels of TILE neighbouring columns of one row, one sample, one step
// Reads        gammaAbove   vec4f[chunkSteps][B][outHeight*outWidth][outVectors]
//              weights      of the layer above, see shared/synapse.wgsl
// Overwrites   gamma        f32[chunkSteps][B][inHeight*inWidth][4*inVectors]: the error, which errorBackward turns into gamma;
//                           channels that do not exist are 0; adds with ACCUMULATE
// Includes     layerParams
// Twin         src/reference/synapseBackward.ts

override WORKGROUP_SIZE: u32 = 64u;
override KERNEL_WIDTH: u32 = 1u;
override TILE: u32 = 1u;
override CHANNELS: u32 = 1u;
override ABOVE: u32 = 1u;             // TILE + KERNEL_WIDTH - 1
override ACCUMULATE: u32 = 0u;        // 1: add to what gamma holds (several readers of one output)

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> gammaAbove: array<vec4f>;
@group(1) @binding(1) var<storage, read> weights: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> gamma: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn synapseBackwardRows(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let inChannels = params.inChannels;
  let inWidth = params.inWidth;
  let inHeight = params.inHeight;
  let groupCount = (inChannels + CHANNELS - 1u) / CHANNELS;
  let tileCount = (inWidth + TILE - 1u) / TILE;
  let rowWork = groupCount * tileCount;
  let frameWork = rowWork * inHeight;
  let steps = min(params.chunkStart + params.chunkSteps, window.stepCount) - params.chunkStart;
  if (index >= steps * params.batchSize * frameWork) { return; }
  let firstChannel = (index % groupCount) * CHANNELS;
  let firstX = ((index / groupCount) % tileCount) * TILE;
  let inY = (index / rowWork) % inHeight;
  let frame = index / frameWork;

  let y = i32(inY) + params.padding;
  // The first window column that sees the tile's first column; those outside of the layer are loaded from its edge and dropped.
  let firstOutX = i32(firstX) + params.padding - i32(KERNEL_WIDTH) + 1;
  let lastOutX = i32(params.outWidth) - 1;
  let lastOutY = min(i32(params.outHeight) - 1, y);
  let outVectors = params.outVectors;
  let weightVectors = params.weightVectors;
  let lastChannel = inChannels - 1u - firstChannel;
  let frameRow = frame * params.outHeight;
  var sums = array<f32, TILE * CHANNELS>();
  // Loops end with their test: one that begins with it runs once more on a software adapter, for nothing.
  var outY = max(0, y - i32(params.kernelHeight) + 1);
  loop {
    let gammaRow = (frameRow + u32(outY)) * params.outWidth * outVectors + params.vectorStart;
    let weightRow = (u32(y - outY) * KERNEL_WIDTH * inChannels + firstChannel) * weightVectors;
    var o = 0u;
    loop {
      var w = array<vec4f, KERNEL_WIDTH * CHANNELS>();
      for (var kx = 0u; kx < KERNEL_WIDTH; kx++) { // unroll
        for (var c = 0u; c < CHANNELS; c++) { // unroll
          // Channels beyond the layer's last are that one, computed again and never used.
          w[kx * CHANNELS + c] = weights[weightRow + (kx * inChannels + min(c, lastChannel)) * weightVectors + o];
        }
      }
      var above = array<vec4f, ABOVE>();
      for (var i = 0u; i < ABOVE; i++) { // unroll
        let outX = firstOutX + i32(i);
        let found = gammaAbove[gammaRow + u32(clamp(outX, 0, lastOutX)) * outVectors + o];
        above[i] = select(vec4f(), found, outX >= 0 && outX <= lastOutX);
      }
      for (var x = 0u; x < TILE; x++) { // unroll
        for (var c = 0u; c < CHANNELS; c++) { // unroll
          var sum = sums[x * CHANNELS + c];
          for (var i = 0u; i < KERNEL_WIDTH; i++) { // unroll
            sum += dot(w[(KERNEL_WIDTH - 1u - i) * CHANNELS + c], above[x + i]);
          }
          sums[x * CHANNELS + c] = sum;
        }
      }
      o++;
      continuing {
        break if o >= weightVectors;
      }
    }
    outY++;
    continuing {
      break if outY > lastOutY;
    }
  }

  let lanes = 4u * ((inChannels + 3u) / 4u);
  let at = ((frame * inHeight + inY) * inWidth + firstX) * lanes + firstChannel;
  for (var x = 0u; x < min(TILE, inWidth - firstX); x++) {
    for (var c = 0u; c < min(CHANNELS, lastChannel + 1u); c++) {
      let to = at + x * lanes + c;
      var earlier = 0.0;
      if (ACCUMULATE == 1u) { earlier = gamma[to]; }
      gamma[to] = earlier + sums[x * CHANNELS + c];
    }
    for (var c = lastChannel + 1u; lastChannel < CHANNELS && firstChannel + c < lanes; c++) { gamma[at + x * lanes + c] = 0.0; }
  }
}
