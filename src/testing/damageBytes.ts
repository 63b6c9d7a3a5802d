import type { Random } from '../core/random.ts';

const HOSTILE = [0x00, 0x01, 0x7f, 0x80, 0xff];

/** A copy with one to three damages: a cut, a flipped bit, a hostile run, bytes lost or repeated; half of them early. */
export function damageBytes(original: Uint8Array, random: Random): Uint8Array {
  let bytes = original.slice();
  for (let left = 1 + random.integer(3); left > 0 && bytes.length > 8; left--) {
    const at = random.integer(random.integer(2) === 0 ? Math.min(200, bytes.length) : bytes.length);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const length = 1 + random.integer(16);
    switch (random.integer(5)) {
      case 0:
        bytes = before.slice();
        break;
      case 1:
        bytes[at] ^= 1 << random.integer(8);
        break;
      case 2:
        bytes.fill(HOSTILE[random.integer(HOSTILE.length)], at, at + length);
        break;
      case 3:
        bytes = Uint8Array.from([...before, ...after.subarray(length)]);
        break;
      default:
        bytes = Uint8Array.from([...before, ...after.subarray(0, length), ...after]);
    }
  }
  return bytes;
}
