import { AppError } from '../../core/errors.ts';
import type { ByteSource } from '../byteSource.ts';
import { isZip } from '../containers/zip.ts';
import { atisBin, looksLikeAtisBin } from './atisBin/atisBin.ts';
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
    // After a byte order mark perhaps.
    pattern: /^(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml)/i,
    what: 'a web page, probably an error page saved in place of the file',
    hint: 'Download the file again and check the link.',
  },
  {
    pattern: /^(404|403)\b/,
    what: 'an error message of a web server',
    hint: 'Download the file again and check the link.',
  },
];

/** First bytes of archives and compressed files that other programs unpack: 7z, RAR, xz, bzip2, Zstandard. */
const FOREIGN_ARCHIVES = [
  [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
  [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  [0x42, 0x5a, 0x68],
  [0x28, 0xb5, 0x2f, 0xfd],
];

/** Files of other kinds that people drop in good faith: no decoder wants them, and the reason is worth a sentence. */
const OTHER_KINDS: {
  matches: (head: Uint8Array, source: ByteSource) => boolean;
  what: string;
  hint: string;
}[] = [
  {
    matches: (head) => head[0] === 0 && head[1] === 0 && head[2] === 8 && head[3] >= 1 && head[3] <= 4,
    what: 'is an idx file of images or labels (MNIST, EMNIST), which are no events',
    hint: 'Choose a recording of an event camera, N-MNIST for example.',
  },
  {
    matches: (head, { name, size }) =>
      /\.bin$/i.test(name) && size % CIFAR10_BYTES === 0 && head[0] < 10 && !looksLikeAtisBin(head),
    what: 'is a CIFAR-10 file of images, which are no events',
    hint: 'Choose a recording of an event camera, CIFAR10-DVS for example.',
  },
  {
    matches: (head) => head[0] === 0x1f && head[1] === 0x8b,
    what: 'is compressed with gzip',
    hint: 'Unpack it and drop what comes out.',
  },
  {
    matches: (head) => FOREIGN_ARCHIVES.some((signature) => signature.every((byte, i) => head[i] === byte)),
    what: 'is an archive of a kind that cannot be opened here (7z, RAR, xz, bzip2 or Zstandard)',
    hint: 'Unpack it and drop the folder, or pack it as zip or tar.gz.',
  },
  {
    matches: (_, { name }) => /\.mat$/i.test(name),
    what: 'is a Matlab file older than version 5, or none',
    hint: 'Save it in Matlab again: save(name, "-v7").',
  },
  {
    matches: (head, { name }) => isZip(head) && !/\.npz$/i.test(name),
    what: 'is a zip archive inside another one, or was opened as a recording',
    hint: 'Drop the archive itself on the page, or unpack it.',
  },
  {
    matches: (head, { name }) => /\.aedat$/i.test(name) && head[0] !== 0x23,
    what: 'has no AEDAT header, so the camera and the layout of its addresses are unknown',
    hint: 'Open it in jAER and save it again as AEDAT 2.0.',
  },
];

/** One label and 32x32 pixels of three colours. */
const CIFAR10_BYTES = 3073;

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
  const decoder = FORMATS.find((candidate) => candidate.detect(head, source));
  // The decoder of last resort takes every .bin; images have that ending too.
  const other =
    !decoder || decoder === atisBin ? OTHER_KINDS.find(({ matches }) => matches(head, source)) : undefined;
  if (other) throw new AppError('not-events', `${source.name} ${other.what}.`, other.hint, 0);
  if (decoder) return decoder;
  const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new AppError(
    'unknown-format',
    `${source.name} (${source.size} bytes, beginning ${start}) is in none of the formats that can be read: ` +
      `${FORMATS.map(({ label }) => label).join(', ')}.`,
    'Convert the recording to one of these formats.',
    0,
  );
}
