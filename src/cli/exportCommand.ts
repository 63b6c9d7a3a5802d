import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { CommandHost } from './host.ts';
import { readTrainRequest } from './trainCommand.ts';

const USAGE =
  'npm run export -- [<session file or share link> | --preset NAME] --out FOLDER [options of npm run train]';

/** Takes `--out FOLDER` out of the arguments; the others are those of `npm run train`. */
function splitArguments(args: string[]): { out: string; rest: string[] } {
  const at = args.findIndex((arg) => arg === '--out' || arg.startsWith('--out='));
  const isJoined = at >= 0 && args[at].startsWith('--out=');
  const out = at < 0 ? undefined : isJoined ? args[at].slice('--out='.length) : args[at + 1];
  if (!out) {
    throw new AppError('arguments-invalid', 'No folder was named for the project.', `Usage: ${USAGE}`);
  }
  return { out, rest: args.filter((_, i) => i !== at && (isJoined || i !== at + 1)) };
}

/**
 * `npm run export`: writes a Python project that trains the session in PyTorch, with its frames, its initial weights and a
 * reference of the first iteration from this machine's GPU path (`python check.py` compares). Prints what was written as JSON.
 */
export async function exportCommand(args: string[], host: CommandHost): Promise<number> {
  const { out, rest } = splitArguments(args);
  const { request } = await readTrainRequest(rest, host);
  const page = await host.openPage();
  const { digest, files } = await page.call('exportProject', request, (event) => {
    if (event.type === 'progress') host.progress(event.fraction, event.label);
    else if (event.type === 'note') host.note(event.line);
  });
  try {
    await mkdir(out, { recursive: true });
    for (const { name, base64 } of files) await writeFile(join(out, name), Buffer.from(base64, 'base64'));
  } catch (error) {
    throw new AppError(
      'project-unwritable',
      `The project cannot be written to ${out} (${(error as NodeJS.ErrnoException).code}).`,
      'Name a folder that you may write to.',
    );
  }
  host.print(`${JSON.stringify({ out, digest, files: files.map(({ name }) => name) }, null, 2)}\n`);
  return 0;
}
