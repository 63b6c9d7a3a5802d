// Backward recursion of 4 neighbouring LIF neurons, shared by the kernels that differ only in where the error comes from.
//
// Needs these module-scope names from the including kernel: params, window, surrogateHistory, keepBits, gamma, gammaCarry,
// LIF, HISTORY, DROPOUT, RESET; includes surrogate and random. "in" is the layer whose neurons these are.

struct Cell {
  sample: u32,
  position: u32,
  vector: u32,
  neuron: u32,       // first of the 4 neurons: position*inChannels + 4*vector
  valid: u32,        // how many of the 4 exist
  place: u32,        // of their vector in a frame of gamma
  word: u32,         // of the first neuron's bit in a frame of bits
  low: vec4u,        // each neuron's bit in that word ...
  high: vec4u,       // ... and in the next one; 0 where it is in the other, or the neuron does not exist
};

fn cellOf(index: u32) -> Cell {
  let vectors = params.inVectors;
  let positions = params.inHeight * params.inWidth;
  return cellAt(index / (vectors * positions), (index / vectors) % positions, index % vectors);
}

// Everything that does not change from step to step: shifts and divisions are slow on a software adapter, which takes them lane
// by lane.
fn cellAt(sample: u32, position: u32, vector: u32) -> Cell {
  let neuron = position * params.inChannels + 4u * vector;
  let valid = min(params.inChannels - 4u * vector, 4u);
  let exists = vec4u(0u, 1u, 2u, 3u) < vec4u(valid);
  let bit = vec4u(neuron & 31u) + vec4u(0u, 1u, 2u, 3u);
  let bits = select(vec4u(), vec4u(1u) << (bit & vec4u(31u)), exists);
  let isLow = bit < vec4u(32u);
  return Cell(sample, position, vector, neuron, valid, position * params.inVectors + vector, neuron >> 5u,
    select(vec4u(), bits, isLow), select(bits, vec4u(), isLow));
}

fn cellCount() -> u32 { return params.batchSize * frameVectors(); }

// Vectors of one frame of gamma.
fn frameVectors() -> u32 { return params.inHeight * params.inWidth * params.inVectors; }

fn chunkStop() -> u32 { return min(params.chunkStart + params.chunkSteps, window.stepCount); }

// Place of the 4 neurons' gamma (or error) at a step of the interval; buffers hold the steps of the chunk.
fn gammaAt(step: u32, cell: Cell) -> u32 {
  return ((step - params.chunkStart) * params.batchSize + cell.sample) * frameVectors() + cell.place;
}

fn validMask(cell: Cell) -> vec4f {
  return select(vec4f(0.0), vec4f(1.0), (cell.low | cell.high) != vec4u());
}

// ds/du of the 4 neurons at a step; lanes that do not exist are 0.
fn surrogateDerivative(step: u32, cell: Cell) -> vec4f {
  if (HISTORY == 1u) {
    let word = ((window.historyStart + step) * params.batchSize + cell.sample) * params.inWords + cell.word;
    let near = (vec4u(surrogateHistory[word]) & cell.low) | (vec4u(surrogateHistory[word + 1u]) & cell.high);
    return select(vec4f(0.0), vec4f(1.0 / params.surrogateWidth), near != vec4u());
  }
  return derivativeAtMembrane(membraneAt(step, cell)) * validMask(cell);
}

// u of the 4 neurons at a step, where the history keeps it (HISTORY 2); lanes that do not exist are at the threshold.
fn membraneAt(step: u32, cell: Cell) -> vec4f {
  let frame = (window.historyStart + step) * params.batchSize + cell.sample;
  let base = frame * params.inHeight * params.inWidth * params.inChannels + cell.neuron;
  var u = vec4f(params.threshold);
  for (var lane = 0u; lane < cell.valid; lane++) { u[lane] = bitcast<f32>(surrogateHistory[base + lane]); }
  return u;
}

// What an error at the masked output is worth at the spike: 1/(1 - p) where kept, 0 where dropped.
fn dropoutFactor(cell: Cell) -> vec4f {
  var factor = vec4f(1.0);
  if (DROPOUT == 0u) { return factor; }
  for (var lane = 0u; lane < cell.valid; lane++) {
    let i = cell.neuron + lane;
    var keep = false;
    if (DROPOUT == 2u) {
      keep = ((keepBits[cell.sample * params.inWords + (i >> 5u)] >> (i & 31u)) & 1u) == 1u;
    } else {
      keep = dropoutKeeps(window.seed, params.dropoutStream, window.iteration, (params.sampleStart + cell.sample) * (params.inWords * 32u) + i, params.dropout);
    }
    factor[lane] = select(0.0, 1.0 / (1.0 - params.dropout), keep);
  }
  return factor;
}

fn carryAt(cell: Cell) -> u32 {
  return cell.sample * frameVectors() + cell.place;
}

// gamma of the step after the chunk; zero behind the end of the interval, where no gradient crosses.
fn firstGamma(cell: Cell) -> vec4f {
  if (LIF == 0u || chunkStop() == window.stepCount) { return vec4f(); }
  return gammaCarry[carryAt(cell)];
}

fn keepGamma(cell: Cell, gammaNow: vec4f) {
  if (LIF == 1u && params.chunkStart > 0u) { gammaCarry[carryAt(cell)] = gammaNow; }
}

// One step backwards: writes gamma (LIF) or the error itself, returns what the step before needs.
// SUM_STEPS keeps only the sum over all steps: the first layer of real-valued frames needs no more.
fn recordStep(step: u32, cell: Cell, error: vec4f, derivative: vec4f, factor: vec4f, gammaNext: vec4f) -> vec4f {
  if (LIF == 0u) {
    let at = gammaAt(step, cell);
    let masked = error * validMask(cell);
    if (ACCUMULATE == 1u) { gamma[at] += masked; } else { gamma[at] = masked; }
    return vec4f();
  }
  var now = vec4f();
  if (RESET == 1u) {
    now = hardResetGammaStep(error * factor, derivative, membraneAt(step, cell), gammaNext);
  } else {
    now = gammaStep(error * factor, derivative, gammaNext);
  }
  if (SUM_STEPS == 1u) {
    let at = carryAt(cell);
    if (step + 1u == window.stepCount) { gamma[at] = now; } else { gamma[at] += now; }
  } else {
    gamma[gammaAt(step, cell)] = now;
  }
  return now;
}
