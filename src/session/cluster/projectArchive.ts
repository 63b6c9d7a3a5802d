import { zipSync } from 'fflate';
import { AppError } from '../../core/errors.ts';
import type { SessionPorts } from '../ports.ts';
import { prepareRun } from '../runPreparation.ts';
import type { SessionStore } from '../sessionStore.ts';
import type { WeightsActions } from '../weights/weightsActions.ts';
import { clusterProject } from './clusterProject.ts';

/** Folder inside the archive. */
const FOLDER = 'spikelet-project';

/**
 * The run as a Python project, one zip archive: it goes on from the present weights.
 * @throws AppError `not-configured`, `project-too-large`; those of the preparation.
 */
export async function projectArchive(
  store: SessionStore,
  { data }: Pick<SessionPorts, 'data'>,
  { exportWeights }: Pick<WeightsActions, 'exportWeights'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { run, iteration } = store.getState();
  if (!run)
    throw new AppError(
      'not-configured',
      'There is no run yet.',
      'Train first: a project goes on with a run.',
    );
  const { tensors, digest } = await exportWeights();
  const { config, dataset } = await prepareRun(data, run.settings, {});
  const files = clusterProject({
    session: run.settings,
    config,
    dataset,
    tensors,
    digest,
    epoch: iteration?.epoch ?? 0,
  });
  // Weights and frames hardly shrink; level 1 is quick.
  return zipSync({ [FOLDER]: files }, { level: 1 });
}
