/*
 * A bzip2 compressor for files that the tests write: one block, sorted the slow way, codes of two lengths. What it
 * writes is a whole .bz2 stream that every reader of the format takes.
 */

/** CRC-32 of bzip2: the highest bit first. */
function checksum(bytes: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return ~crc >>> 0;
}

/** Runs of four to 259 equal bytes as four of them and the number of the others. */
function packRuns(bytes: readonly number[]): number[] {
  const packed: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = 1;
    while (length < 259 && bytes[at + length] === bytes[at]) length++;
    for (let i = 0; i < Math.min(length, 4); i++) packed.push(bytes[at]);
    if (length >= 4) packed.push(length - 4);
    at += length;
  }
  return packed;
}

/** Last column of the sorted rotations, and the row of the rotation that is the text. */
function sortRotations(text: readonly number[]): { last: number[]; row: number } {
  const { length } = text;
  const starts = Array.from(text, (_, i) => i).sort((a, b) => {
    for (let i = 0; i < length; i++) {
      const difference = text[(a + i) % length] - text[(b + i) % length];
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  return { last: starts.map((start) => text[(start + length - 1) % length]), row: starts.indexOf(0) };
}

/** Symbols 0 and 1 count zeros in a bijective binary numeral, n > 1 is place n - 1 in the list of recent bytes. */
function moveToFront(bytes: readonly number[], used: readonly number[]): number[] {
  const recent = [...used];
  const symbols: number[] = [];
  let zeros = 0;
  const flush = () => {
    for (; zeros > 0; zeros = (zeros - 1) >> 1) symbols.push(zeros % 2 === 1 ? 0 : 1);
  };
  for (const byte of bytes) {
    const place = recent.indexOf(byte);
    recent.unshift(...recent.splice(place, 1));
    if (place === 0) zeros++;
    else {
      flush();
      symbols.push(place + 1);
    }
  }
  flush();
  return [...symbols, used.length + 1];
}

/** A whole stream; at most some ten thousand bytes, which are sorted the slow way. */
export function bzip2(data: readonly number[]): number[] {
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push(Math.floor(value / 2 ** bit) % 2);
  };
  for (const letter of 'BZh9') put(letter.charCodeAt(0), 8);
  if (data.length > 0) {
    const { last, row } = sortRotations(packRuns(data));
    const used = [...new Set(last)].sort((a, b) => a - b);
    const symbols = moveToFront(last, used);
    const symbolCount = used.length + 2;
    put(0x314159265359, 48);
    put(checksum(data), 32);
    put(0, 1);
    put(row, 24);
    const isUsed = (low: number, count: number) => used.some((value) => value >= low && value < low + count);
    for (let high = 0; high < 16; high++) put(Number(isUsed(high * 16, 16)), 1);
    for (let high = 0; high < 16; high++)
      if (isUsed(high * 16, 16))
        for (let low = 0; low < 16; low++) put(Number(isUsed(high * 16 + low, 1)), 1);
    // Two tables, the fewest there may be; every group of 50 symbols takes the first.
    const groups = Math.ceil(symbols.length / 50);
    put(2, 3);
    put(groups, 15);
    put(0, groups);
    const longest = Math.max(1, Math.ceil(Math.log2(symbolCount)));
    const shortCount = 2 ** longest - symbolCount;
    for (let table = 0; table < 2; table++) {
      put(shortCount > 0 ? longest - 1 : longest, 5);
      for (let symbol = 0; symbol < symbolCount; symbol++) {
        if (symbol === shortCount && symbol > 0) put(2, 2);
        put(0, 1);
      }
    }
    for (const symbol of symbols) {
      if (symbol < shortCount) put(symbol, longest - 1);
      else put(shortCount + symbol, longest);
    }
  }
  put(0x177245385090, 48);
  put(data.length > 0 ? checksum(data) : 0, 32);
  while (bits.length % 8 !== 0) bits.push(0);
  return Array.from({ length: bits.length / 8 }, (_, i) =>
    bits.slice(i * 8, i * 8 + 8).reduce((byte, bit) => byte * 2 + bit, 0),
  );
}
