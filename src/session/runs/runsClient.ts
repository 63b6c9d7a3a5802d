import { AppError, type ErrorData, fromErrorData, toErrorData } from '../../core/errors.ts';
import type { RunLibrary } from './runLibrary.ts';

type Method = keyof RunLibrary;

export interface RunsRequest {
  id: number;
  method: Method;
  args: unknown[];
}

export type RunsReply = { id: number } & ({ result: unknown; error?: undefined } | { error: ErrorData });

/** The part of a Worker that the client needs. */
export interface RunsWorkerPort {
  postMessage(request: RunsRequest): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<RunsReply>) => void): void;
  addEventListener(type: 'error', listener: (event: { message: string }) => void): void;
}

const METHODS: readonly Method[] = [
  'list',
  'read',
  'save',
  'change',
  'remove',
  'duplicate',
  'export',
  'import',
];

/** The library behind a worker: files can be written only there. One job after the other, in the order of the calls. */
export function createRunsClient(worker: RunsWorkerPort): RunLibrary {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  let nextId = 1;
  let failure: AppError | null = null;

  worker.addEventListener('message', ({ data }) => {
    const job = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) job?.reject(fromErrorData(data.error));
    else job?.resolve(data.result);
  });
  worker.addEventListener('error', ({ message }) => {
    failure = new AppError(
      'runs-worker-failed',
      `Runs cannot be kept: ${message || 'their worker could not be started'}.`,
      'Reload the page. Training goes on from memory.',
    );
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  });

  const call = (method: Method, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (failure) {
        reject(failure);
        return;
      }
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, args });
    });
  return Object.fromEntries(
    METHODS.map((method) => [method, (...args: unknown[]) => call(method, args)]),
  ) as unknown as RunLibrary;
}

/** The worker's side. */
export function serveRuns(
  library: RunLibrary,
  post: (reply: RunsReply) => void,
): (request: RunsRequest) => Promise<void> {
  let queue: Promise<void> = Promise.resolve();
  return ({ id, method, args }) => {
    queue = queue.then(async () => {
      try {
        const run = library[method] as (...args: unknown[]) => Promise<unknown>;
        post({ id, result: await run(...args) });
      } catch (error) {
        post({ id, error: toErrorData(error) });
      }
    });
    return queue;
  };
}
