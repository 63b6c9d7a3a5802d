import type { MapJob } from './mapMessages.ts';
import { createMapWork } from './mapWork.ts';

const work = createMapWork(
  (reply) => self.postMessage(reply),
  () => new Promise((resolve) => setTimeout(resolve, 0)),
);

self.addEventListener('message', ({ data }: MessageEvent<MapJob>) => void work(data));
