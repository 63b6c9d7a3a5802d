// Reading the bits under one row of a convolution kernel.
//
// Needs `inputs` (array<u32>) from the including kernel.

// `count` (at most 32) bits from bit `start` of a row of `rowBits` bits whose first bit is `rowBase`; zero outside.
fn rowRun(planeBase: u32, rowBase: u32, rowBits: i32, start: i32, count: i32) -> u32 {
  let low = max(start, 0);
  let high = min(start + count, rowBits);
  if (high <= low) { return 0u; }
  let bit = rowBase + u32(low);
  let shift = bit & 31u;
  let length = u32(high - low);
  let word = planeBase + (bit >> 5u);
  var run = inputs[word] >> shift;
  if (shift + length > 32u) { run |= inputs[word + 1u] << (32u - shift); }
  if (length < 32u) { run &= (1u << length) - 1u; }
  return run << u32(low - start);
}
