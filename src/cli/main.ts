import { AppError, toErrorData } from '../core/errors.ts';
import type { CommandHost } from './host.ts';

/** Runs with the arguments after the command's name; resolves to the exit status. */
type Command = (args: string[], host: CommandHost) => Promise<number>;

// Imported when asked for: a command starts no slower because of the others.
const COMMANDS: Record<string, () => Promise<Command>> = {
  train: async () => (await import('./trainCommand.ts')).trainCommand,
  sweep: async () => (await import('./sweepCommand.ts')).sweepCommand,
  export: async () => (await import('./exportCommand.ts')).exportCommand,
  golden: async () => (await import('./goldenCommand.ts')).goldenCommand,
  cost: async () => (await import('./cost.ts')).costCommand,
  bench: async () => (await import('./benchCommand.ts')).benchCommand,
  inspect: async () => (await import('./inspectCommand.ts')).inspectCommand,
};

/** The message and the hint of an error as lines for standard error. */
function describeError(error: unknown): string[] {
  if (!(error instanceof AppError))
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  const { message, hint } = toErrorData(error);
  return hint ? [message, hint] : [message];
}

/**
 * Runs one of the project's commands.
 * @param name One of the keys of COMMANDS. @param args What followed it on the command line.
 * @returns Exit status: 0 = done, 1 = done, with a negative result or an error (told on standard error).
 */
export async function runCommand(name: string, args: string[], host: CommandHost): Promise<number> {
  try {
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!load) {
      throw new AppError(
        'command-unknown',
        `There is no command named ${name}.`,
        `The commands are ${Object.keys(COMMANDS).join(', ')}.`,
      );
    }
    const command = await load();
    return await command(args, host);
  } catch (error) {
    for (const line of describeError(error)) host.note(line);
    return 1;
  }
}
