import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** A plain static host that serves a copy of a folder below a path, as a project page is served. */
export class StaticServer {
  /** The copy that is served; a test may change it. */
  folder = '';
  /** Address of the page, with its path. */
  address = '';
  #server: Server | null = null;
  #port = 0;
  readonly #path: string;

  /** @param path With a slash at both ends. */
  constructor(path: string) {
    this.#path = path;
  }

  async start(source: string): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'spikelet-site-'));
    await cp(source, this.folder, { recursive: true });
    await this.listen();
  }

  /** Listens again on the port that it had. */
  async listen(): Promise<void> {
    this.#server = createServer(async (request, response) => {
      const path = decodeURIComponent((request.url ?? '').split(/[?#]/, 1)[0]);
      const file = path.startsWith(this.#path) ? path.slice(this.#path.length) || 'index.html' : '';
      try {
        const content = await readFile(join(this.folder, normalize(file)));
        response.writeHead(200, {
          'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
          'Cache-Control': 'no-cache',
        });
        response.end(content);
      } catch {
        response.writeHead(404).end();
      }
    });
    const server = this.#server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.address = `http://127.0.0.1:${this.#port}${this.#path}`;
  }

  /** No more answers: what a visitor without a network has. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async remove(): Promise<void> {
    await this.stop();
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}
