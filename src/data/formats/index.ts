import { atisBin } from './atisBin/atisBin.ts';
import type { FormatDecoder } from './decoder.ts';

/** Every event-file format, in the order in which they are asked. Formats without a signature come last. */
export const FORMATS: readonly FormatDecoder[] = [atisBin];
