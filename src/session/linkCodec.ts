import { type ErrorData, toErrorData } from '../core/errors.ts';
import { formatLayers, parseLayers } from './layerNotation.ts';
import { readFragment, writeFragment } from './link/fragment.ts';
import { packTable, type Table, unpackTable } from './link/packedTable.ts';
import { type RepairedSession, sessionFromValues } from './link/repairSession.ts';
import { packRun, type SharedRun, unpackRun } from './link/sharedRun.ts';
import { defaultSession, type Session } from './session.ts';
import { readSetting, SESSION_FIELDS, withSetting } from './sessionFields.ts';

export { isFragment, MAX_LINK_LENGTH } from './link/fragment.ts';
export type { SharedRun } from './link/sharedRun.ts';

/** What a link gave: always a session that can be used, and what had to be repaired for it. */
export interface DecodedLink extends RepairedSession {
  /** What the run came to that was shared with the link. */
  run?: SharedRun;
}

/**
 * Writes a session as a hash fragment without the `#`: `v=2&s=<settings>&r=<run>&c=<checksum>`. The settings are the
 * deflated JSON object {short name: value} of the fields that differ from the default session, as base64url; the run is
 * what {@link SharedRun} says, in the same way. Equal sessions give equal text. Recordings are never in it.
 */
export function encodeLink(session: Session, run?: SharedRun): string {
  let base = defaultSession();
  const values: Table = {};
  for (const { path, short } of SESSION_FIELDS) {
    const value = readSetting(session, path);
    if (value === undefined || sameValue(value, readSetting(base, path))) continue;
    base = withSetting(base, short, value);
    values[short] = path === 'network.layers' ? shortLayers(session.network.layers) : value;
  }
  const isDefault = Object.keys(values).length === 0;
  return writeFragment(isDefault ? null : packTable(values), run ? packTable(packRun(run)) : null);
}

/** The notation where it says everything, else the list itself (per-layer neuron constants). */
function shortLayers(layers: Session['network']['layers']): unknown {
  try {
    const text = formatLayers(layers);
    return sameValue(parseLayers(text), layers) ? text : layers;
  } catch {
    // A dropout such as 1e-7 has no notation.
    return layers;
  }
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
 * Reads a hash fragment (with or without `#`), of this version or an older one. Never throws and never starts anything:
 * a field that cannot be used takes its default and is listed; a fragment that cannot be read at all gives the default
 * session and one problem. Whatever changed the text on its way, at least one problem says so (32-bit checksum).
 */
export function decodeLink(hash: string): DecodedLink {
  const fragment = hash.startsWith('#') ? hash.slice(1) : hash;
  if (fragment === '') return { session: defaultSession(), problems: [] };
  const problems: ErrorData[] = [];
  /** The work's result; what it throws is listed, and `fallback` taken. */
  const attempt = <Result>(work: () => Result, fallback: Result): Result => {
    try {
      return work();
    } catch (error) {
      problems.push(toErrorData(error));
      return fallback;
    }
  };
  const parts = attempt(() => readFragment(fragment), null);
  if (!parts) return { session: defaultSession(), problems };
  problems.push(...parts.problems);
  const unpacked = (text: string | null, what: string): Table | null => {
    if (text === null) return null;
    const table = attempt(() => unpackTable(text, what), null);
    problems.push(...(table?.problems ?? []));
    return table?.values ?? null;
  };
  const repaired = sessionFromValues(unpacked(parts.settings, 'settings') ?? {}, 'link');
  problems.push(...repaired.problems);
  const results = unpacked(parts.run, 'results');
  const shared = results && unpackRun(results);
  problems.push(...(shared?.problems ?? []));
  return { session: repaired.session, problems, ...(shared?.run && { run: shared.run }) };
}
