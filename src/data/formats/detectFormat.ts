import { AppError } from '../../core/errors.ts';
import type { ByteSource } from '../byteSource.ts';
import type { FormatDecoder } from './decoder.ts';
import { FORMATS } from './index.ts';
import { latin1 } from './latin1.ts';

/** Bytes of a file that decoders get to see when they are asked whether it is theirs. */
export const HEAD_BYTES = 4096;

/** Files that are no data at all but often stand where data should be, by their first bytes. */
const NOT_DATA: { pattern: RegExp; what: string; hint: string }[] = [
  {
    pattern: /^version https:\/\/git-lfs/,
    what: 'a Git LFS pointer: the recording itself was not downloaded',
    hint: "Fetch the real file with Git LFS, or download it from the data set's own page.",
  },
  {
    pattern: /^\s*<(!doctype|html|\?xml)/i,
    what: 'a web page, probably an error page saved in place of the file',
    hint: 'Download the file again and check the link.',
  },
  {
    pattern: /^(404|403)\b/,
    what: 'an error message of a web server',
    hint: 'Download the file again and check the link.',
  },
];

/**
 * Chooses the decoder by content; the name only decides where the bytes cannot.
 * @throws AppError `empty-file`, `not-event-data` (a pointer, a web page), `unknown-format`.
 */
export async function detectFormat(source: ByteSource): Promise<FormatDecoder> {
  if (source.size === 0) {
    throw new AppError(
      'empty-file',
      `${source.name} is empty (0 bytes).`,
      'Copy or download the file again.',
      0,
    );
  }
  const head = await source.read(0, HEAD_BYTES);
  const text = latin1(head.subarray(0, 64));
  for (const { pattern, what, hint } of NOT_DATA) {
    if (pattern.test(text)) throw new AppError('not-event-data', `${source.name} is ${what}.`, hint, 0);
  }
  for (const decoder of FORMATS) if (decoder.detect(head, source)) return decoder;
  const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new AppError(
    'unknown-format',
    `${source.name} (${source.size} bytes, beginning ${start}) is in none of the formats that can be read: ` +
      `${FORMATS.map((decoder) => decoder.label).join(', ')}.`,
    'Convert the recording to one of these formats.',
    0,
  );
}
