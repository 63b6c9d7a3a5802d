// synapseBackwardQuads: the errors of synapseBackwardRows, bit for bit, where neighbouring invocations can hand numbers to each
// other.
//
//   e[t][y][x][c] = sum over windows (outY, outX) that see (y, x), over o:  gammaAbove[t][outY][outX][o] * W[ky][kx][c][o]
//                                                                                                      (maths.md 9)
// The four invocations of a quad do the same for four neighbouring frames, with the same weights: each loads a quarter of them and
// hands it to the others. The sum runs over outY, then vectors of o, then outX, then the 4 channels of the vector.
//
// Work split   one invocation = CHANNELS neighbouring channels of TILE neighbouring columns of one row of one frame (step, sample);
//              the invocations of a quad have the same row of neighbouring frames
// Reads        gammaAbove   vec4f[chunkSteps][B][outHeight*outWidth][outVectors]
//              weights      of the layer above, see shared/synapse.wgsl
// Overwrites   gamma        f32[chunkSteps][B][inHeight*inWidth][4*inVectors]: the error, which errorBackward turns into gamma;
//                           channels that do not exist are 0; adds with ACCUMULATE
// Includes     layerParams, weightsF32 (HALF_WEIGHTS: weightsF16)
// Twin         src/reference/synapseBackward.ts

enable subgroups;
// Quads go through every loop as a whole, which the compiler cannot know.
diagnostic(off, subgroup_uniformity);

override WORKGROUP_SIZE: u32 = 64u;
override KERNEL_WIDTH: u32 = 1u;
override TILE: u32 = 1u;
override CHANNELS: u32 = 1u;
override LOADS: u32 = 1u;             // vectors of weights that one invocation loads: ceil(KERNEL_WIDTH * CHANNELS / 4)
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
fn synapseBackwardQuads(@builtin(global_invocation_id) globalId: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = globalId.x + globalId.y * groups.x * WORKGROUP_SIZE;
  let lane = index % 4u;
  let quad = index / 4u;
  let inChannels = params.inChannels;
  let inWidth = params.inWidth;
  let inHeight = params.inHeight;
  let groupCount = (inChannels + CHANNELS - 1u) / CHANNELS;
  let tileCount = (inWidth + TILE - 1u) / TILE;
  let rowWork = groupCount * tileCount;
  let frameWork = rowWork * inHeight;
  let steps = min(params.chunkStart + params.chunkSteps, window.stepCount) - params.chunkStart;
  let frameCount = steps * params.batchSize;
  if (quad >= ((frameCount + 3u) / 4u) * frameWork) { return; }
  let firstChannel = (quad % groupCount) * CHANNELS;
  let firstX = ((quad / groupCount) % tileCount) * TILE;
  let inY = (quad / rowWork) % inHeight;
  let frame = (quad / frameWork) * 4u + lane;

  let y = i32(inY) + params.padding;
  // Columns of gamma outside of the layer are loaded from its edge and dropped.
  let firstOutX = select(i32(firstX) + params.padding - i32(SHIFT), 0, WHOLE == 1u);
  let lastOutX = i32(params.outWidth) - 1;
  let lastOutY = min(i32(params.outHeight) - 1, y);
  let outVectors = params.outVectors;
  let weightVectors = params.weightVectors;
  let lastChannel = inChannels - 1u - firstChannel;
  let rowSize = params.outWidth * outVectors;
  // Invocations beyond the last frame do that one again, for their quad, and keep nothing.
  let frameAt = min(frame, frameCount - 1u) * params.outHeight * rowSize + params.vectorStart;
  // Where in a kernel row this invocation's share of the weights lies. Channels beyond the layer's last are that one, computed
  // again and never used.
  var places = array<u32, LOADS>();
  for (var i = 0u; i < LOADS; i++) { // unroll
    let place = min(4u * i + lane, KERNEL_WIDTH * CHANNELS - 1u);
    places[i] = (place / CHANNELS * inChannels + min(place % CHANNELS, lastChannel)) * weightVectors;
  }
  var sums = array<f32, TILE * CHANNELS>();
  // Loops end with their test: one that begins with it runs once more on a software adapter, for nothing.
  var outY = max(0, y - i32(params.kernelHeight) + 1);
  loop {
    let gammaRow = frameAt + u32(outY) * rowSize;
    let weightRow = (u32(y - outY) * KERNEL_WIDTH * inChannels + firstChannel) * weightVectors;
    var o = 0u;
    loop {
      let row = gammaRow + o;
      let weightsOfRow = weightRow + o;
      var share = array<vec4f, LOADS>();
      for (var i = 0u; i < LOADS; i++) { // unroll
        share[i] = weightsAt(weightsOfRow + places[i]);
      }
      var w = array<vec4f, KERNEL_WIDTH * CHANNELS>();
      for (var i = 0u; i < KERNEL_WIDTH * CHANNELS; i++) { // unroll
        w[i] = quadBroadcast(share[i / 4u], i % 4u);
      }
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
            sums[x * CHANNELS + c] += select(0.0, dot(w[(EDGE - j) * CHANNELS + c], above[x + SHIFT + j]), x + SHIFT + j >= EDGE && x + SHIFT + j < EDGE + ABOVE);
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

  if (frame >= frameCount) { return; }
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
