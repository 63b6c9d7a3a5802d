import type { TrainerMessage, TrainerRequest } from './messages.ts';
import { Trainer } from './trainer.ts';

// The worker's only job: requests in, messages out. Weights are handed over, not copied.
const scope = self as unknown as DedicatedWorkerGlobalScope;

const trainer = new Trainer((message: TrainerMessage) => {
  const transfer = message.type === 'weights' ? message.tensors.map(({ values }) => values.buffer) : [];
  scope.postMessage(message, transfer as Transferable[]);
});

scope.onmessage = ({ data }: MessageEvent<TrainerRequest>) => {
  void trainer.handle(data);
};
