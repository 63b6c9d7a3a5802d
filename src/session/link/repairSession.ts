import { type ErrorData, toErrorData } from '../../core/errors.ts';
import { bodyLayerCount } from '../../core/network.ts';
import {
  checkSession,
  defaultSession,
  expectedMeta,
  parseSession,
  type Session,
  showValue,
  toNetworkSpec,
} from '../session.ts';
import { applySetting, readSetting, SESSION_FIELDS, withSetting } from '../sessionFields.ts';
import type { Table } from './packedTable.ts';

/** A session that can be used, and what had to be repaired for it. */
export interface RepairedSession {
  session: Session;
  /** One entry per repaired field; empty where everything was whole. */
  problems: ErrorData[];
}

/**
 * Makes a session of values by their short names: a field that cannot be used takes its default and is listed, and
 * what does not fit together is mended and listed.
 * @param whence "link" or "file", for the texts.
 */
export function sessionFromValues(values: Table, whence: 'link' | 'file'): RepairedSession {
  const whole = wholeSession(values);
  if (whole) return { session: whole, problems: [] };
  const problems: ErrorData[] = [];
  let session = defaultSession();
  const known = new Set(SESSION_FIELDS.map(({ short }) => short));
  for (const name of Object.keys(values)) {
    if (known.has(name)) continue;
    problems.push({
      code: 'link-field-unknown',
      message: `The ${whence} has a setting ${showValue(name)} that this page does not know.`,
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
  return { session: mend(session, problems, whence), problems };
}

/** The session of values that need no repair, validated once; null for others. */
function wholeSession(values: Table): Session | null {
  if (!Object.keys(values).every((name) => SESSION_FIELDS.some(({ short }) => short === name))) return null;
  try {
    let session = defaultSession();
    for (const { short } of SESSION_FIELDS)
      if (Object.hasOwn(values, short)) session = withSetting(session, short, values[short]);
    const parsed = parseSession(session);
    checkSession(parsed);
    return parsed;
  } catch {
    return null;
  }
}

/** Top-level parts of a session that are no fields of their own. */
const VERSION_KEY = 'version';

/** As {@link sessionFromValues}, for plain data in the shape of a session (a session file). */
export function sessionFromData(data: Table): RepairedSession {
  try {
    const session = parseSession(data);
    checkSession(session);
    return { session, problems: [] };
  } catch {
    // Repaired below, field by field.
  }
  const values: Table = {};
  for (const { path, short } of SESSION_FIELDS) {
    const value = path
      .split('.')
      .reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), data);
    if (value !== undefined) values[short] = value;
  }
  for (const path of unknownPaths(data)) values[path] = true;
  return sessionFromValues(values, 'file');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const PATHS = SESSION_FIELDS.map(({ path }) => path);

/** Dotted paths of a session file that no field has. */
function unknownPaths(data: Table, prefix = ''): string[] {
  return Object.entries(data).flatMap(([key, value]) => {
    const path = prefix + key;
    if (path === VERSION_KEY || PATHS.includes(path)) return [];
    const isGroup = PATHS.some((known) => known.startsWith(`${path}.`));
    return isGroup && isObject(value) ? unknownPaths(value, `${path}.`) : [path];
  });
}

/** Makes the fields fit together: a network that fits its input, k <= T, n <= L. */
function mend(session: Session, problems: ErrorData[], whence: string): Session {
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
      message: `The network of the ${whence} does not fit: ${message}`,
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
