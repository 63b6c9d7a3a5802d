import type { Pass, PlannedBuffer, StepWindow } from './types.ts';

/** What a pass has to do at the least, for a roofline. */
export interface PassWork {
  /** Bytes of everything that the pass binds, each read or written once. */
  bytes: number;
  /** Arithmetic operations if every input fired (a multiplication and an addition each count); 0 where none is per weight. */
  denseOperations: number;
}

/**
 * Work of one run of a pass, from the plan alone.
 * @param window The steps that it runs.
 */
export function passWork(
  pass: Pass,
  window: Pick<StepWindow, 'stepCount'>,
  buffers: ReadonlyMap<string, PlannedBuffer>,
): PassWork {
  let bytes = 0;
  for (const name of new Set(Object.values(pass.buffers))) {
    if (!name.startsWith('unused')) bytes += buffers.get(name)?.bytes ?? 0;
  }
  return { bytes, denseOperations: 2 * multiplications(pass, window.stepCount) };
}

function multiplications({ kernel, params, overrides }: Pass, stepCount: number): number {
  const {
    batchSize,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    inChannels,
    weightVectors,
    outChannels,
  } = params;
  const chunkSteps = Math.min(params.chunkSteps ?? stepCount, stepCount - (params.chunkStart ?? 0));
  const perStep =
    batchSize *
    outHeight *
    outWidth *
    kernelHeight *
    kernelWidth *
    inChannels *
    Math.min(outChannels, 4 * weightVectors);
  if (/^lifForward/.test(kernel)) return perStep * (overrides.SYNAPSE === 1 ? 1 : stepCount);
  if (/^synapseBackward/.test(kernel)) return perStep * chunkSteps;
  if (/^weightGrad/.test(kernel)) return perStep * (overrides.SUM_STEPS === 1 ? 1 : chunkSteps);
  return 0;
}
