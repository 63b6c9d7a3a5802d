import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ProgramResult {
  status: number | null;
  out: string;
  err: string;
}

/** A program of the project while it runs. */
export interface RunningProgram {
  child: ChildProcess;
  /** Settles when the program has ended. */
  ended: Promise<ProgramResult>;
  /** Resolves with the first match in standard output. @throws Error with the output when the program ends first. */
  waitFor(pattern: RegExp): Promise<RegExpMatchArray>;
}

/** Starts `node scripts/<script> ...args` in the repository, as the npm scripts do. */
export function startScript(script: string, args: string[]): RunningProgram {
  const env = { ...process.env, CI: 'true' };
  const child = spawn(process.execPath, [`scripts/${script}`, ...args], { cwd: ROOT, env });
  const result: ProgramResult = { status: null, out: '', err: '' };
  const watchers = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    result.out += chunk;
    for (const watch of watchers) watch();
  });
  child.stderr.on('data', (chunk) => {
    result.err += chunk;
  });
  const ended = new Promise<ProgramResult>((resolve) => {
    child.once('close', (status) => resolve(Object.assign(result, { status })));
  });
  return {
    child,
    ended,
    waitFor(pattern) {
      return new Promise((resolve, reject) => {
        const watch = () => {
          const match = result.out.match(pattern);
          if (match) resolve(match);
        };
        watchers.add(watch);
        watch();
        ended.then(() => reject(new Error(`It ended before ${pattern}:\n${result.out}\n${result.err}`)));
      });
    },
  };
}

/** Runs a script to its end. */
export function runScript(script: string, args: string[]): Promise<ProgramResult> {
  return startScript(script, args).ended;
}
