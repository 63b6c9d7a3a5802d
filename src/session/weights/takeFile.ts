import { AppError } from '../../core/errors.ts';
import { blobSource } from '../../data/byteSource.ts';
import type { Session } from '../session.ts';
import type { TakenWeights } from './startWeights.ts';
import { readWeightsFile } from './weightsFile.ts';

export const MAX_WEIGHTS_BYTES = 1 << 30;

/** True for a name that weights or networks go by. */
export function isWeightsName(path: string): boolean {
  return /\.(safetensors|nir)$/i.test(path);
}

/**
 * Takes a network (NIR) or weights (safetensors) for the session; nothing is trained by it.
 * @throws AppError `weights-too-large`, `safetensors-invalid`, `weights-mismatch`, `nir-invalid`, `nir-unsupported`,
 *   `damaged-file`.
 */
export async function takeWeightsFile(fileName: string, blob: Blob, session: Session): Promise<TakenWeights> {
  if (blob.size > MAX_WEIGHTS_BYTES) {
    throw new AppError(
      'weights-too-large',
      `${fileName} has ${blob.size} bytes, at most ${MAX_WEIGHTS_BYTES} are read.`,
      'Choose the weights of a smaller network.',
    );
  }
  if (/\.nir$/i.test(fileName)) {
    const [{ readNir }, { takeNir }] = await Promise.all([
      import('../../data/nir/nirFile.ts'),
      import('./nirImport.ts'),
    ]);
    const graph = await readNir(blobSource(fileName, blob));
    return takeNir(fileName, graph, session);
  }
  return readWeightsFile(fileName, new Uint8Array(await blob.arrayBuffer()), session);
}
