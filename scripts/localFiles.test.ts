import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalFiles } from './localFiles.mjs';

let folder = '';
let server: Server;
let address = '';
const localFiles = new LocalFiles();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spikelet-'));
  await mkdir(join(folder, 'Train', '1'), { recursive: true });
  await writeFile(join(folder, 'Train', '1', 'a b#?.bin'), 'first');
  await writeFile(join(folder, 'b.bin'), 'second');
  server = createServer((request, response) =>
    localFiles.handle(request, response, () => response.end('next handler')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

describe('local files', () => {
  it('lists a folder by path, and serves what it listed', async () => {
    const files = await localFiles.share(folder);
    expect(files.map(({ path, size }) => [path, size])).toEqual([
      ['Train/1/a b#?.bin', 5],
      ['b.bin', 6],
    ]);
    const response = await fetch(address + files[0].url);
    expect(response.headers.get('content-length')).toBe('5');
    expect(await response.text()).toBe('first');
  });

  it('serves a single file under its own name', async () => {
    const [file] = await localFiles.share(join(folder, 'b.bin'));
    expect(file.path).toBe('b.bin');
    expect(await (await fetch(address + file.url)).text()).toBe('second');
  });

  it('serves nothing that was not named', async () => {
    const [file] = await localFiles.share(join(folder, 'b.bin'));
    const sibling = file.url.replace('b.bin', 'Train/1/a%20b%23%3F.bin');
    for (const url of [
      sibling,
      '/@local/x/etc/passwd',
      '/@local/',
      file.url.replace('b.bin', '..%2fb.bin'),
    ]) {
      expect((await fetch(address + url)).status).toBe(404);
    }
  });

  it('changes nothing and leaves other addresses alone', async () => {
    const [file] = await localFiles.share(join(folder, 'b.bin'));
    expect((await fetch(address + file.url, { method: 'PUT', body: 'x' })).status).toBe(405);
    expect(await (await fetch(`${address}/index.html`)).text()).toBe('next handler');
  });

  it('fails for a path that does not exist', async () => {
    await expect(localFiles.share(join(folder, 'absent'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
