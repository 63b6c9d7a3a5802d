import { AppError } from '../core/errors.ts';
import type { KernelDescription } from './kernelReflection.ts';
import { isSpecialized, specializeKernel } from './specialize.ts';

export interface KernelCode extends KernelDescription {
  code: string;
  /** The text where this override is 1; one at most is, of those that choose between texts. */
  codeWith: Readonly<Record<string, string>>;
}

/** Layouts and pipelines of one device; each variant is compiled once. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly uniformLayout: GPUBindGroupLayout;
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  /** By text. */
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(device: GPUDevice) {
    this.#device = device;
    const uniform = (binding: number): GPUBindGroupLayoutEntry => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: 'uniform', hasDynamicOffset: true },
    });
    this.uniformLayout = device.createBindGroupLayout({
      label: 'uniforms',
      entries: [uniform(0), uniform(1)],
    });
  }

  /** Explicit layout of a kernel's storage group, so that unused bindings keep their place. */
  storageLayout(kernel: KernelDescription): GPUBindGroupLayout {
    let layout = this.#layouts.get(kernel.name);
    if (!layout) {
      layout = this.#device.createBindGroupLayout({
        label: kernel.name,
        entries: kernel.bindings.map(({ binding, access }) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
        })),
      });
      this.#layouts.set(kernel.name, layout);
    }
    return layout;
  }

  /** @throws AppError `pipeline-failed` with the compiler's messages. */
  pipeline(kernel: KernelCode, overrides: Readonly<Record<string, number>>): Promise<GPUComputePipeline> {
    const key = `${kernel.name} ${JSON.stringify(Object.entries(overrides).sort())}`;
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#build(kernel, overrides, key);
      this.#pipelines.set(key, pipeline);
      // A failure is not remembered: the next request tries again.
      pipeline.catch(() => this.#pipelines.delete(key));
    }
    return pipeline;
  }

  /** The module of a kernel whose variants differ in overrides alone. */
  #sharedModule(name: string, code: string): GPUShaderModule {
    let module = this.#modules.get(code);
    if (!module) {
      module = this.#createModule(name, code);
      this.#modules.set(code, module);
    }
    return module;
  }

  /** A text that does not compile shows where its pipeline is made, and nowhere else: training may go on meanwhile. */
  #createModule(label: string, code: string): GPUShaderModule {
    this.#device.pushErrorScope('validation');
    const module = this.#device.createShaderModule({ label, code });
    void this.#device.popErrorScope().catch(() => null);
    return module;
  }

  async #build(
    kernel: KernelCode,
    overrides: Readonly<Record<string, number>>,
    label: string,
  ): Promise<GPUComputePipeline> {
    const choice = Object.keys(kernel.codeWith).find((override) => overrides[override] === 1);
    const code = choice === undefined ? kernel.code : kernel.codeWith[choice];
    const own = isSpecialized(code);
    const module = own
      ? this.#createModule(label, specializeKernel(code, overrides))
      : this.#sharedModule(kernel.name, code);
    const known = own ? [] : Object.entries(overrides).filter(([name]) => kernel.overrides.includes(name));
    try {
      return await this.#device.createComputePipelineAsync({
        label,
        layout: this.#device.createPipelineLayout({
          label: kernel.name,
          bindGroupLayouts: [this.uniformLayout, this.storageLayout(kernel)],
        }),
        compute: { module, entryPoint: kernel.name, constants: Object.fromEntries(known) },
      });
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const lines = messages.map(
        ({ type, lineNum, linePos, message }) => `${type} ${lineNum}:${linePos} ${message}`,
      );
      throw new AppError(
        'pipeline-failed',
        `The kernel ${label} could not be built: ${[error instanceof Error ? error.message : String(error), ...lines].join('\n')}`,
        'This is a fault of the project or of the graphics driver; please report it with the name of the adapter.',
      );
    }
  }
}
