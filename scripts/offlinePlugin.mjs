// What the build adds so that the page works anywhere: a service worker that knows every file, and a content policy that
// is stricter than what the development server needs.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformWithOxc } from 'vite';
import { ROOT } from './process.mjs';

const SOURCE = join(ROOT, 'src', 'offline', 'serviceWorker.ts');
const PUBLIC = join(ROOT, 'public');

/** Files of public/ that the page itself needs; sample recordings are fetched when they are asked for. */
const PUBLIC_FILES = /^[\w-]+\.(svg|png|webmanifest)$/;

/**
 * The worker's text for a build.
 * @param {Map<string, string | Uint8Array>} contents by path relative to the page
 */
async function workerText(contents) {
  const hash = createHash('sha256');
  const files = [...contents.keys()].sort();
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(/** @type {string} */ (contents.get(file)))
      .update('\0');
  const source = readFileSync(SOURCE, 'utf8');
  hash.update(source);
  const build = JSON.stringify({ version: hash.digest('hex').slice(0, 16), files });
  const { code } = await transformWithOxc(source, SOURCE, { sourcemap: false });
  return `const SPIKELET_BUILD = ${build};\n${code}`;
}

/** @returns {import('vite').Plugin} */
export function offlinePlugin() {
  return {
    name: 'spikelet-offline',
    apply: 'build',
    enforce: 'post',
    transformIndexHtml: {
      order: 'post',
      // The development server puts styles into the page as elements; the build has them in files.
      handler: (html) =>
        html.replace(/style-src 'self' 'unsafe-inline'/, "style-src 'self'; style-src-attr 'unsafe-inline'"),
    },
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        /** @type {Map<string, string | Uint8Array>} */
        const contents = new Map();
        for (const [path, file] of Object.entries(bundle))
          contents.set(path, file.type === 'chunk' ? file.code : file.source);
        if (existsSync(PUBLIC))
          for (const file of readdirSync(PUBLIC).filter((name) => PUBLIC_FILES.test(name)))
            contents.set(file, readFileSync(join(PUBLIC, file)));
        if (!contents.has('index.html')) return;
        this.emitFile({ type: 'asset', fileName: 'serviceWorker.js', source: await workerText(contents) });
      },
    },
  };
}
