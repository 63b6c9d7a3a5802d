import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';
import { AppError, type ErrorData, toErrorData } from '../core/errors.ts';
import { bodyLayerCount } from '../core/network.ts';
import { formatLayers, parseLayers } from './layerNotation.ts';
import {
  checkSession,
  defaultSession,
  expectedMeta,
  type Session,
  showValue,
  toNetworkSpec,
} from './session.ts';
import { applySetting, readSetting, SESSION_FIELDS } from './sessionFields.ts';

/** A hash fragment longer than this is not read: the largest session that the page can make stays far below. */
export const MAX_LINK_LENGTH = 8192;
/** Cap on the bytes that a link may unpack to. */
const MAX_TEXT_BYTES = 64 * 1024;

/** What a link gave: always a session that can be used, and what had to be repaired for it. */
export interface DecodedLink {
  session: Session;
  /** One entry per repaired field; empty when the link was whole. */
  problems: ErrorData[];
}

/**
 * Writes a session as a hash fragment without the `#`: `v=1&s=<base64url>`, where the base64url text is the deflated
 * JSON object {short name: value} of the fields that differ from the default session. Equal sessions give equal
 * text. Recordings are never in it.
 */
export function encodeLink(session: Session): string {
  let base = defaultSession();
  const values: Record<string, unknown> = {};
  for (const { path, short } of SESSION_FIELDS) {
    const value = readSetting(session, path);
    if (value === undefined || sameValue(value, readSetting(base, path))) continue;
    base = applySetting(base, short, value);
    values[short] = path === 'network.layers' ? shortLayers(session.network.layers) : value;
  }
  if (Object.keys(values).length === 0) return 'v=1';
  return `v=1&s=${toBase64Url(deflateSync(strToU8(JSON.stringify(values)), { level: 9 }))}`;
}

/** The notation where it says everything, else the list itself (per-layer neuron constants). */
function shortLayers(layers: Session['network']['layers']): unknown {
  const text = formatLayers(layers);
  return sameValue(parseLayers(text), layers) ? text : layers;
}

/** Equality of plain data, whatever the order of keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = (value: object) => Object.entries(value).filter(([, child]) => child !== undefined);
  const left = keys(a);
  return (
    left.length === keys(b).length &&
    left.every(([key, child]) => sameValue(child, (b as Record<string, unknown>)[key]))
  );
}

/**
 * Reads a hash fragment (with or without `#`). Never throws and never starts anything: a field that cannot be used
 * takes its default and is listed; a fragment that cannot be read at all gives the default session and one problem.
 */
export function decodeLink(hash: string): DecodedLink {
  const fragment = hash.startsWith('#') ? hash.slice(1) : hash;
  if (fragment === '') return { session: defaultSession(), problems: [] };
  try {
    return repair(readValues(fragment));
  } catch (error) {
    return { session: defaultSession(), problems: [toErrorData(error)] };
  }
}

const RESTORED = 'The default settings are shown instead; ask the sender for the whole link.';

function readValues(fragment: string): Record<string, unknown> {
  if (fragment.length > MAX_LINK_LENGTH) {
    throw new AppError(
      'link-too-long',
      `The link has ${fragment.length} characters, at most ${MAX_LINK_LENGTH} are read.`,
      RESTORED,
    );
  }
  const parts = new URLSearchParams(fragment);
  const version = parts.get('v');
  if (version !== '1') {
    throw new AppError(
      'link-version',
      version === null
        ? 'The link does not say which version it is.'
        : `The link is of version ${showValue(version)}, this page reads version 1.`,
      'The default settings are shown instead; reload the page in case a newer one exists.',
    );
  }
  const packed = parts.get('s');
  if (packed === null) return {};
  let values: unknown;
  try {
    values = JSON.parse(strFromU8(inflateCapped(fromBase64Url(packed))));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'link-damaged',
      'The settings in the link cannot be unpacked; a part of it is missing.',
      RESTORED,
    );
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new AppError('link-damaged', 'The link does not hold a table of settings.', RESTORED);
  return values as Record<string, unknown>;
}

function inflateCapped(bytes: Uint8Array): Uint8Array {
  // With a buffer given, the inflater never allocates: what does not fit is dropped, and the length tells.
  const text = inflateSync(bytes, { out: new Uint8Array(MAX_TEXT_BYTES + 1) });
  if (text.length > MAX_TEXT_BYTES)
    throw new AppError('link-too-long', `The link unpacks to more than ${MAX_TEXT_BYTES} bytes.`, RESTORED);
  return text;
}

/** Applies the values field by field, then mends what does not fit together. */
function repair(values: Record<string, unknown>): DecodedLink {
  const problems: ErrorData[] = [];
  let session = defaultSession();
  const known = new Set(SESSION_FIELDS.map(({ short }) => short));
  for (const name of Object.keys(values)) {
    if (known.has(name)) continue;
    problems.push({
      code: 'link-field-unknown',
      message: `The link has a setting ${showValue(name)} that this page does not know.`,
      hint: 'It was left out.',
    });
  }
  for (const { path, short } of SESSION_FIELDS) {
    if (!Object.hasOwn(values, short)) continue;
    try {
      session = applySetting(session, short, values[short]);
    } catch (error) {
      const { message } = toErrorData(error);
      const kept = path === 'network.layers' ? 'the default network' : showValue(readSetting(session, path));
      problems.push({ code: 'link-field-repaired', message, hint: `It was replaced by ${kept}.` });
    }
  }
  return { session: mend(session, problems), problems };
}

/** Makes the fields fit together: a network that fits its input, k <= T, n <= L. */
function mend(session: Session, problems: ErrorData[]): Session {
  const { stepCount } = session.encoding;
  const layerCount = bodyLayerCount(toNetworkSpec(session, expectedMeta(session)));
  const { truncationInterval: k, blockSize: n } = session.schedule;
  const schedule = {
    truncationInterval: Math.min(k, stepCount),
    blockSize: Math.min(n, Math.max(1, layerCount)),
  };
  if (schedule.truncationInterval !== k) {
    problems.push({
      code: 'link-field-repaired',
      message: `k is ${k}, but a sample has ${stepCount} time steps.`,
      hint: `It was replaced by ${stepCount}.`,
    });
  }
  if (schedule.blockSize !== n) {
    problems.push({
      code: 'link-field-repaired',
      message: `n is ${n}, but the network has ${layerCount} trainable body layers.`,
      hint: `It was replaced by ${schedule.blockSize}.`,
    });
  }
  const mended = { ...session, schedule };
  try {
    checkSession(mended);
    return mended;
  } catch (error) {
    const { message } = toErrorData(error);
    problems.push({
      code: 'link-field-repaired',
      message: `The network of the link does not fit: ${message}`,
      hint: 'The default network, input size and (k, n) were taken instead.',
    });
    const fallback = defaultSession();
    return {
      ...mended,
      network: fallback.network,
      neuron: fallback.neuron,
      encoding: fallback.encoding,
      schedule: fallback.schedule,
    };
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const letters = Math.min(4, Math.ceil(((bytes.length - i) * 8) / 6));
    for (let j = 0; j < letters; j++) text += ALPHABET[(word >> (18 - 6 * j)) & 63];
  }
  return text;
}

function fromBase64Url(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0)
      throw new AppError(
        'link-damaged',
        `The link has a character ${showValue(letter)} that no link has.`,
        RESTORED,
      );
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = bits >> held;
    }
  }
  return bytes;
}
