// localLoss: firing rate of a block's classifier over one interval, its loss, the error at its spikes, the read-out.
//
//   r_i = (1/k') sum_t s_c[t][i]                                                         (maths.md 6)
//   mean squared error:  L = mean_b (1/N_c) sum_i (y_i - r_i)^2     ds_i = -2 (y_i - r_i) / (k' N_c B)
//   cross-entropy:       L = mean_b -log softmax(r)[label]          ds_i = (softmax(r)_i - y_i) / (k' B)
//   k' = steps of this interval; ds is the same at each of them
//   prediction = argmax over classes of the spike count since the start of the sample, ties to the lowest class
//
// Work split   one workgroup; invocation j takes samples j, j + WORKGROUP_SIZE, ... The per-invocation sums are added in
//              index order by one invocation, so the loss does not depend on timing.
// Reads        spikes       u32[step][B][outWords]      classifier spikes of the interval
//              labels       i32[B]                      -1 = an empty place at the end of a short batch: no loss, no error
// Updates      counts       u32[blockCount][B][classCount]
// Overwrites   errors       vec4f[B][outVectors]        ds; padding lanes 0
//              losses       f32[intervals][blockCount], the entry of this interval and block
//              predictions  u32[blockCount][B]
// Includes     layerParams
// Twin         src/reference/localLoss.ts

override WORKGROUP_SIZE: u32 = 64u;

@group(0) @binding(0) var<uniform> params: LayerParams;
@group(0) @binding(1) var<uniform> window: StepWindow;
@group(1) @binding(0) var<storage, read_write> spikes: array<u32>;
@group(1) @binding(1) var<storage, read_write> labels: array<i32>;
@group(1) @binding(2) var<storage, read_write> counts: array<u32>;
@group(1) @binding(3) var<storage, read_write> errors: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> losses: array<f32>;
@group(1) @binding(5) var<storage, read_write> predictions: array<u32>;

var<workgroup> sharedLoss: array<f32, WORKGROUP_SIZE>;

fn spikesOfClass(sample: u32, class_: u32) -> u32 {
  var count = 0u;
  for (var t = 0u; t < window.stepCount; t++) {
    let frame = (window.historyStart + t) * params.batchSize + sample;
    count += (spikes[frame * params.outWords + (class_ >> 5u)] >> (class_ & 31u)) & 1u;
  }
  return count;
}

// Sum over classes of exp(rate); rates are at most 1, so nothing can overflow.
fn sumOfExponentials(sample: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < params.classCount; i++) { sum += exp(f32(spikesOfClass(sample, i)) / f32(window.stepCount)); }
  return sum;
}

// `batch` = samples that count. Writes the errors of one sample and returns its share of the loss.
fn sampleLoss(sample: u32, batch: f32) -> f32 {
  let label = labels[sample];
  let steps = f32(window.stepCount);
  let classes = f32(params.classCount);
  let countBase = (params.block * params.batchSize + sample) * params.classCount;
  var exponentials = 1.0;
  if (params.lossKind == 1u) { exponentials = sumOfExponentials(sample); }
  var loss = 0.0;
  var best = 0u;
  var bestCount = 0u;
  for (var vector = 0u; vector < params.outVectors; vector++) {
    var error = vec4f();
    for (var lane = 0u; lane < 4u; lane++) {
      let i = 4u * vector + lane;
      if (i >= params.classCount) { continue; }
      let now = spikesOfClass(sample, i);
      let total = select(counts[countBase + i], 0u, window.isFirst == 1u) + now;
      counts[countBase + i] = total;
      if (total > bestCount) {
        best = i;
        bestCount = total;
      }
      let rate = f32(now) / steps;
      let y = select(0.0, 1.0, i32(i) == label);
      if (params.lossKind == 0u) {
        error[lane] = -2.0 * (y - rate) / (steps * classes * batch);
        loss += (y - rate) * (y - rate) / classes;
      } else {
        error[lane] = (exp(rate) / exponentials - y) / (steps * batch);
        loss += y * (log(exponentials) - rate);
      }
    }
    errors[sample * params.outVectors + vector] = select(error, vec4f(), label < 0);
  }
  predictions[params.block * params.batchSize + sample] = best;
  return select(loss, 0.0, label < 0);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn localLoss(@builtin(local_invocation_id) localId: vec3u) {
  var sum = 0.0;
  for (var sample = localId.x; sample < params.batchSize; sample += WORKGROUP_SIZE) {
    sum += sampleLoss(sample, window.sampleCount);
  }
  sharedLoss[localId.x] = sum;
  workgroupBarrier();
  if (localId.x == 0u) {
    var total = 0.0;
    for (var j = 0u; j < WORKGROUP_SIZE; j++) { total += sharedLoss[j]; }
    losses[window.interval * params.blockCount + params.block] = total / window.sampleCount;
  }
}
