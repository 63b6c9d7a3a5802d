import { AppError } from '../core/errors.ts';
import { composeKernel, describeKernel, type KernelDescription } from '../gpu/kernelReflection.ts';
import { readStruct, type StructLayout } from '../gpu/structLayout.ts';
import { KERNEL_SOURCES, SHARED_SOURCES } from './sources.ts';

export const LAYER_PARAMS: StructLayout = readStruct(SHARED_SOURCES.layerParams, 'LayerParams');
export const STEP_WINDOW: StructLayout = readStruct(SHARED_SOURCES.layerParams, 'StepWindow');

export interface Kernel extends KernelDescription {
  /** Complete WGSL: the kernel and everything it includes. */
  code: string;
  /** The same with the stand-ins of an include, by the override that asks for them. */
  codeWith: Readonly<Record<string, string>>;
}

/** Every kernel by name. */
export const KERNELS: Readonly<Record<string, Kernel>> = Object.fromEntries(
  Object.entries(KERNEL_SOURCES).map(([name, source]) => {
    const description = describeKernel(name, source);
    const compose = (overrides?: Record<string, number>) =>
      composeKernel(description, source, SHARED_SOURCES, overrides);
    const codeWith = Object.fromEntries(
      description.includeChoices.map(({ override }) => [override, compose({ [override]: 1 })]),
    );
    return [name, { ...description, code: compose(), codeWith }];
  }),
);

/** @throws AppError `kernel-unknown`. */
export function kernelOf(name: string): Kernel {
  const kernel = KERNELS[name];
  if (!kernel)
    throw new AppError('kernel-unknown', `There is no kernel ${name}.`, 'Kernels are the files in shaders/.');
  return kernel;
}
