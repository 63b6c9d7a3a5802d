// Counter-based random numbers: Threefry-2x32 with 20 rounds, the generator of src/core/random.ts.
// u32 additions, rotations and exclusive-or only, so GPU and CPU agree to the bit.

fn rotateLeft(value: u32, count: u32) -> u32 {
  return (value << count) | (value >> (32u - count));
}

fn threefry2x32(key0: u32, key1: u32, counter0: u32, counter1: u32) -> vec2u {
  var keys = array<u32, 3>(key0, key1, key0 ^ key1 ^ 0x1BD11BDAu);
  var rotations = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
  var x = vec2u(counter0 + key0, counter1 + key1);
  for (var round = 0u; round < 20u; round++) {
    x.x += x.y;
    x.y = rotateLeft(x.y, rotations[round % 8u]) ^ x.x;
    if (round % 4u == 3u) {
      let injection = round / 4u + 1u;
      x.x += keys[injection % 3u];
      x.y += keys[(injection + 1u) % 3u] + injection;
    }
  }
  return x;
}

// Keeps with probability 1 - dropout. Same number as uniform(seed, 'dropout', 1024 * iteration + stream, index) in
// src/core/random.ts; 4 is the id of the purpose there.
fn dropoutKeeps(seed: u32, stream: u32, iteration: u32, index: u32, dropout: f32) -> bool {
  let word = threefry2x32(seed, 4u, index, 1024u * iteration + stream).x;
  return f32(word >> 8u) * 5.9604644775390625e-8 >= dropout;
}
