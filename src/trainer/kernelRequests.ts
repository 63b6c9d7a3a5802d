import { openRecordStore } from '../storage/recordStore.ts';
import type { EngineDevice } from './engine.ts';
import { KernelChooser } from './kernelChooser.ts';
import { adapterName, KernelMemory } from './kernelMemory.ts';
import type { RequestHandler } from './requestHandler.ts';
import type { TrainingLoop } from './trainingLoop.ts';

const DATABASE = 'spikelet-kernels';

/** A chooser for the runs on a device, which says what it chooses. */
export async function openKernelChooser(
  device: EngineDevice,
  { post }: Pick<TrainingLoop, 'post'>,
): Promise<KernelChooser> {
  const memory = await KernelMemory.open(openRecordStore(DATABASE), adapterName(device.gpu));
  return new KernelChooser({
    memory,
    features: await device.kernelFeatures(),
    report: (report) => post({ type: 'kernels', report }),
  });
}

export const measureKernels: RequestHandler<'measureKernels'> = {
  loop: 'goesOn',
  carryOut({ run }, { wanted }) {
    if (wanted) run.kernels?.measure();
    else run.kernels?.stop();
  },
};
