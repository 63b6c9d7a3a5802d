/** SHA-256 (FIPS 180-4) fed piece by piece. crypto.subtle takes only whole messages, and only in secure contexts. */
export interface Sha256 {
  /** Appends bytes to the message; the array may be reused afterwards. */
  update(bytes: Uint8Array): void;
  /** The digest of everything appended, as 64 lower-case hex digits. Ends the message: call it once, last. */
  digestHex(): string;
}

const BLOCK_BYTES = 64;

/** Primes 2, 3, 5, ... in order; the constants of SHA-256 are made of the first 64. */
function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}

/** floor(2^32 * fractional part of the `root`-th root of n), by exact integer search. */
function rootFraction(n: number, root: 2 | 3): number {
  // The largest r with r^root <= n * 2^(32 root); its low 32 bits are the fraction.
  const target = BigInt(n) << BigInt(32 * root);
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(root) <= target) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}

const PRIMES = firstPrimes(64);
const ROUND_CONSTANTS = Int32Array.from(PRIMES, (prime) => rootFraction(prime, 3));
const INITIAL_STATE = Int32Array.from(PRIMES.slice(0, 8), (prime) => rootFraction(prime, 2));

/** Folds one 64-byte block, bytes[offset .. offset+63], into the state. `schedule` is scratch, i32[64]. */
function compress(state: Int32Array, schedule: Int32Array, bytes: Uint8Array, offset: number): void {
  for (let i = 0, at = offset; i < 16; i++, at += 4) {
    schedule[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const early = schedule[i - 15];
    const late = schedule[i - 2];
    const sigma0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const sigma1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    schedule[i] = (schedule[i - 16] + sigma0 + schedule[i - 7] + sigma1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const choice = (e & f) ^ (~e & g);
    const mixed = (h + sum1 + choice + ROUND_CONSTANTS[i] + schedule[i]) | 0;
    const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + mixed) | 0;
    d = c;
    c = b;
    b = a;
    a = (mixed + sum0 + majority) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** Starts an empty message. */
export function createSha256(): Sha256 {
  const state = INITIAL_STATE.slice();
  const schedule = new Int32Array(64);
  const pending = new Uint8Array(BLOCK_BYTES);
  let pendingLength = 0;
  let messageBytes = 0;

  function update(bytes: Uint8Array): void {
    messageBytes += bytes.length;
    let offset = 0;
    if (pendingLength > 0) {
      const taken = Math.min(BLOCK_BYTES - pendingLength, bytes.length);
      pending.set(bytes.subarray(0, taken), pendingLength);
      pendingLength += taken;
      offset = taken;
      if (pendingLength < BLOCK_BYTES) return;
      compress(state, schedule, pending, 0);
      pendingLength = 0;
    }
    for (; offset + BLOCK_BYTES <= bytes.length; offset += BLOCK_BYTES)
      compress(state, schedule, bytes, offset);
    pending.set(bytes.subarray(offset), 0);
    pendingLength = bytes.length - offset;
  }

  function digestHex(): string {
    const bitCount = messageBytes * 8;
    const zeros = (BLOCK_BYTES * 2 - 9 - pendingLength) % BLOCK_BYTES;
    const tail = new Uint8Array(1 + zeros + 8);
    tail[0] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bitCount / 0x100000000));
    view.setUint32(tail.length - 4, bitCount >>> 0);
    update(tail);
    return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  return { update, digestHex };
}

/** SHA-256 of bytes in memory, as 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array): string {
  const hash = createSha256();
  hash.update(bytes);
  return hash.digestHex();
}
