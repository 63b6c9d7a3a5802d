import { runLockName } from './runFiles.ts';

/**
 * Claims a run for this thread until the returned function is called, or the tab is closed or crashes. Where the browser has
 * no locks, everybody gets it.
 * @returns Null while somebody else has it.
 */
export async function acquireRunLock(id: string): Promise<(() => void) | null> {
  const { locks } = globalThis.navigator ?? {};
  if (!locks) return () => {};
  return new Promise((resolve, reject) => {
    locks
      .request(runLockName(id), { ifAvailable: true }, (lock) => {
        if (!lock) {
          resolve(null);
          return;
        }
        return new Promise<void>((release) => resolve(() => release()));
      })
      .catch(reject);
  });
}

/** Ids of the runs that some tab has now. */
export async function lockedRuns(ids: readonly string[]): Promise<Set<string>> {
  const { locks } = globalThis.navigator ?? {};
  if (!locks) return new Set();
  const { held = [] } = await locks.query();
  const names = new Set(held.map(({ name }) => name));
  return new Set(ids.filter((id) => names.has(runLockName(id))));
}
