import { openOpfsStore } from '../../storage/opfsStore.ts';
import { RUN_FOLDER } from '../../storage/runFiles.ts';
import { createRunLibrary } from './runLibrary.ts';
import { type RunsRequest, serveRuns } from './runsClient.ts';

// The worker's only job: requests in, replies out.
const scope = self as unknown as DedicatedWorkerGlobalScope;
const serve = serveRuns(
  createRunLibrary(() => openOpfsStore(RUN_FOLDER)),
  (reply) => scope.postMessage(reply),
);
scope.onmessage = ({ data }: MessageEvent<RunsRequest>) => {
  void serve(data);
};
