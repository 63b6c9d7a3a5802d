import { AppError, fromErrorData } from '../core/errors.ts';
import type { DataPort, DataSummary, DroppedFile, TrainerPort } from '../session/ports.ts';
import { loadBuiltInSet, prepareRun, settingsForData } from '../session/runPreparation.ts';
import type { Session } from '../session/session.ts';
import { createInbox, type TrainerInbox } from '../session/trainerInbox.ts';
import type { StartWeights, TakenWeights } from '../session/weights/startWeights.ts';
import { takeWeightsFile } from '../session/weights/takeFile.ts';
import { wantedWeights } from '../session/weights/weightsActions.ts';
import { writeWeightsFile } from '../session/weights/weightsFile.ts';
import type {
  AdapterInfo,
  EpochMetrics,
  IterationMetrics,
  ResetDrift,
  TrainerRequest,
} from '../trainer/messages.ts';
import type { SharedFile } from './host.ts';
import type { PageEvent, TrainOutcome, TrainRequest } from './pageApi.ts';

/** Downloads that run side by side: more does not help on one machine, and keeps more of the files in memory. */
const PARALLEL_FETCHES = 8;

export interface TrainPorts {
  trainer: TrainerPort;
  data: DataPort;
  /** Gets a shared file. */
  fetchFile(file: SharedFile): Promise<Blob>;
}

/**
 * Trains a session from its first to its last epoch, with the page's own import, preparation and trainer.
 * @param emit Told of every epoch, of progress, and of files that were refused.
 * @throws AppError of the import, the preparation or the trainer.
 */
export async function trainInPage(
  request: TrainRequest,
  ports: TrainPorts,
  emit: (event: PageEvent) => void,
): Promise<TrainOutcome> {
  const inbox = createInbox(ports.trainer);
  ports.trainer.post({ type: 'connect' });
  const { adapter } = await inbox.next('adapter');

  const taken = await takeWeights(request, ports, emit);
  const settings = await loadRecordings({ ...request, session: taken.session }, ports, emit);
  const startWeights = wantedWeights(settings, taken.weights);
  const { config, dataset, run } = await prepareRun(ports.data, settings, {
    onProgress: ({ done, total, label }) =>
      emit({ type: 'progress', fraction: done / Math.max(1, total), label }),
  });
  const wanted = request.session.data.fingerprint;
  if (wanted !== undefined && wanted !== run.fingerprint) {
    emit({
      type: 'note',
      line: `The frames differ from those of the session (fingerprint ${run.fingerprint.slice(0, 8)}, not ${wanted.slice(0, 8)}): results will differ too.`,
    });
  }
  ports.trainer.post({ type: 'configure', config, dataset, ...(startWeights && { startWeights }) });
  const planned = await inbox.next('planned');
  const { epochs, iterations, peakBytes } = await runEpochs(
    { epochs: config.epochs, iterations: request.iterations },
    ports.trainer,
    inbox,
    emit,
  );
  const session = { ...settings, data: { ...settings.data, fingerprint: run.fingerprint } };
  const weightsFile = request.saveWeights
    ? await exportWeights(session, epochs[epochs.length - 1].epoch, ports, inbox)
    : null;
  const drift = request.drift ? await measureDrift(ports, inbox) : null;
  ports.trainer.post({ type: 'dispose' });
  return {
    ...(drift && { drift }),
    ...(weightsFile !== null && { weightsFile }),
    session,
    digest: epochs[epochs.length - 1].digest,
    epochs,
    iterations,
    dataset: { name: run.datasetName, synthetic: run.synthetic },
    forecastBytes: planned.forecastBytes,
    peakBytes: Math.max(planned.measuredBytes, peakBytes),
    adapter: adapter satisfies AdapterInfo,
    trainSamples: run.trainSamples,
    testSamples: run.testSamples,
  };
}

/** The weights that a request names, and the session that they are weights of. */
export async function takeWeights(
  { session, weights: file }: TrainRequest,
  { fetchFile }: Pick<TrainPorts, 'fetchFile'>,
  emit: (event: PageEvent) => void,
): Promise<Pick<TakenWeights, 'session'> & { weights: StartWeights | null }> {
  if (!file) return { session, weights: null };
  const taken = await takeWeightsFile(file.path, await fetchFile(file), session);
  for (const line of taken.remarks) emit({ type: 'note', line });
  return taken;
}

async function exportWeights(
  session: Session,
  epoch: number,
  { trainer }: TrainPorts,
  inbox: TrainerInbox,
): Promise<string> {
  trainer.post({ type: 'exportWeights' });
  const { tensors, digest } = await inbox.next('weights');
  return toBase64(writeWeightsFile(tensors, { session, digest, epoch }));
}

