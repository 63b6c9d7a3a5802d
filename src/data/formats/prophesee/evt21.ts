import { createHighClock } from './evt2.ts';
import type { EmitEvent, WordParser } from './wordParser.ts';

const OFF = 0;
const ON = 1;
const TIME_HIGH = 8;

/**
 * EVT2.1: 64-bit words. The upper half is laid out as an EVT2 word, the lower half is a mask: one event at x + k for
 * every set bit k, all at the same time, row and polarity.
 * @param isLegacy The halves are stored in swapped order.
 */
export function createEvt21Parser(emit: EmitEvent, isLegacy: boolean): WordParser {
  const clock = createHighClock();
  let untimed = 0;
  return {
    wordBytes: 8,
    parse(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 0; at < bytes.length; at += 8) {
        const head = view.getUint32(at + (isLegacy ? 0 : 4), true);
        const mask = view.getUint32(at + (isLegacy ? 4 : 0), true);
        const type = head >>> 28;
        if (type === TIME_HIGH) clock.set(head & 0x0fffffff);
        else if (type === OFF || type === ON) {
          const tUs = clock.startUs() + ((head >>> 22) & 63);
          const x = (head >>> 11) & 0x7ff;
          const y = head & 0x7ff;
          for (let k = 0; k < 32; k++) {
            if (((mask >>> k) & 1) === 0) continue;
            if (clock.isSet()) emit(tUs, x + k, y, type);
            else untimed++;
          }
        }
      }
    },
    get untimed() {
      return untimed;
    },
  };
}
