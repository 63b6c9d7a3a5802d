/** Bytes of numbers and text, as files are written. */

export const ascii = (text: string) => [...new TextEncoder().encode(text)];
const byte = (value: number, index: number) => Math.floor(value / 256 ** index) % 256;
/** Little-endian. */
export const le = (value: number, bytes: number) => Array.from({ length: bytes }, (_, i) => byte(value, i));
/** Big-endian. */
export const be = (value: number, bytes: number) => le(value, bytes).reverse();
export const u16 = (...values: number[]) => values.flatMap((value) => le(value, 2));
export const u32 = (...values: number[]) => values.flatMap((value) => le(value, 4));
/** Bytes after their u32 length. */
export const sized = (bytes: number[]) => [...u32(bytes.length), ...bytes];
export const f64 = (values: number[]) => [...new Uint8Array(Float64Array.from(values).buffer)];
