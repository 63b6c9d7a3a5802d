// npm run test:bundle: builds the page and adds up what a first visit must fetch before it shows anything.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ensureBuild } from './build.mjs';
import { ROOT } from './process.mjs';

/** Bytes, gzipped, that the first load may have. */
export const LIMIT = 350_000;

/** Parts that belong to other views or to rare files, and must never be in the first load. */
const LAZY = /hdf5_hl|h5wasm|libH5|recharts|Panel|Picker|Dialog/i;

/** @typedef {Record<string, { file: string, imports?: string[], css?: string[] }>} BuildManifest */

/**
 * The files of the first load: the page, its entry, everything that is imported statically from there, and their styles.
 * @param {BuildManifest} manifest as Vite writes it
 * @returns {string[]} paths below dist/, each once
 */
export function firstLoadFiles(manifest) {
  /** @type {Set<string>} */
  const files = new Set(['index.html']);
  /** @type {Set<string>} */
  const seen = new Set();
  /** @param {string} name */
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const { file, imports = [], css = [] } = manifest[name];
    for (const path of [file, ...css]) files.add(path);
    imports.forEach(visit);
  };
  visit('index.html');
  return [...files];
}

/** Measures dist/. @returns {{ files: { path: string, bytes: number }[], bytes: number, lazy: string[] }} */
function measure() {
  const dist = join(ROOT, 'dist');
  const manifest = /** @type {BuildManifest} */ (JSON.parse(readFileSync(join(dist, 'files.json'), 'utf8')));
  const files = firstLoadFiles(manifest).map((path) => ({
    path,
    bytes: gzipSync(readFileSync(join(dist, path)), { level: 9 }).length,
  }));
  return {
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    lazy: files.map(({ path }) => path).filter((path) => LAZY.test(path)),
  };
}

async function main() {
  await ensureBuild();
  const { files, bytes, lazy } = measure();
  for (const file of files) process.stdout.write(`${String(file.bytes).padStart(8)}  ${file.path}\n`);
  process.stdout.write(`${String(bytes).padStart(8)}  first load, bytes after gzip; allowed are ${LIMIT}\n`);
  if (lazy.length > 0)
    process.stderr.write(`These belong to other views and must be fetched by them: ${lazy.join(', ')}\n`);
  if (bytes > LIMIT)
    process.stderr.write('The first load is too large: fetch a part when it is first shown (LazyPart).\n');
  process.exit(bytes > LIMIT || lazy.length > 0 ? 1 : 0);
}

if (process.argv[1]?.endsWith('firstLoad.mjs')) await main();
