import { AppError, toErrorData } from '../core/errors.ts';
import { inspectSource } from '../data/inspect.ts';
import { readArguments } from './arguments.ts';
import { openFileSource } from './fileSource.ts';
import type { CommandHost } from './host.ts';

const USAGE = 'npm run inspect -- <file> [<file> ...]';

async function inspectFile(path: string): Promise<object> {
  try {
    const source = await openFileSource(path);
    try {
      return await inspectSource(source);
    } finally {
      await source.close();
    }
  } catch (error) {
    // A file that is refused is a result; anything else is a fault of the program.
    if (!(error instanceof AppError)) throw error;
    return { error: { ...toErrorData(error), offset: error.offset ?? null } };
  }
}

/**
 * `npm run inspect`: what the page's importer finds in event files. Prints one JSON object for one file, and one
 * object per line, each with its `file` first, for several.
 * @returns 1 when any file was refused: its object is `{ error: { code, message, hint, offset } }`.
 */
export async function inspectCommand(args: string[], host: CommandHost): Promise<number> {
  const { positionals } = readArguments(args, {}, USAGE);
  if (positionals.length === 0) {
    throw new AppError('arguments-invalid', 'No file was named.', `Usage: ${USAGE}`);
  }
  let refused = false;
  for (const path of positionals) {
    const report = await inspectFile(path);
    refused ||= 'error' in report;
    const text =
      positionals.length === 1 ? JSON.stringify(report, null, 2) : JSON.stringify({ file: path, ...report });
    host.print(`${text}\n`);
  }
  return refused ? 1 : 0;
}
