/// <reference lib="webworker" />
// The page without a network: after the first visit every file of the build is in this browser. Written into the build by
// scripts/offlinePlugin.mjs, which replaces SPIKELET_BUILD; it imports nothing, so that one file is the whole worker.

/** What the build consists of; the version changes with any byte of it. */
declare const SPIKELET_BUILD: { version: string; files: string[] };

const worker = globalThis as unknown as ServiceWorkerGlobalScope;

const scope = new URL(worker.registration.scope);
/** Caches belong to an origin, which may hold several pages like this one. */
const cachesOfPage = `spikelet ${scope.pathname} `;
const cacheName = cachesOfPage + SPIKELET_BUILD.version;
const indexAddress = new URL('index.html', scope).href;
const addresses = new Set(SPIKELET_BUILD.files.map((file) => new URL(file, scope).href));

/** How long the server may keep a visitor waiting before the stored page is shown, milliseconds. */
const PATIENCE_MS = 3000;

worker.addEventListener('install', (event) => {
  // All or nothing: with a file missing the installation fails and is tried again at the next visit.
  const store = async () => {
    const cache = await caches.open(cacheName);
    await cache.addAll([...addresses].map((address) => new Request(address, { cache: 'no-cache' })));
  };
  event.waitUntil(store());
});

worker.addEventListener('activate', (event) => {
  const takeOver = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(cachesOfPage) && name !== cacheName);
    await Promise.all(old.map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(takeOver());
});

// A new version waits until the visitor wants it: its files must not mix with those of a page that is open.
worker.addEventListener('message', (event) => {
  if (event.data === 'activate') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const address = request.url.split(/[?#]/, 1)[0];
  if (request.mode === 'navigate' && (address === scope.href || address === indexAddress))
    event.respondWith(newestPage(request));
  else if (addresses.has(address)) event.respondWith(storedFile(request, address));
});

/** The server's page where it answers in time, so that a reload always shows the newest; else the stored one. */
async function newestPage(request: Request): Promise<Response> {
  const stored = await (await caches.open(cacheName)).match(indexAddress);
  try {
    const response = await fetch(request, stored && { signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok || !stored ? response : stored;
  } catch (error) {
    if (stored) return stored;
    throw error;
  }
}

/** Names of built files hold a digest of their content: what is stored is what the server would send. */
async function storedFile(request: Request, address: string): Promise<Response> {
  const stored = await (await caches.open(cacheName)).match(address);
  return stored ?? fetch(request);
}
