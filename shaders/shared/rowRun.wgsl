// Reading the bits under one row of a convolution kernel.
//
// Needs `inputs` (array<u32>) from the including kernel.

// The 32 bits from `bit` on. No branch: a software adapter runs both sides anyway.
fn wordAt(planeBase: u32, bit: u32) -> u32 {
  let shift = bit & 31u;
  let word = planeBase + (bit >> 5u);
  return (inputs[word] >> shift) | ((inputs[word + 1u] << 1u) << (31u - shift));
}

// `count` (at most 32) bits from bit `start` of a row of `rowBits` bits whose first bit is `rowBase`; zero outside.
fn rowRun(planeBase: u32, rowBase: u32, rowBits: i32, start: i32, count: i32) -> u32 {
  let low = max(start, 0);
  let length = min(start + count, rowBits) - low;
  let run = wordAt(planeBase, rowBase + u32(low)) & (0xffffffffu >> u32(32 - max(length, 1)));
  return select(0u, run << u32(low - start), length > 0);
}

// The same for reads that repeat in every frame: shifts are slow on a software adapter, which takes them lane by lane, and are
// found once.
struct BitRun {
  word: u32,     // within a frame
  shift: u32,
  carry: u32,    // 2^(32 - shift), 0 for a shift of 0: moves the next word's bits up
  keep: u32,     // which of the bits exist
  lift: u32,     // what moves them past those that do not: a power of 2
};

fn wholeRun(bit: u32, count: u32) -> BitRun {
  let shift = bit & 31u;
  return BitRun(bit >> 5u, shift, (1u << (31u - shift)) * select(2u, 0u, shift == 0u), 0xffffffffu >> (32u - count), 1u);
}

fn bitRun(rowBase: u32, rowBits: i32, start: i32, count: i32) -> BitRun {
  let low = max(start, 0);
  let length = min(start + count, rowBits) - low;
  var run = wholeRun(rowBase + u32(min(low, rowBits - 1)), u32(max(length, 1)));
  run.keep = select(0u, run.keep, length > 0);
  run.lift = 1u << u32(min(low - start, 31));
  return run;
}

fn readRun(planeBase: u32, run: BitRun) -> u32 {
  let word = planeBase + run.word;
  return (((inputs[word] >> run.shift) | (inputs[word + 1u] * run.carry)) & run.keep) * run.lift;
}

// Place of the lowest set bit of a word that is not zero. Counting bits is one operation everywhere; firstTrailingBit is slow
// on software adapters.
fn lowestBit(word: u32) -> u32 { return countOneBits(~word & (word - 1u)); }
