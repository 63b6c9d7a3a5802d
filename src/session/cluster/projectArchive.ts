import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { AppError } from '../../core/errors.ts';
import type { SessionPorts } from '../ports.ts';
import { prepareRun } from '../runPreparation.ts';
import type { SessionStore } from '../sessionStore.ts';
import type { WeightsActions } from '../weights/weightsActions.ts';
import { clusterProject, FRAMES_NAME } from './clusterProject.ts';
import { framesPieces } from './frames.ts';

/** Folder inside the archive. */
const FOLDER = 'spikelet-project';

/**
 * The run as a Python project, one zip archive: it goes on from the present weights. Its parts are handed to the browser as
 * they are made, which keeps large ones on disk.
 * @throws AppError `not-configured`, `project-too-large`; those of the preparation and of the storage.
 */
export async function projectArchive(
  store: SessionStore,
  { data }: Pick<SessionPorts, 'data'>,
  { exportWeights }: Pick<WeightsActions, 'exportWeights'>,
): Promise<Blob> {
  const { run, iteration } = store.getState();
  if (!run)
    throw new AppError(
      'not-configured',
      'There is no run yet.',
      'Train first: a project goes on with a run.',
    );
  const { tensors, digest } = await exportWeights();
  const { config, dataset } = await prepareRun(data, run.settings, {});
  const epoch = iteration?.epoch ?? 0;
  const files = clusterProject({ session: run.settings, config, dataset, tensors, digest, epoch });
  return zipped(files, framesPieces(dataset));
}

async function zipped(
  files: Record<string, Uint8Array<ArrayBuffer>>,
  frames: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<Blob> {
  const parts: Blob[] = [];
  let failure: Error | null = null;
  const zip = new Zip((error, chunk) => {
    failure ??= error;
    if (!error) parts.push(new Blob([chunk as Uint8Array<ArrayBuffer>]));
  });
  for (const [name, bytes] of Object.entries(files)) {
    const path = `${FOLDER}/${name}`;
    // Weights and frames hardly shrink.
    const entry = name.endsWith('.safetensors') ? new ZipPassThrough(path) : new ZipDeflate(path);
    zip.add(entry);
    entry.push(bytes, true);
  }
  const entry = new ZipPassThrough(`${FOLDER}/${FRAMES_NAME}`);
  zip.add(entry);
  for await (const piece of frames) entry.push(piece);
  entry.push(new Uint8Array(0), true);
  zip.end();
  if (failure) throw failure;
  return new Blob(parts, { type: 'application/zip' });
}
