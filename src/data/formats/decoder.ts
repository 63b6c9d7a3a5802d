import type { SensorSize } from '../../core/eventStream.ts';
import type { ByteSource } from '../byteSource.ts';
import type { ColumnChoice } from './table/columnChoice.ts';

/**
 * A run of events as columns, in file order; entries 0 .. count-1 are valid. The decoder may reuse the arrays after
 * `batch` returns: a sink copies what it keeps.
 *
 * tUs f64 (integer microseconds, wraps undone) · x, y u16 (as stored, no flips) · polarity u8 (1 = ON)
 */
export interface EventBatch {
  count: number;
  tUs: Float64Array;
  x: Uint16Array;
  y: Uint16Array;
  polarity: Uint8Array;
}

/** How stored coordinates map to an upright picture (origin top left). */
export type Orientation = 'identity' | 'flipY' | 'flipXY' | 'swapFlip';

/** What a decoder tells while it reads. */
export interface EventSink {
  /** Called once, before the first batch where the header says it, else when it is known (before `decode` ends). */
  sensor(size: SensorSize, orientation: Orientation): void;
  batch(events: EventBatch): void;
  /** The file holds `count` frames of counts, not events: frame i stands at i times FRAME_US (frameTime.ts). */
  frames?(count: number): void;
  /** Something odd that does not stop the import: one sentence, with the byte offset where there is one. */
  warn(message: string, offset?: number): void;
}

export interface DecodeOptions {
  /** Stops the work at the next chunk; the decoder then throws the signal's reason. */
  signal?: AbortSignal;
  /** Bytes read so far, at most a few times per chunk. */
  onProgress?: (bytesRead: number) => void;
  /** For formats whose header lacks the sensor: what the user chose. */
  sensor?: SensorSize;
  /** For text: what the user said about the columns. */
  columns?: ColumnChoice;
}

/**
 * One event-file format. Decoders hold no global state, never trust a length, count or offset before it is compared
 * with the bytes that are there, read in bounded chunks, and throw AppError (code, message, hint, offset) for
 * anything that is not right.
 */
export interface FormatDecoder {
  /** Stable id, the `format` of `npm run inspect`: 'atis-bin', 'aedat2', 'prophesee-evt3', ... */
  readonly id: string;
  /** Name for people. */
  readonly label: string;
  /** True when the first bytes (up to 4096) and the size say that this decoder should read the file. */
  detect(head: Uint8Array, source: ByteSource): boolean;
  decode(source: ByteSource, sink: EventSink, options: DecodeOptions): Promise<void>;
}
