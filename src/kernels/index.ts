import { AppError } from '../core/errors.ts';
import { composeKernel, describeKernel, type KernelDescription } from '../gpu/kernelReflection.ts';
import { readStruct, type StructLayout } from '../gpu/structLayout.ts';
import { KERNEL_SOURCES, SHARED_SOURCES } from './sources.ts';

export const LAYER_PARAMS: StructLayout = readStruct(SHARED_SOURCES.layerParams, 'LayerParams');
export const STEP_WINDOW: StructLayout = readStruct(SHARED_SOURCES.layerParams, 'StepWindow');

export interface Kernel extends KernelDescription {
  /** Complete WGSL: the kernel and everything it includes. */
  code: string;
}

/** Every kernel by name. */
export const KERNELS: Readonly<Record<string, Kernel>> = Object.fromEntries(
  Object.entries(KERNEL_SOURCES).map(([name, source]) => {
    const description = describeKernel(name, source);
    return [name, { ...description, code: composeKernel(description, source, SHARED_SOURCES) }];
  }),
);

/** @throws AppError `kernel-unknown`. */
export function kernelOf(name: string): Kernel {
  const kernel = KERNELS[name];
  if (!kernel)
    throw new AppError('kernel-unknown', `There is no kernel ${name}.`, 'Kernels are the files in shaders/.');
  return kernel;
}
