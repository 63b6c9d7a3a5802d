import { AppError } from '../core/errors.ts';

const GO_ON = 'Training goes on from memory.';

/** Sentence and remedy for what a browser says when its storage fails, by the name of the exception. */
const CAUSES: Record<string, { code: string; why: string; hint: string }> = {
  QuotaExceededError: {
    code: 'storage-full',
    why: 'the browser grants this page no more space',
    hint: `Delete stored data sets or runs, or free space on the disk. ${GO_ON}`,
  },
  SecurityError: {
    code: 'storage-refused',
    why: 'the browser refuses storage to this page, as private windows do',
    hint: `Open the page in an ordinary window to keep things. ${GO_ON}`,
  },
  NotFoundError: {
    code: 'storage-wiped',
    why: "it is gone: the browser's storage was cleared or another tab deleted it",
    hint: 'Drop the files again to make it anew.',
  },
  NotReadableError: {
    code: 'storage-wiped',
    why: "it changed or is gone: the browser's storage was cleared or another tab deleted it",
    hint: 'Drop the files again to make it anew.',
  },
  NoModificationAllowedError: {
    code: 'storage-busy',
    why: 'another tab is using it',
    hint: 'Close the other tab, or wait until it is done.',
  },
};
// Names that browsers use for the same causes.
CAUSES.NotAllowedError = CAUSES.SecurityError;
CAUSES.InvalidStateError = CAUSES.NotFoundError;

/**
 * The AppError for anything that a storage call threw: `storage-full`, `storage-refused`, `storage-wiped`,
 * `storage-busy`, else `storage-failed`. AppErrors pass unchanged.
 * @param what Was being done, as the beginning of a sentence: "The data set digits could not be stored".
 */
export function toStorageError(error: unknown, what: string): AppError {
  if (error instanceof AppError) return error;
  const name = error instanceof Error ? error.name : '';
  const cause = CAUSES[name];
  if (cause) return new AppError(cause.code, `${what}: ${cause.why}.`, cause.hint);
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError('storage-failed', `${what}: ${reason.replace(/\.$/, '')}.`, GO_ON);
}

/** The error of a browser that has no storage for files at all. */
export function noStorage(): AppError {
  return new AppError(
    'storage-refused',
    'This browser has no storage for files here: nothing can be kept for later.',
    `Open the page in an ordinary window of a recent browser. ${GO_ON}`,
  );
}
