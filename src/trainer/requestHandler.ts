import type { TrainerRequest } from './messages.ts';
import type { TrainingLoop } from './trainingLoop.ts';

export type RequestOf<Type extends TrainerRequest['type']> = Extract<TrainerRequest, { type: Type }>;

/** How one kind of request is carried out. Requests are carried out one after the other, in the order of their arrival. */
export interface RequestHandler<Type extends TrainerRequest['type']> {
  /**
   * What the training loop does as soon as the request has arrived. `goesOn`: trains on, so the request must leave the
   * GPU alone. `waits`: stands still after the batch it is at, goes on when the request is done. `stops`: is paused.
   */
  loop: 'goesOn' | 'waits' | 'stops';
  /** True where the request makes sense without a run, or replaces it: a run whose GPU was lost is not brought back for it. */
  withoutRun?: true;
  /**
   * Answers through `loop.post`. After a loss of the GPU it is carried out again, from its beginning.
   * @throws AppError Posted as `error`; the run is then stopped where it stands.
   */
  carryOut(loop: TrainingLoop, request: RequestOf<Type>): void | Promise<void>;
}
