import { requestGpuDevice } from '../../src/gpu/device.ts';
import { PipelineCache } from '../../src/gpu/pipelineCache.ts';
import { packStruct, type StructLayout } from '../../src/gpu/structLayout.ts';
import { KERNELS, kernelOf, LAYER_PARAMS, STEP_WINDOW } from '../../src/kernels/index.ts';
import type { KernelOutputs, KernelPage, KernelRun } from './kernelRun.ts';

/** Bytes of a binding that a run leaves out: one vec4, the largest element of any array. */
const UNUSED_BYTES = 16;

const ERROR_SCOPES: GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal'];

async function createKernelPage(): Promise<KernelPage> {
  const { device } = await requestGpuDevice();
  const pipelines = new PipelineCache(device);
  // Errors that escape every scope: reported by the run that finds them, so that none is lost.
  const stray: string[] = [];
  device.addEventListener('uncapturederror', (event) => stray.push(event.error.message));
  device.lost.then(({ message }) => stray.push(`The device was lost: ${message}`));

  function uniformBuffer(layout: StructLayout, values: Record<string, number>): GPUBuffer {
    const bytes = new ArrayBuffer(Math.ceil(layout.bytes / 16) * 16);
    packStruct(layout, values, new DataView(bytes), 0);
    return filledBuffer(layout.name, GPUBufferUsage.UNIFORM, bytes);
  }

  function filledBuffer(label: string, usage: number, content: ArrayBuffer | ArrayBufferView): GPUBuffer {
    const buffer = device.createBuffer({
      label,
      size: content.byteLength,
      usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    device.queue.writeBuffer(buffer, 0, content as GPUAllowSharedBufferSource);
    return buffer;
  }

  async function readBack(source: GPUBuffer): Promise<Uint32Array> {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const staging = device.createBuffer({ label: `${source.label} staging`, size: source.size, usage });
    const encoder = device.createCommandEncoder({ label: `read ${source.label}` });
    encoder.copyBufferToBuffer(source, 0, staging, 0, source.size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const words = new Uint32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    return words;
  }

  /** Runs work inside all error scopes. @throws Error with every message that came up. */
  async function guarded<Result>(label: string, work: () => Promise<Result>): Promise<Result> {
    for (const filter of ERROR_SCOPES) device.pushErrorScope(filter);
    const outcome = await work().then(
      (value) => ({ value, error: '' }),
      (error: unknown) => ({
        value: undefined,
        error: error instanceof Error ? error.message : String(error),
      }),
    );
    const messages = outcome.error ? [outcome.error] : [];
    for (const _ of ERROR_SCOPES) {
      const caught = await device.popErrorScope();
      if (caught) messages.push(caught.message);
    }
    messages.push(...stray.splice(0));
    if (messages.length > 0) throw new Error(`${label}: ${messages.join('\n')}`);
    return outcome.value as Result;
  }

  async function dispatch(request: KernelRun): Promise<KernelOutputs> {
    const { overrides = {}, params = {}, window = {}, buffers, workgroups, outputs } = request;
    const kernel = kernelOf(request.kernel);
    const known = kernel.bindings.map(({ name }) => name);
    for (const name of [...Object.keys(buffers), ...outputs]) {
      if (!known.includes(name))
        throw new Error(`It has no binding ${name}; bindings are ${known.join(', ')}.`);
    }
    for (const name of Object.keys(overrides)) {
      if (!kernel.overrides.includes(name) && !(name in kernel.codeWith))
        throw new Error(`It has no override ${name}.`);
    }
    const pipeline = await pipelines.pipeline(kernel, overrides);
    const uniforms = [uniformBuffer(LAYER_PARAMS, params), uniformBuffer(STEP_WINDOW, window)];
    const storage = kernel.bindings.map(({ name }) =>
      filledBuffer(
        `${request.kernel}/${name}`,
        GPUBufferUsage.STORAGE,
        buffers[name] ?? new ArrayBuffer(UNUSED_BYTES),
      ),
    );
    const group = (layout: GPUBindGroupLayout, entries: GPUBuffer[]) =>
      device.createBindGroup({
        label: request.kernel,
        layout,
        entries: entries.map((buffer, binding) => ({ binding, resource: { buffer } })),
      });
    const encoder = device.createCommandEncoder({ label: request.kernel });
    const pass = encoder.beginComputePass({ label: request.kernel });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group(pipelines.uniformLayout, uniforms), [0, 0]);
    pass.setBindGroup(1, group(pipelines.storageLayout(kernel), storage));
    pass.dispatchWorkgroups(workgroups[0], workgroups[1]);
    pass.end();
    device.queue.submit([encoder.finish()]);
    const results: KernelOutputs = {};
    for (const name of outputs) results[name] = await readBack(storage[known.indexOf(name)]);
    for (const buffer of [...uniforms, ...storage]) buffer.destroy();
    return results;
  }

  return {
    run: (request) => guarded(request.kernel, () => dispatch(request)),
    compile: (kernel, overrides) =>
      guarded(kernel, async () => {
        await pipelines.pipeline(kernelOf(kernel), overrides);
      }),
    kernelNames: async () => Object.keys(KERNELS),
  };
}

Object.assign(globalThis, { kernelPage: createKernelPage() });
