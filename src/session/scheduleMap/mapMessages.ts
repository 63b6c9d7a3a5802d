import type { ErrorData } from '../../core/errors.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { MapCell, MapRequest } from './mapCells.ts';

/** Cells to be planned, in this order; a newer job takes the place of an older one. */
export interface MapJob extends MapRequest {
  id: number;
  schedules: Schedule[];
}

/** Some of a job's cells, as soon as they are there. */
export interface MapReply {
  id: number;
  cells: MapCell[];
  /** Why there are no more; absent where the rest is on its way, or there. */
  problem?: ErrorData;
}
