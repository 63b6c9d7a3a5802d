/// <reference lib="webworker" />
import type { DataRequest } from './dataMessages.ts';
import { createDataService } from './dataService.ts';

// Entry of the data worker: parsing and generating never block the page, and can be ended with the worker.
const scope = self as unknown as DedicatedWorkerGlobalScope;
const service = createDataService((reply, transfer) => scope.postMessage(reply, transfer));
scope.addEventListener('message', (event: MessageEvent<DataRequest>) => service.receive(event.data));
