/** Takes the words of a RAW file chunk by chunk and keeps the decoder's state between them. */
export interface WordParser {
  wordBytes: number;
  parse(bytes: Uint8Array): void;
  /** Pixel events left out because no time had been given yet. */
  readonly untimed: number;
}

export type EmitEvent = (tUs: number, x: number, y: number, polarity: number) => void;
