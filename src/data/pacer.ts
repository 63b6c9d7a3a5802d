/** How long work may run before the thread looks at its messages (a cancel among them), in milliseconds. */
const SLICE_MS = 40;

/** Lets long work in a worker be cancelled and keeps a page without a worker responsive. */
export interface Pacer {
  /**
   * Call it between pieces of work; returns at once, except that every {@link SLICE_MS} it lets queued messages in.
   * @throws The signal's reason once it is aborted.
   */
  pause(): Promise<void>;
}

export function createPacer(signal?: AbortSignal): Pacer {
  let sliceStart = performance.now();
  return {
    async pause() {
      if (performance.now() - sliceStart >= SLICE_MS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        sliceStart = performance.now();
      }
      signal?.throwIfAborted();
    },
  };
}
