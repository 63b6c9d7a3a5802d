import { AppError, type ErrorData } from '../../core/errors.ts';
import { type DecodedLink, decodeLink, encodeLink } from '../linkCodec.ts';
import { type Session, showValue } from '../session.ts';
import { sessionFromData } from './repairSession.ts';
import type { SharedRun } from './sharedRun.ts';

/** Session files and reports are texts of a few kilobytes; a report of 10,000 epochs stays below this. */
export const MAX_SESSION_FILE_BYTES = 32 * 1024 * 1024;
const FORMAT = 'spikelet-session';

/** A session as a file for people and programs: JSON, with the link that says the same (and the run's results). */
export function writeSessionFile(session: Session, run?: SharedRun): string {
  return `${JSON.stringify({ format: FORMAT, session, link: `#${encodeLink(session, run)}` }, null, 2)}\n`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads a session file, a bare session, or a report of `npm run train`, repairing it field by field as a link.
 * @throws AppError `session-file-damaged`, `session-version` where nothing of it can be read.
 */
export function readSessionFile(text: string): DecodedLink {
  return readValue(parse(text));
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError(
      'session-file-damaged',
      'The session file is not JSON; it is cut or was changed.',
      'Nothing was changed; copy the file again.',
    );
  }
  if (isObject(value)) return value;
  throw new AppError(
    'session-file-damaged',
    `The session file holds ${showValue(value)}, no session.`,
    'Nothing was changed; choose a file that this page has saved.',
  );
}

function readValue(value: Record<string, unknown>): DecodedLink {
  const session = isObject(value.session) ? value.session : value;
  const version = session.version;
  if (version !== undefined && version !== 1) {
    throw new AppError(
      'session-version',
      `The session file is of version ${showValue(version)}, this page reads version 1.`,
      'Nothing was changed; reload the page in case a newer one exists.',
    );
  }
  const repaired = sessionFromData(session);
  const results = resultsOf(value.link, repaired.session);
  return { ...repaired, ...results.run, problems: [...repaired.problems, ...results.problems] };
}

/** The results beside a session, from its link, where that is a link of the same session. */
function resultsOf(link: unknown, session: Session): { run?: { run: SharedRun }; problems: ErrorData[] } {
  if (typeof link !== 'string') return { problems: [] };
  const decoded = decodeLink(link);
  const isSame = decoded.problems.length === 0 && encodeLink(decoded.session) === encodeLink(session);
  if (isSame) return decoded.run ? { run: { run: decoded.run }, problems: [] } : { problems: [] };
  return {
    problems: [
      {
        code: 'session-file-edited',
        message: 'The settings of the file are not those of the link in it.',
        hint: 'The settings were taken; results of a run, if there were any, were left out.',
      },
    ],
  };
}
