import type { EmitEvent, WordParser } from './wordParser.ts';

/** Types of word, its upper four bits; all others (triggers, continuations) carry no pixels. */
const ADDR_Y = 0x0;
const ADDR_X = 0x2;
const VECT_BASE_X = 0x3;
const VECT_12 = 0x4;
const VECT_8 = 0x5;
const TIME_LOW = 0x6;
const TIME_HIGH = 0x8;

/** TIME_HIGH has 12 bits above the 12 of TIME_LOW: the clock wraps at 2^24 us (16.8 s). */
const HIGH_US = 2 ** 12;
const HIGH_WRAP = 2 ** 12;

/**
 * EVT3: u16 words that set parts of a state (row, time, base column); ADDR_X and the vector words make events from it.
 * TIME_LOW may fall without TIME_HIGH moving: that is jitter, no carry.
 * @param width Columns of the sensor: masks may reach beyond it, those bits are no events.
 */
export function createEvt3Parser(emit: EmitEvent, width: number): WordParser {
  let high = -1;
  let wraps = 0;
  let low = 0;
  let y = 0;
  let baseX = 0;
  let basePolarity = 0;
  let untimed = 0;

  function event(x: number, polarity: number): void {
    if (high < 0) untimed++;
    else if (x < width) emit((wraps * HIGH_WRAP + high) * HIGH_US + low, x, y, polarity);
  }
  function vector(mask: number, length: number): void {
    for (let k = 0; k < length; k++) if ((mask >>> k) & 1) event(baseX + k, basePolarity);
    baseX += length;
  }

  return {
    wordBytes: 2,
    parse(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 0; at < bytes.length; at += 2) {
        const word = view.getUint16(at, true);
        const value = word & 0xfff;
        switch (word >>> 12) {
          case ADDR_Y:
            y = value & 0x7ff;
            break;
          case ADDR_X:
            event(value & 0x7ff, value >>> 11);
            break;
          case VECT_BASE_X:
            baseX = value & 0x7ff;
            basePolarity = value >>> 11;
            break;
          case VECT_12:
            vector(value, 12);
            break;
          case VECT_8:
            vector(value & 0xff, 8);
            break;
          case TIME_LOW:
            low = value;
            break;
          case TIME_HIGH:
            if (high - value >= HIGH_WRAP / 2) wraps++;
            if (value !== high) low = 0;
            high = value;
            break;
        }
      }
    },
    get untimed() {
      return untimed;
    },
  };
}
