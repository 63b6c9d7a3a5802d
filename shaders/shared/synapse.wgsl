// Input current of a synapse (convolution, or a linear layer as the convolution whose kernel is its whole input).
//
// Needs these module-scope names from the including kernel: params, inputs, weights, VECTORS, SYNAPSE; includes rowRun and
// weightsF32 or weightsF16.
//   inputs   SYNAPSE_BITS     u32[step][B][inPlanes][inWords], bit (y*inWidth + x)*inChannels + c of a plane
//            SYNAPSE_FRAMES   f32[B][inHeight][inWidth][inChannels] as bit patterns, the same at every step
//            SYNAPSE_CURRENTS f32[step][B][outHeight*outWidth*outChannels] as bit patterns: the current itself
//   weights  vec4f[kernelHeight*kernelWidth*inChannels (+ 1: bias)][weightVectors], row (ky*kernelWidth + kx)*inChannels + c
//
// `firstVector` counts within the weight buffer; the output channel is 4*(vectorStart + firstVector).
//
// Because channels are innermost, the inputs under one kernel row are one run of kernelWidth*inChannels bits. The run is
// read 32 bits at a time, empty words are skipped and only set bits cost arithmetic.

const SYNAPSE_BITS = 0u;
const SYNAPSE_FRAMES = 1u;
const SYNAPSE_CURRENTS = 2u;

// Currents of VECTORS x 4 neighbouring output channels. Four named vectors stay in registers; an array would not.
struct Currents {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
};

fn addRow(sum: Currents, row: u32, firstVector: u32, factor: f32) -> Currents {
  let at = row * params.weightVectors + firstVector;
  var next = sum;
  next.a += factor * weightsAt(at);
  if (VECTORS > 1u) { next.b += factor * weightsAt(at + 1u); }
  if (VECTORS > 2u) {
    next.c += factor * weightsAt(at + 2u);
    next.d += factor * weightsAt(at + 3u);
  }
  return next;
}

fn bitCurrent(step: u32, sample: u32, outY: u32, outX: u32, firstVector: u32) -> Currents {
  var sum = Currents();
  let rowBits = i32(params.inWidth * params.inChannels);
  let runBits = i32(params.kernelWidth * params.inChannels);
  let runStart = (i32(outX) * params.stride - params.padding) * i32(params.inChannels);
  let sampleBase = (step * params.batchSize + sample) * params.inPlanes * params.inWords;
  let inPlanes = params.inPlanes;
  let inWords = params.inWords;
  let inHeight = i32(params.inHeight);
  let kernelHeight = params.kernelHeight;
  let firstY = i32(outY) * params.stride - params.padding;
  // Loops end with their test: one that begins with it runs once more on a software adapter, for nothing. A run without a spike
  // takes one turn that adds zero.
  var plane = 0u;
  loop {
    let planeBase = sampleBase + plane * inWords;
    var ky = 0u;
    loop {
      let y = firstY + i32(ky);
      let seen = y >= 0 && y < inHeight;
      let row = u32(clamp(y, 0, inHeight - 1) * rowBits);
      let firstRow = ky * u32(runBits);
      var offset = 0;
      loop {
        var run = select(0u, rowRun(planeBase, row, rowBits, runStart + offset, min(32, runBits - offset)), seen);
        loop {
          let bit = min(lowestBit(run), 31u);
          sum = addRow(sum, firstRow + u32(offset) + bit, firstVector, select(0.0, f32(1u << plane), run != 0u));
          run &= run - 1u;
          continuing {
            break if run == 0u;
          }
        }
        offset += 32;
        continuing {
          break if offset >= runBits;
        }
      }
      ky++;
      continuing {
        break if ky >= kernelHeight;
      }
    }
    plane++;
    continuing {
      break if plane >= inPlanes;
    }
  }
  sum.a *= params.inScale;
  sum.b *= params.inScale;
  sum.c *= params.inScale;
  sum.d *= params.inScale;
  return sum;
}

fn frameCurrent(sample: u32, outY: u32, outX: u32, firstVector: u32) -> Currents {
  var sum = Currents();
  for (var ky = 0u; ky < params.kernelHeight; ky++) {
    let y = i32(outY) * params.stride - params.padding + i32(ky);
    if (y < 0 || y >= i32(params.inHeight)) { continue; }
    for (var kx = 0u; kx < params.kernelWidth; kx++) {
      let x = i32(outX) * params.stride - params.padding + i32(kx);
      if (x < 0 || x >= i32(params.inWidth)) { continue; }
      let pixel = ((sample * params.inHeight + u32(y)) * params.inWidth + u32(x)) * params.inChannels;
      let firstRow = (ky * params.kernelWidth + kx) * params.inChannels;
      for (var c = 0u; c < params.inChannels; c++) {
        sum = addRow(sum, firstRow + c, firstVector, bitcast<f32>(inputs[pixel + c]));
      }
    }
  }
  return sum;
}

fn givenVector(base: u32, channel: u32) -> vec4f {
  var value = vec4f();
  for (var lane = 0u; lane < 4u; lane++) {
    if (channel + lane < params.outChannels) { value[lane] = bitcast<f32>(inputs[base + channel + lane]); }
  }
  return value;
}

fn givenCurrent(step: u32, sample: u32, outY: u32, outX: u32, firstVector: u32) -> Currents {
  let position = outY * params.outWidth + outX;
  let base = ((step * params.batchSize + sample) * params.outHeight * params.outWidth + position) * params.outChannels;
  var sum = Currents();
  let channel = 4u * (params.vectorStart + firstVector);
  sum.a = givenVector(base, channel);
  if (VECTORS > 1u) { sum.b = givenVector(base, channel + 4u); }
  if (VECTORS > 2u) {
    sum.c = givenVector(base, channel + 8u);
    sum.d = givenVector(base, channel + 12u);
  }
  return sum;
}

// Current of output channels 4*firstVector .. + 4*VECTORS - 1 at one position, bias included.
// `step` counts in the input buffer; frames ignore it.
fn synapticCurrent(step: u32, sample: u32, outY: u32, outX: u32, firstVector: u32) -> Currents {
  if (SYNAPSE == SYNAPSE_CURRENTS) { return givenCurrent(step, sample, outY, outX, firstVector); }
  var sum = Currents();
  if (SYNAPSE == SYNAPSE_FRAMES) {
    sum = frameCurrent(sample, outY, outX, firstVector);
  } else {
    sum = bitCurrent(step, sample, outY, outX, firstVector);
  }
  if (params.hasBias == 1u) {
    sum = addRow(sum, params.kernelHeight * params.kernelWidth * params.inChannels, firstVector, 1.0);
  }
  return sum;
}