async function measureDrift({ trainer }: TrainPorts, inbox: TrainerInbox): Promise<ResetDrift | null> {
  trainer.post({ type: 'measureDrift' });
  const { drift, error } = await inbox.next('drift');
  if (error) throw fromErrorData(error);
  return drift;
}

/** In pieces: a call takes only so many arguments. */
export function toBase64(bytes: Uint8Array): string {
  const PIECE = 0x8000;
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE)
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}

/** Loads what a request names. @returns The session, with what the data set says filled in. */
export async function loadRecordings(
  { session, files, limits }: Pick<TrainRequest, 'session' | 'files' | 'limits'>,
  { data, fetchFile }: Pick<TrainPorts, 'data' | 'fetchFile'>,
  emit: (event: PageEvent) => void,
): Promise<Session> {
  const onProgress = ({ done, total, label }: { done: number; total: number; label: string }) =>
    emit({ type: 'progress', fraction: done / Math.max(1, total), label });
  if (files === null) return settingsForData(session, await loadBuiltInSet(data, session, { onProgress }));
  const { splitSeed, testFraction, imageOrientation, split } = session.data;
  const dropped = await fetchAll(files, fetchFile);
  const summary = await data.importFiles(
    dropped,
    { splitSeed, testFraction, imageOrientation, classes: { rule: 'auto', split } },
    { onProgress },
  );
  for (const { file, error } of summary.problems) emit({ type: 'note', line: `${file}: ${error.message}` });
  checkLoaded(summary, files.length);
  const found = settingsForData({ ...session, data: { ...session.data, source: 'files' } }, summary);
  const { trainCount, testCount } = found.data;
  return {
    ...found,
    data: { ...found.data, trainCount: limits.train ?? trainCount, testCount: limits.test ?? testCount },
  };
}

function checkLoaded(summary: DataSummary, fileCount: number): void {
  if (summary.recordingCount > 0) return;
  throw new AppError(
    'no-recordings-loaded',
    `None of the ${fileCount} files gave a recording.`,
    'The lines above say why for each file.',
  );
}

async function fetchAll(files: SharedFile[], fetchFile: TrainPorts['fetchFile']): Promise<DroppedFile[]> {
  const dropped: DroppedFile[] = new Array(files.length);
  let next = 0;
  const worker = async () => {
    while (next < files.length) {
      const index = next++;
      dropped[index] = { path: files[index].path, blob: await fetchFile(files[index]) };
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_FETCHES }, worker));
  return dropped;
}

/** When a run ends: with its last epoch, or before that after so many iterations. */
interface RunLength {
  epochs: number;
  iterations?: number;
}

async function runEpochs(
  length: RunLength,
  trainer: { post(request: TrainerRequest): void },
  inbox: TrainerInbox,
  emit: (event: PageEvent) => void,
): Promise<{ epochs: EpochMetrics[]; iterations: number; peakBytes: number }> {
  let epochs: EpochMetrics[] = [];
  let iterations = 0;
  let peakBytes = 0;
  trainer.post({ type: 'start', iterationLimit: length.iterations });
  while (true) {
    const message = await inbox.next('iteration', 'epoch', 'restored', 'status');
    if (message.type === 'iteration') {
      iterations = message.metrics.iteration;
      peakBytes = Math.max(peakBytes, message.metrics.peakBytes);
      emit(progressOf(message.metrics, length));
    } else if (message.type === 'epoch') {
      epochs.push(message.metrics);
      emit({ type: 'epoch', metrics: message.metrics });
    } else if (message.type === 'restored') {
      // The GPU was lost: what came after the checkpoint is trained again.
      epochs = [...message.epochs];
      emit({ type: 'note', line: `The GPU was lost; going on from iteration ${message.metrics.iteration}.` });
    } else if (message.status === 'finished') {
      return { epochs, iterations, peakBytes };
    } else if (message.status === 'failed') {
      // The reason follows as an error message, or has been thrown already.
      await inbox.next('error');
    }
  }
}

function progressOf(metrics: IterationMetrics, { epochs, iterations }: RunLength): PageEvent {
  const { iteration, epoch, epochIteration, epochIterations, lossPerBlock, samplesPerSecond, secondsLeft } =
    metrics;
  const done = (epoch + epochIteration / Math.max(1, epochIterations)) / epochs;
  const loss = lossPerBlock[lossPerBlock.length - 1];
  return {
    type: 'progress',
    fraction: iterations === undefined ? done : Math.max(done, iteration / iterations),
    label:
      `epoch ${Math.min(epoch + 1, epochs)} of ${epochs}, loss ${loss.toFixed(4)}, ` +
      `${samplesPerSecond.toFixed(0)} samples/s, ${Math.ceil(secondsLeft)} s left`,
  };
}
