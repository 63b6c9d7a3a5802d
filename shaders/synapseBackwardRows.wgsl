// synapseBackwardRows: error at a layer's output from a convolution of stride 1 above it, several columns at a time. The
// neurons' own recursion is left to errorBackward.
//
//   e[t][y][x][c] = sum over windows (outY, outX) that see (y, x), over o:  gammaAbove[t][outY][outX][o] * W[ky][kx][c][o]
//                                                                                                      (maths.md 9)
// A vector of weights is loaded once for all columns of FRAMES frames, and a vector of gamma once for all columns, kernel
// columns and channels that it reaches: loads are what costs, on software adapters most of all. Where a tile is a whole row,
// which columns of gamma reach which columns is known beforehand, and what lies beyond the layer's edges is not looked at.
// The sum runs over outY, then vectors of o, then outX, then the 4 channels of the vector.
//
// Work split   one invocation = CHANNELS neighbouring channels of TILE neighbouring columns of one row, in FRAMES neighbouring
//              frames (step, sample)
// Reads        gammaAbove   vec4f[chunkSteps][B][outHeight*outWidth][outVectors]
//              weights      of the layer above, see shared/synapse.wgsl
// Overwrites   gamma        f32[chunkSteps][B][inHeight*inWidth][4*inVectors]: the error, which errorBackward turns into gamma;
//                           channels that do not exist are 0; adds with ACCUMULATE
// Includes     layerParams, weightsF32 (HALF_WEIGHTS: weightsF16)
// Twin         src/reference/synapseBackward.ts

override WORKGROUP_SIZE: u32 = 64u;
override KERNEL_WIDTH: u32 = 1u;
override TILE: u32 = 1u;
override CHANNELS: u32 = 1u;
override FRAMES: u32 = 1u;
override ABOVE: u32 = 1u;             // columns of gamma that a tile looks at
override SHIFT: u32 = 0u;             // kernel column kx of gamma column i reaches the tile's column i + kx - SHIFT
override WHOLE: u32 = 0u;             // 1: the tile is a row, and the columns of gamma are the layer's
override ACCUMULATE: u32 = 0u;        // 1: add to what gamma holds (several readers of one output)

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> gammaAbove: array<vec4f>;
@group(1) @binding(1) var<storage, read> weights: array<StoredWeights>;
@group(1) @binding(2) var<storage, read_write> gamma: array<f32>;

const EDGE = KERNEL_WIDTH - 1u;

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
  let frameCount = steps * params.batchSize;
  if (index >= ((frameCount + FRAMES - 1u) / FRAMES) * frameWork) { return; }
  let firstChannel = (index % groupCount) * CHANNELS;
  let firstX = ((index / groupCount) % tileCount) * TILE;
  let inY = (index / rowWork) % inHeight;
  let firstFrame = (index / frameWork) * FRAMES;

  let y = i32(inY) + params.padding;
  // Columns of gamma outside of the layer are loaded from its edge and dropped.
  let firstOutX = select(i32(firstX) + params.padding - i32(SHIFT), 0, WHOLE == 1u);
  let lastOutX = i32(params.outWidth) - 1;
  let lastOutY = min(i32(params.outHeight) - 1, y);
  let outVectors = params.outVectors;
  let weightVectors = params.weightVectors;
  let lastChannel = inChannels - 1u - firstChannel;
  let lastFrame = frameCount - 1u;
  let frameSize = params.outHeight * params.outWidth * outVectors;
  let rowSize = params.outWidth * outVectors;
  var sums = array<f32, FRAMES * TILE * CHANNELS>();
  // Loops end with their test: one that begins with it runs once more on a software adapter, for nothing.
  var outY = max(0, y - i32(params.kernelHeight) + 1);
  loop {
    let gammaRow = u32(outY) * rowSize + params.vectorStart;
    let weightRow = (u32(y - outY) * KERNEL_WIDTH * inChannels + firstChannel) * weightVectors;
    var o = 0u;
    loop {
      var w = array<vec4f, KERNEL_WIDTH * CHANNELS>();
      for (var kx = 0u; kx < KERNEL_WIDTH; kx++) { // unroll
        for (var c = 0u; c < CHANNELS; c++) { // unroll
          // Channels beyond the layer's last are that one, computed again and never used; so are frames.
          w[kx * CHANNELS + c] = weightsAt(weightRow + (kx * inChannels + min(c, lastChannel)) * weightVectors + o);
        }
      }
      for (var f = 0u; f < FRAMES; f++) { // unroll
        let row = min(firstFrame + f, lastFrame) * frameSize + gammaRow + o;
        // What lies beyond the edges stays zero, and its products are left out.
        var above = array<vec4f, ABOVE + 2 * EDGE>();
        for (var i = 0u; i < ABOVE; i++) { // unroll
          if (WHOLE == 1u) {
            above[EDGE + i] = gammaAbove[row + i * outVectors];
          } else {
            let outX = firstOutX + i32(i);
            let found = gammaAbove[row + u32(clamp(outX, 0, lastOutX)) * outVectors];
            above[EDGE + i] = select(vec4f(), found, outX >= 0 && outX <= lastOutX);
          }
        }
        for (var x = 0u; x < TILE; x++) { // unroll
          for (var c = 0u; c < CHANNELS; c++) { // unroll
            for (var j = 0u; j < KERNEL_WIDTH; j++) { // unroll sum
              sums[(f * TILE + x) * CHANNELS + c] += select(0.0, dot(w[(EDGE - j) * CHANNELS + c], above[x + SHIFT + j]), x + SHIFT + j >= EDGE && x + SHIFT + j < EDGE + ABOVE);
            }
          }
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
  for (var f = 0u; f < min(FRAMES, frameCount - firstFrame); f++) {
    let at = (((firstFrame + f) * inHeight + inY) * inWidth + firstX) * lanes + firstChannel;
    for (var x = 0u; x < min(TILE, inWidth - firstX); x++) {
      for (var c = 0u; c < min(CHANNELS, lastChannel + 1u); c++) {
        let to = at + x * lanes + c;
        var earlier = 0.0;
        if (ACCUMULATE == 1u) { earlier = gamma[to]; }
        gamma[to] = earlier + sums[(f * TILE + x) * CHANNELS + c];
      }
      for (var c = lastChannel + 1u; lastChannel < CHANNELS && firstChannel + c < lanes; c++) { gamma[at + x * lanes + c] = 0.0; }
    }
  }
}
