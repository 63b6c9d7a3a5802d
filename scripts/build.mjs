// The production build, made again only when something it is made from has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageCommand, ROOT, runProgram } from './process.mjs';

const INPUTS = [
  'src',
  'shaders',
  'public',
  'index.html',
  'vite.config.ts',
  'scripts/offlinePlugin.mjs',
  'tsconfig.json',
  'package-lock.json',
];
const STAMP = join(ROOT, '.cache', 'build.sha256');

/**
 * Files under a path, sorted; the path itself when it is a file, nothing when it is absent.
 * @param {string} path relative to the repository
 * @returns {string[]}
 */
function filesUnder(path) {
  const full = join(ROOT, path);
  if (!existsSync(full)) return [];
  try {
    return readdirSync(full, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [full];
  }
}

/** sha256 over the names and contents of everything the build reads. */
export function buildFingerprint() {
  const hash = createHash('sha256');
  for (const file of INPUTS.flatMap(filesUnder)) {
    hash
      .update(`${file.slice(ROOT.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Builds dist/ unless it was made from exactly the present files. Ends the process when the build fails. */
export async function ensureBuild() {
  const fingerprint = buildFingerprint();
  const stamp = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
  if (stamp === fingerprint && existsSync(join(ROOT, 'dist', 'index.html'))) return;
  process.stderr.write('Building the page ...\n');
  const status = await runProgram(...packageCommand('vite', 'vite', ['build', '--logLevel', 'warn']), {
    quiet: true,
  });
  if (status !== 0) {
    process.stderr.write(`The build failed (exit status ${status}): its message is above.\n`);
    process.exit(1);
  }
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  writeFileSync(STAMP, fingerprint);
}
