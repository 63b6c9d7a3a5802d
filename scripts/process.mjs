// Running other programs from the scripts, with nothing but Node.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository, whatever folder a script was started from. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a program in the repository with the terminal as its input and output.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, quiet?: boolean }} [options] quiet: its standard output is sent to standard error.
 * @returns {Promise<number>} Exit status; 127 when the program could not be started, 128 + n when signal n ended it.
 */
export function runProgram(program, args, { env = {}, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 2 : 'inherit', 'inherit'],
    });
    child.once('error', () => resolve(127));
    child.once('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

/**
 * True when a program exists and accepts these arguments (exit status 0). Nothing is printed.
 * @param {string} program
 * @param {string[]} args
 */
export function succeeds(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/**
 * The command line that runs npm: the very npm that started this script where there is one, because `npm` itself is
 * a shell script that Windows cannot spawn.
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
export function npmCommand(args) {
  const npmScript = process.env.npm_execpath;
  if (npmScript?.endsWith('.js')) return [process.execPath, [npmScript, ...args]];
  return ['npm', args];
}

/**
 * The command line that runs a package's own program, without a shell in between.
 * @param {string} packageName
 * @param {string} binName
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
export function packageCommand(packageName, binName, args) {
  const folder = `${ROOT}node_modules/${packageName}/`;
  const { bin } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
  return [process.execPath, [folder + (typeof bin === 'string' ? bin : bin[binName]), ...args]];
}

/**
 * A port of 127.0.0.1 that nothing listened on a moment ago.
 * @returns {Promise<number>}
 */
export function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
