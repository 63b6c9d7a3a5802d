import { AppError, type ErrorData } from '../../core/errors.ts';
import { xxHash32 } from '../../core/xxHash32.ts';
import { showValue } from '../session.ts';
import { toBase64Url } from './base64Url.ts';

/** A hash fragment longer than this is not read: the largest session that the page can make stays far below. */
export const MAX_LINK_LENGTH = 8192;
/** The version that is written; older ones are read as well. */
export const LINK_VERSION = 2;

/** The texts of a link's parts; null where it has none. */
export interface Fragment {
  /** Packed settings. */
  settings: string | null;
  /** Packed results of a run. */
  run: string | null;
  problems: ErrorData[];
}

/** True for text that begins as a link's fragment does: `v=2&...`. */
export function isFragment(text: string): boolean {
  return /^v=\d+(&|$)/.test(text);
}

/** `v=2[&s=settings][&r=run]&c=checksum`. The checksum stands last, so that a link that was cut has none. */
export function writeFragment(settings: string | null, run: string | null): string {
  const parts = [`v=${LINK_VERSION}`];
  if (settings !== null) parts.push(`s=${settings}`);
  if (run !== null) parts.push(`r=${run}`);
  const text = parts.join('&');
  return `${text}&c=${checksum(text)}`;
}

/** 32 bits over the text before it, as six letters. */
function checksum(text: string): string {
  const hash = xxHash32(new TextEncoder().encode(text));
  return toBase64Url(Uint8Array.of(hash >>> 24, hash >>> 16, hash >>> 8, hash));
}

/** Names of the parts, by version: version 1 had neither results nor a checksum. */
const PARTS: Record<string, readonly string[]> = { 1: ['v', 's'], 2: ['v', 's', 'r', 'c'] };

/**
 * Cuts a fragment (without `#`) into its parts and checks it as a whole.
 * @throws AppError `link-too-long`, `link-version` where nothing of it can be used.
 */
export function readFragment(fragment: string): Fragment {
  if (fragment.length > MAX_LINK_LENGTH) {
    throw new AppError(
      'link-too-long',
      `The link has ${fragment.length} characters, at most ${MAX_LINK_LENGTH} are read.`,
      'The default settings are shown instead; ask the sender for the whole link.',
    );
  }
  const problems: ErrorData[] = [];
  const text = withoutMailDamage(fragment, problems);
  const parts = text.split('&').map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? { name: part, value: '' } : { name: part.slice(0, at), value: part.slice(at + 1) };
  });
  const partOf = (name: string) => parts.find((part) => part.name === name)?.value ?? null;
  const version = partOf('v');
  if (version === null || !Object.hasOwn(PARTS, version)) {
    throw new AppError(
      'link-version',
      version === null
        ? 'The link does not say which version it is.'
        : `The link is of version ${showValue(version)}, this page reads versions 1 to ${LINK_VERSION}.`,
      'The default settings are shown instead; reload the page in case a newer one exists.',
    );
  }
  const known = PARTS[version];
  for (const [index, { name }] of parts.entries()) {
    const isSecond = parts.findIndex((part) => part.name === name) < index;
    if (known.includes(name) && !isSecond) continue;
    problems.push({
      code: 'link-part-unknown',
      message: `The link has a part ${showValue(name)} that does not belong there.`,
      hint: 'It was left out.',
    });
  }
  if (version !== '1') {
    const end = text.lastIndexOf('&c=');
    const isWhole = end >= 0 && text.slice(end + 3) === checksum(text.slice(0, end));
    if (!isWhole) {
      problems.push({
        code: 'link-changed',
        message:
          end < 0
            ? 'The link was cut: its end is missing.'
            : 'The link was changed or cut on its way: its checksum does not match.',
        hint: 'What could be read is shown, and may differ from what was sent; ask the sender for the whole link.',
      });
    }
  }
  return { settings: partOf('s'), run: partOf('r'), problems };
}

/** What mail and chat programs do to an address: `&` becomes `&amp;`, and the full stop of the sentence sticks to it. */
function withoutMailDamage(fragment: string, problems: ErrorData[]): string {
  const text = fragment.replaceAll('&amp;', '&').replace(/[\s.,;:!?)\]>"']+$/, '');
  if (text !== fragment) {
    problems.push({
      code: 'link-trimmed',
      message: 'The link was changed by a program on its way ("&amp;" for "&", or marks at its end).',
      hint: 'It was put right.',
    });
  }
  return text;
}
