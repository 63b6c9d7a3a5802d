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

// Place of the lowest set bit of a word that is not zero. Counting bits is one operation everywhere; firstTrailingBit is slow
// on software adapters.
fn lowestBit(word: u32) -> u32 { return countOneBits(~word & (word - 1u)); }
