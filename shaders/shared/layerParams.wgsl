// The per-pass and per-window uniforms: the only definition. src/gpu/structLayout.ts reads the field names from this
// text and packs values by name; every field is u32, i32 or f32, so its offset is 4 times its position.

// What does not change while a plan lives. "in" is the lower side of a window, "out" the upper.
struct LayerParams {
  batchSize: u32,         // samples of the micro-batch
  sampleStart: u32,       // its first sample within the batch
  inHeight: u32,
  inWidth: u32,
  inChannels: u32,
  inVectors: u32,        // ceil(inChannels / 4)
  inPlanes: u32,
  inWords: u32,          // u32 words of one plane of one sample at one step
  inScale: f32,          // value of one count
  inWholeSample: u32,    // 1: the input holds all T steps; 0: the steps of the interval
  outHeight: u32,
  outWidth: u32,
  outChannels: u32,
  outVectors: u32,       // ceil(outChannels / 4)
  weightVectors: u32,    // a weight buffer holds these output vectors ...
  vectorStart: u32,      // ... from this one on: all of them, unless a layer's weights exceed a binding
  outPlanes: u32,
  outWords: u32,
  kernelHeight: u32,
  kernelWidth: u32,
  stride: i32,
  padding: i32,
  hasBias: u32,
  beta: f32,
  theta: f32,
  threshold: f32,
  surrogateWidth: f32,
  detachReset: u32,
  poolFactor: f32,       // pools: what one count adds to the current; sums: weight of the first operand
  dropout: f32,
  dropoutStream: u32,
  chunkStart: u32,       // backward passes: steps [chunkStart, chunkStart + chunkSteps) of the interval
  chunkSteps: u32,
  firstSplit: u32,        // weight gradients: first group of samples that the micro-batch touches
  splitCount: u32,        // how many groups it touches (optimizerStep: how many there are)
  splitSize: u32,
  classCount: u32,
  block: u32,
  blockCount: u32,
  lossKind: u32,         // 0 mean squared error of the rate, 1 cross-entropy on the rate
  elementCount: u32,
  momentum: f32,
  weightDecay: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  slot: u32,             // index in a table of the metrics buffer
  totalSteps: u32,       // T
  evaluate: u32,
};

// What changes from one run of a pass to the next.
struct StepWindow {
  stepStart: u32,        // first step, counted from the start of the sample
  historyStart: u32,     // first step, counted from the start of the interval
  stepCount: u32,
  isFirst: u32,          // 1: membranes start from zero
  isLast: u32,           // 1: the sample ends with this window
  interval: u32,
  updateAccumulate: u32, // 1: gradients of earlier intervals are kept and added to
  learningRate: f32,
  biasCorrection1: f32,  // Adam: 1 - beta1^updates, 1 - beta2^updates
  biasCorrection2: f32,
  sampleCount: f32,      // samples of the batch that count, empty places excluded
  seed: u32,
  iteration: u32,
};
