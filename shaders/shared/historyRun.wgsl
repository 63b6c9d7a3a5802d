// The history bits of several neighbouring neurons at once, for kernels that read the same place of every frame: a row of positions,
// or a position's channels.
//
// Needs surrogateHistory (array<u32>, one bit per neuron) from the including kernel.

// Where a frame has up to 32 neighbouring bits. Found once: shifts are slow on a software adapter, which takes them lane by lane.
struct HistoryRun {
  word: u32,
  shift: u32,
  carry: u32,        // 2^(32 - shift), 0 for a shift of 0: moves the next word's bits up
};

fn historyRun(bit: u32) -> HistoryRun {
  let shift = bit & 31u;
  return HistoryRun(bit >> 5u, shift, (1u << (31u - shift)) * select(2u, 0u, shift == 0u));
}

fn readHistory(frameBase: u32, run: HistoryRun) -> vec4u {
  let word = frameBase + run.word;
  return vec4u((surrogateHistory[word] >> run.shift) | (surrogateHistory[word + 1u] * run.carry));
}

// The bits of a vector's neurons that exist, as those of the run's first four.
fn historyLanes(vector: u32, channels: u32) -> vec4u {
  return select(vec4u(), vec4u(1u, 2u, 4u, 8u), vec4u(0u, 1u, 2u, 3u) + vec4u(4u * vector) < vec4u(channels));
}
