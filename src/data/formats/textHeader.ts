import { AppError } from '../../core/errors.ts';
import type { ByteSource } from '../byteSource.ts';

/** A header longer than this is an attack or another kind of file; the longest real one has 175 kB. */
const MAX_HEADER_BYTES = 1 << 22;
const LINE_FEED = 0x0a;

export interface TextHeader {
  /** Lines without their ends, as Latin-1. */
  lines: string[];
  /** Offset of the first byte after the header. */
  end: number;
  /** Offset of its last line; 0 without lines. */
  lastStart: number;
}

/** Control characters other than tab and carriage return do not stand in a header line: data has begun. */
function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0d);
}

/**
 * Reads lines that begin with `prefix` until one does not, or until `isLast` says so. A line that begins with the
 * prefix but is not text, or has no end within the limit, counts as data: the first data byte may equal the prefix.
 *
 * @throws AppError `truncated-file` when the file ends inside a header line.
 */
export async function readTextHeader(
  source: ByteSource,
  prefix: string,
  isLast: (line: string) => boolean = () => false,
): Promise<TextHeader> {
  const limit = Math.min(source.size, MAX_HEADER_BYTES);
  let bytes = new Uint8Array(0);
  let loadBytes = 1 << 14;
  const lines: string[] = [];
  let at = 0;
  let lastStart = 0;
  const prefixBytes = Array.from(prefix, (character) => character.charCodeAt(0));
  while (at < limit) {
    let stop = bytes.indexOf(LINE_FEED, at);
    while (stop < 0 && bytes.length < limit) {
      bytes = new Uint8Array(await source.read(0, Math.min(limit, loadBytes)));
      loadBytes *= 4;
      stop = bytes.indexOf(LINE_FEED, at);
    }
    if (!prefixBytes.every((byte, i) => bytes[at + i] === byte)) break;
    if (stop < 0) {
      if (limit === source.size && isText(bytes.subarray(at))) {
        throw new AppError(
          'truncated-file',
          `${source.name} ends inside its header, at line ${lines.length + 1}; there are no events.`,
          'Copy or download the file again.',
          source.size,
        );
      }
      break;
    }
    const line = bytes.subarray(at, stop);
    if (!isText(line)) break;
    lines.push(
      Array.from(line, (byte) => String.fromCharCode(byte))
        .join('')
        .replace(/\r$/, ''),
    );
    lastStart = at;
    at = stop + 1;
    if (isLast(lines[lines.length - 1])) break;
  }
  return { lines, end: at, lastStart };
}
