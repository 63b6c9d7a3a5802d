import { fromErrorData } from '../core/errors.ts';
import type { TrainerMessage } from '../trainer/messages.ts';
import type { TrainerPort } from './ports.ts';

export type MessageOf<Type extends TrainerMessage['type']> = Extract<TrainerMessage, { type: Type }>;

/** The trainer's messages as something that can be awaited; none that arrives in between is lost. */
export interface TrainerInbox {
  /** The next message of one of these types; others are passed over. @throws AppError of an `error` message. */
  next<Type extends TrainerMessage['type']>(...types: Type[]): Promise<MessageOf<Type>>;
}

/** Becomes the trainer's one listener. */
export function createInbox(trainer: Pick<TrainerPort, 'onMessage'>): TrainerInbox {
  const waiting: TrainerMessage[] = [];
  let wake: () => void = () => {};
  trainer.onMessage((message) => {
    waiting.push(message);
    wake();
  });
  return {
    async next<Type extends TrainerMessage['type']>(...types: Type[]) {
      while (true) {
        const message = waiting.shift();
        if (message === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else if (message.type === 'error') {
          throw fromErrorData(message.error);
        } else if ((types as string[]).includes(message.type)) {
          return message as MessageOf<Type>;
        }
      }
    },
  };
}
