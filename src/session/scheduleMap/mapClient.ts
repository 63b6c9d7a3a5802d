import type { ErrorData } from '../../core/errors.ts';
import type { Schedule } from '../../core/schedule.ts';
import { type MapCell, type MapRequest, mapKey } from './mapCells.ts';
import type { MapJob, MapReply } from './mapMessages.ts';

/** The part of a Worker that the client needs. */
export interface MapWorkerPort {
  postMessage(job: MapJob): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<MapReply>) => void): void;
  addEventListener(type: 'error', listener: (event: { message: string }) => void): void;
  terminate(): void;
}

/** What is known of a map so far. */
export interface MapView {
  /** By {@link cellKey}. */
  cells: ReadonlyMap<string, MapCell>;
  /** Why the rest does not come; null while all is well. */
  problem: ErrorData | null;
}

export interface MapClient {
  /** Asks for cells; those that are known for these settings are not planned again. */
  ask(request: MapRequest, ks: readonly number[], ns: readonly number[]): void;
  /** Ends the worker; what is known stays. */
  stop(): void;
}

export function cellKey({ truncationInterval, blockSize }: Schedule): string {
  return `${truncationInterval},${blockSize}`;
}

/** How far a cell lies from the choice, in ratios: what is near the eye comes first. */
function distance(a: Schedule, b: Schedule): number {
  return (
    Math.abs(Math.log(a.truncationInterval / b.truncationInterval)) +
    Math.abs(Math.log(a.blockSize / b.blockSize))
  );
}

/**
 * @param startWorker Starts mapWorker.ts, or a stand-in; called when cells are asked for.
 * @param onChange Called with all that is known, whenever that changes.
 */
export function createMapClient(
  startWorker: () => MapWorkerPort,
  onChange: (view: MapView) => void,
): MapClient {
  let worker: MapWorkerPort | null = null;
  let view: MapView = { cells: new Map(), problem: null };
  let key = '';
  let newest = 0;

  function tell(next: MapView): void {
    view = next;
    onChange(view);
  }

  function start(): MapWorkerPort {
    const started = startWorker();
    started.addEventListener('message', ({ data }) => {
      // Cells of an older job belong to the same settings unless those changed since, which makes a new worker.
      if (started !== worker) return;
      const cells = new Map(view.cells);
      for (const cell of data.cells) cells.set(cellKey(cell.schedule), cell);
      tell({ cells, problem: data.problem ?? null });
    });
    started.addEventListener('error', ({ message }) => {
      if (started !== worker) return;
      stop();
      tell({
        ...view,
        problem: {
          code: 'map-worker-failed',
          message: `The map stopped: ${message || 'its worker could not be started'}.`,
          hint: 'Change a setting to try again, or reload the page.',
        },
      });
    });
    return started;
  }

  function stop(): void {
    worker?.terminate();
    worker = null;
  }

  return {
    ask(request, ks, ns) {
      const wanted = mapKey(request);
      if (wanted !== key) {
        key = wanted;
        stop();
        tell({ cells: new Map(), problem: null });
      }
      const schedules = ks
        .flatMap((truncationInterval) => ns.map((blockSize) => ({ truncationInterval, blockSize })))
        .filter((schedule) => !view.cells.has(cellKey(schedule)));
      if (schedules.length === 0) return;
      const { schedule: chosen } = request.session;
      schedules.sort((a, b) => distance(a, chosen) - distance(b, chosen));
      worker ??= start();
      worker.postMessage({ ...request, id: ++newest, schedules });
    },
    stop,
  };
}
