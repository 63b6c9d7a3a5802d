/// <reference lib="webworker" />
import { DATASET_FOLDER } from '../storage/datasetFile.ts';
import { hasOpfs, openOpfsStore } from '../storage/opfsStore.ts';
import { createOpfsScratch } from '../storage/scratchFile.ts';
import type { DataReply, DataRequest } from './dataMessages.ts';
import { createDataService } from './dataService.ts';

// Entry of the data worker: parsing and generating never block the page, and can be ended with the worker.
const scope = self as unknown as DedicatedWorkerGlobalScope;
const service = createDataService((reply, transfer) => scope.postMessage(reply, transfer), {
  openStore: hasOpfs() ? () => openOpfsStore(DATASET_FOLDER) : null,
  openScratch: hasOpfs() ? createOpfsScratch() : null,
});
scope.addEventListener('message', (event: MessageEvent<DataRequest>) => service.receive(event.data));
// The page ends a worker that falls silent: a decoder that hangs lets no timer run.
setInterval(() => scope.postMessage({ type: 'alive' } satisfies DataReply), 1000);
