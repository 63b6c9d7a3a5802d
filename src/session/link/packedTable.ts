import { deflateSync, Inflate, inflateSync, strFromU8, strToU8 } from 'fflate';
import { AppError, type ErrorData } from '../../core/errors.ts';
import { fromBase64Url, toBase64Url } from './base64Url.ts';

/** Cap on the bytes that a table in a link may unpack to. */
const MAX_TEXT_BYTES = 64 * 1024;

export type Table = Record<string, unknown>;

/** A JSON object as address-safe text: deflated, base64url. Equal objects with equal order of keys give equal text. */
export function packTable(values: Table): string {
  return toBase64Url(deflateSync(strToU8(JSON.stringify(values)), { level: 9 }));
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads what {@link packTable} wrote. Of a text that was cut or changed it gives the entries before the damage.
 * @param what What the table is, for people: "settings".
 * @throws AppError `link-damaged`, `link-too-long` where nothing can be read.
 */
export function unpackTable(text: string, what: string): { values: Table; problems: ErrorData[] } {
  const remedy = 'Ask the sender for the whole link.';
  const bytes = fromBase64Url(text);
  let whole: string | null = null;
  try {
    // With a buffer given, the inflater never allocates: what does not fit is dropped, and the length tells.
    const inflated = inflateSync(bytes, { out: new Uint8Array(MAX_TEXT_BYTES + 1) });
    if (inflated.length > MAX_TEXT_BYTES)
      throw new AppError('link-too-long', `The link unpacks to more than ${MAX_TEXT_BYTES} bytes.`, remedy);
    whole = strFromU8(inflated);
    const values: unknown = JSON.parse(whole);
    if (!isTable(values))
      throw new AppError('link-damaged', `The link does not hold a table of ${what}.`, remedy);
    return { values, problems: [] };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const values = entriesBeforeDamage(whole ?? inflateStart(bytes));
    const count = Object.keys(values).length;
    if (count === 0)
      throw new AppError(
        'link-damaged',
        `The ${what} in the link cannot be unpacked; a part of the link is missing or changed.`,
        remedy,
      );
    return {
      values,
      problems: [
        {
          code: 'link-damaged',
          message: `The ${what} in the link are damaged; ${count} could be read before the damage: ${Object.keys(values).join(', ')}.`,
          hint: remedy,
        },
      ],
    };
  }
}

/** What a deflated stream gives before it breaks off or stops making sense, at most {@link MAX_TEXT_BYTES}. */
function inflateStart(bytes: Uint8Array): string {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate((chunk) => {
    if (length < MAX_TEXT_BYTES) chunks.push(chunk);
    length += chunk.length;
  });
  try {
    // Small pieces: what came out before the damage is kept, and a stream that unpacks to too much is left in time.
    for (let at = 0; at < bytes.length && length < MAX_TEXT_BYTES; at += 32)
      stream.push(bytes.slice(at, at + 32), false);
  } catch {
    // The damage was reached.
  }
  return chunks.map((chunk) => strFromU8(chunk)).join('');
}

/** Separators that are tried as the end of the whole part, from the last one. */
const MAX_CUTS = 200;

/** The entries of a JSON object whose text is whole only at its beginning. */
function entriesBeforeDamage(text: string): Table {
  if (!text.startsWith('{')) return {};
  let end = text.lastIndexOf(',');
  for (let cut = 0; end > 0 && cut < MAX_CUTS; cut++) {
    try {
      const values: unknown = JSON.parse(`${text.slice(0, end)}}`);
      return isTable(values) ? values : {};
    } catch {
      end = text.lastIndexOf(',', end - 1);
    }
  }
  return {};
}
