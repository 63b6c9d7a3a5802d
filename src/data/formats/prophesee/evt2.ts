import type { EmitEvent, WordParser } from './wordParser.ts';

/** Types of word, its upper four bits. */
const OFF = 0;
const ON = 1;
const TIME_HIGH = 8;

/** TIME_HIGH counts in units of 2^6 us and has 28 bits: the clock wraps at 2^34 us (4.8 hours). */
const LOW_US = 64;
const HIGH_WRAP = 2 ** 28;

/** Clock of EVT2 and EVT2.1: upper part from TIME_HIGH words, wraps undone. */
export function createHighClock(): { set(high: number): void; startUs(): number; isSet(): boolean } {
  let previous = -1;
  let wraps = 0;
  return {
    set(high) {
      if (previous - high > HIGH_WRAP / 2) wraps++;
      previous = high;
    },
    // Multiplication, not shifts: 2^34 does not fit 32 bits.
    startUs: () => (wraps * HIGH_WRAP + previous) * LOW_US,
    isSet: () => previous >= 0,
  };
}

/** EVT2: u32 words; an event is type (4 bits), time low (6), x (11), y (11) from the top. Other types are skipped. */
export function createEvt2Parser(emit: EmitEvent): WordParser {
  const clock = createHighClock();
  let untimed = 0;
  return {
    wordBytes: 4,
    parse(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 0; at < bytes.length; at += 4) {
        const word = view.getUint32(at, true);
        const type = word >>> 28;
        if (type === TIME_HIGH) clock.set(word & 0x0fffffff);
        else if (type === OFF || type === ON) {
          if (clock.isSet())
            emit(clock.startUs() + ((word >>> 22) & 63), (word >>> 11) & 0x7ff, word & 0x7ff, type);
          else untimed++;
        }
      }
    },
    get untimed() {
      return untimed;
    },
  };
}
