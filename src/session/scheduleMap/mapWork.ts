import { toErrorData } from '../../core/errors.ts';
import { createMapper, type MapCell } from './mapCells.ts';
import type { MapJob, MapReply } from './mapMessages.ts';

/** Cells are handed over this often: a map fills visibly, and the page is not woken up for each cell. */
const BATCH_MS = 60;

/**
 * Does jobs cell by cell and looks for newer ones in between.
 * @param post Takes an answer. @param breathe Resolves after the messages that wait have been delivered.
 */
export function createMapWork(
  post: (reply: MapReply) => void,
  breathe: () => Promise<void>,
  now: () => number = () => performance.now(),
): (job: MapJob) => Promise<void> {
  let newest = 0;
  return async (job) => {
    newest = job.id;
    const { id, schedules } = job;
    let cells: MapCell[] = [];
    let since = now();
    const flush = () => {
      if (cells.length > 0) post({ id, cells });
      cells = [];
      since = now();
    };
    try {
      const mapper = createMapper(job);
      for (const schedule of schedules) {
        cells.push(mapper(schedule));
        if (now() - since < BATCH_MS) continue;
        flush();
        await breathe();
        if (newest !== id) return;
      }
      flush();
    } catch (error) {
      post({ id, cells, problem: toErrorData(error) });
    }
  };
}
