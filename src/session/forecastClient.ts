import type { ErrorData } from '../core/errors.ts';
import type { ForecastReply, ForecastRequest } from './forecastMessages.ts';

/** The part of a Worker that the client needs. */
export interface ForecastWorkerPort {
  postMessage(request: ForecastRequest): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ForecastReply>) => void): void;
  addEventListener(type: 'error', listener: (event: { message: string }) => void): void;
  terminate(): void;
}

/** Plans in a worker: deep networks take seconds to fit into little memory, and a page must not wait for that. */
export interface ForecastClient {
  /** Asks for a forecast; only the newest request is sure to be answered. */
  ask(request: ForecastRequest): void;
  dispose(): void;
}

/** A plan that takes longer than this is given up as soon as a newer one is wanted. */
const PATIENCE_MS = 300;

/**
 * @param startWorker Starts forecastWorker.ts, or a stand-in.
 * @param onReply Called with each answer and the request it is for.
 */
export function createForecastClient(
  startWorker: () => ForecastWorkerPort,
  onReply: (reply: ForecastReply, request: ForecastRequest) => void,
): ForecastClient {
  let worker: ForecastWorkerPort | null = null;
  let running: ForecastRequest | null = null;
  let waiting: ForecastRequest | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLate = false;

  function send(request: ForecastRequest): void {
    if (!worker) {
      const started = startWorker();
      started.addEventListener('message', ({ data }) => {
        if (started === worker) finish(data);
      });
      started.addEventListener('error', ({ message }) => {
        if (started !== worker) return;
        worker = null;
        started.terminate();
        const problem: ErrorData = {
          code: 'forecast-worker-failed',
          message: `The forecast stopped: ${message || 'its worker could not be started'}.`,
          hint: 'Reload the page.',
        };
        finish({ current: { problem }, full: { problem } });
      });
      worker = started;
    }
    running = request;
    isLate = false;
    timer = setTimeout(() => {
      isLate = true;
      if (waiting) restart();
    }, PATIENCE_MS);
    worker.postMessage(request);
  }

  function finish(reply: ForecastReply): void {
    clearTimeout(timer);
    const request = running;
    running = null;
    const next = waiting;
    waiting = null;
    if (next) send(next);
    if (request) onReply(reply, request);
  }

  function restart(): void {
    clearTimeout(timer);
    worker?.terminate();
    worker = null;
    running = null;
    const next = waiting;
    waiting = null;
    if (next) send(next);
  }

  return {
    ask(request) {
      if (!running) {
        send(request);
        return;
      }
      waiting = request;
      if (isLate) restart();
    },
    dispose() {
      clearTimeout(timer);
      worker?.terminate();
      worker = null;
      running = null;
      waiting = null;
    },
  };
}
