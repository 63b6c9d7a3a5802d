// What every command needs before it can start: a new enough Node and the packages of package-lock.json.
import { existsSync, readFileSync } from 'node:fs';
import { npmCommand, ROOT, runProgram } from './process.mjs';

/**
 * True when `version` (20.19.1) is at least `minimum` (20.19).
 * @param {string} version
 * @param {string} minimum
 */
export function isAtLeast(version, minimum) {
  const have = version.split('.').map(Number);
  const need = minimum.split('.').map(Number);
  for (const [i, part] of need.entries()) {
    if ((have[i] ?? 0) !== part) return (have[i] ?? 0) > part;
  }
  return true;
}

/** Ends the process with one clear sentence when Node is older than package.json's `engines` asks for. */
export function checkNode() {
  const { engines } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const minimum = engines.node.replace('>=', '');
  if (isAtLeast(process.versions.node, minimum)) return;
  process.stderr.write(
    `Spikelet needs Node ${minimum} or newer, but this is Node ${process.versions.node}. ` +
      'Install a current Node and run the command again.\n',
  );
  process.exit(1);
}

/**
 * Packages that package-lock.json asks for and node_modules does not have at that version. Optional packages are
 * left out: most of them are for other operating systems.
 * @param {{ packages: Record<string, { version?: string, optional?: boolean, integrity?: string }> }} wanted
 * @param {{ packages: Record<string, { version?: string, integrity?: string }> } | null} installed npm's own record of
 *   the last installation, node_modules/.package-lock.json.
 * @returns {string[]} Their folders.
 */
export function missingPackages(wanted, installed) {
  return Object.entries(wanted.packages)
    .filter(([folder, entry]) => {
      if (folder === '' || entry.optional) return false;
      const there = installed?.packages[folder];
      return there?.version !== entry.version || there?.integrity !== entry.integrity;
    })
    .map(([folder]) => folder);
}

/** @param {string} path */
function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/** Installs the packages when any is missing or of another version; ends the process when that fails. */
export async function ensurePackages() {
  const missing = missingPackages(
    readJson(`${ROOT}package-lock.json`),
    readJson(`${ROOT}node_modules/.package-lock.json`),
  );
  if (missing.length === 0) return;
  process.stderr.write('Installing packages (npm ci) ...\n');
  const status = await runProgram(...npmCommand(['ci', '--no-audit', '--no-fund', '--loglevel=error']), {
    quiet: true,
  });
  if (status !== 0) {
    process.stderr.write(
      `npm ci failed (exit status ${status}): its message is above. ` +
        'Check the network connection and run the command again.\n',
    );
    process.exit(1);
  }
}
