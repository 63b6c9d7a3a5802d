import { createStore } from 'zustand/vanilla';

/** Whether the page works without a network, and whether a newer one waits. */
export interface OfflineState {
  /** `off`: a development server, or a browser that cannot; `storing`: the first visit; `ready`: every file is here. */
  state: 'off' | 'storing' | 'ready';
  /** Puts the new version that is here in the place of this one; null while there is none. */
  takeNewVersion: (() => void) | null;
}

export const offlineStore = createStore<OfflineState>(() => ({ state: 'off', takeNewVersion: null }));

/** A page that stays open for days asks this often whether there is a new version, milliseconds. */
const CHECK_EVERY_MS = 3_600_000;

/** Follows a worker that is being installed until it is ready, or given up by the browser. */
function follow(worker: ServiceWorker, registration: ServiceWorkerRegistration): void {
  const look = () => {
    // Without a worker in charge this is the first visit, and nothing is replaced.
    if (worker.state === 'installed' && navigator.serviceWorker.controller) offerNewVersion(registration);
    if (worker.state === 'activated') offlineStore.setState({ state: 'ready' });
  };
  worker.addEventListener('statechange', look);
  look();
}

function offerNewVersion(registration: ServiceWorkerRegistration): void {
  offlineStore.setState({
    takeNewVersion() {
      navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
      registration.waiting?.postMessage('activate');
    },
  });
}

/**
 * Stores the page in the browser, after it has loaded. Where that is not possible (storage switched off, no secure
 * context) the page works all the same, with a network.
 */
export async function startOffline(workerAddress: string): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(workerAddress, { updateViaCache: 'none' });
    offlineStore.setState({ state: registration.active ? 'ready' : 'storing' });
    if (registration.waiting && navigator.serviceWorker.controller) offerNewVersion(registration);
    if (registration.installing) follow(registration.installing, registration);
    registration.addEventListener('updatefound', () => {
      if (registration.installing) follow(registration.installing, registration);
    });
    setInterval(() => registration.update().catch(() => {}), CHECK_EVERY_MS);
  } catch {
    offlineStore.setState({ state: 'off' });
  }
}
