// Serves files that were named on the command line to the headless page, and nothing else.
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';

/** @typedef {import('../src/cli/host.ts').SharedFile} SharedFile */

/**
 * Files under a folder, sorted by path; the file itself where a file is named.
 * @param {string} path
 * @returns {Promise<{ path: string, full: string, size: number }[]>}
 */
async function listFiles(path) {
  const info = await stat(path);
  if (info.isFile()) return [{ path: basename(path), full: path, size: info.size }];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = [];
  for (const entry of entries) {
    const full = join(entry.parentPath, entry.name);
    const size = entry.isFile() ? (await stat(full)).size : -1;
    if (size >= 0) files.push({ path: relative(path, full).split(sep).join('/'), full, size });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Shared files by their route. A route holds a random id: another page of this machine cannot guess it. */
export class LocalFiles {
  /** @type {Map<string, { full: string, size: number }>} */
  #routes = new Map();

  /**
   * @param {string} path file or folder
   * @returns {Promise<SharedFile[]>}
   * @throws the file system's error when the path cannot be read
   */
  async share(path) {
    const id = randomUUID();
    const files = await listFiles(path);
    return files.map(({ path: name, full, size }) => {
      const url = `/@local/${id}/${name.split('/').map(encodeURIComponent).join('/')}`;
      this.#routes.set(url, { full, size });
      return { path: name, size, url };
    });
  }

  /**
   * Answers requests below /@local/; leaves all others to the next handler.
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   * @param {() => void} next
   */
  handle(request, response, next) {
    const url = request.url ?? '';
    if (!url.startsWith('/@local/')) return next();
    const file = this.#routes.get(url);
    if (!file || request.method !== 'GET') {
      response.writeHead(file ? 405 : 404).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': file.size,
      'Cache-Control': 'no-store',
    });
    const stream = createReadStream(file.full);
    // The length has been promised already: a broken connection is the only way left to tell the page.
    stream.once('error', () => response.destroy());
    stream.pipe(response);
  }
}
