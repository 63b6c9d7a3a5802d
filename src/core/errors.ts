/** Plain-data form of an AppError, for messages between threads and for reports. */
export interface ErrorData {
  /** Stable, kebab-case; tests and the page key on it. */
  code: string;
  /** Thing, value, limit: one or two sentences. */
  message: string;
  /** What the reader can do about it. */
  hint: string;
  /** Byte offset in the file that was refused, where there is one. */
  offset?: number;
  /** Settings (short names) that cure it, where the program knows them: the page offers them as a button. */
  remedy?: Record<string, number>;
}

/**
 * The one error class of the project. Its text is interface text: it names the thing, the value, the limit and
 * the remedy. `code` is stable and is what tests and the page key on.
 */
export class AppError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly offset: number | undefined;
  readonly remedy: Record<string, number> | undefined;

  constructor(code: string, message: string, hint = '', offset?: number, remedy?: Record<string, number>) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.hint = hint;
    this.offset = offset;
    this.remedy = remedy;
  }
}

/** Turns anything thrown into plain data that survives postMessage and JSON. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof AppError) {
    const data: ErrorData = { code: error.code, message: error.message, hint: error.hint };
    if (error.offset !== undefined) data.offset = error.offset;
    if (error.remedy !== undefined) data.remedy = error.remedy;
    return data;
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', message, hint: 'Please report this with the steps that led here.' };
}

/** Inverse of {@link toErrorData}, at the receiving end of a message. */
export function fromErrorData(data: ErrorData): AppError {
  return new AppError(data.code, data.message, data.hint, data.offset, data.remedy);
}
