import type { KernelCode } from './pipelineCache.ts';

/** Those that passes use. */
const WORKGROUP_SIZES = [16, 64];
const INVOCATIONS = 1024;

/**
 * Whether neighbouring invocations form quads on a device, in workgroups of every size that passes use: asked of the device,
 * because WebGPU leaves it open. A device that cannot say so does not.
 * @param kernel quadOrder; the device must have subgroups.
 */
export async function hasOrderedQuads(device: GPUDevice, kernel: KernelCode): Promise<boolean> {
  try {
    const answers = await Promise.all(WORKGROUP_SIZES.map((size) => isOrdered(device, kernel, size)));
    return answers.every(Boolean);
  } catch {
    return false;
  }
}

async function isOrdered(device: GPUDevice, { name, code }: KernelCode, size: number): Promise<boolean> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: name, code });
  const compiled = device.createComputePipelineAsync({
    label: name,
    layout: 'auto',
    compute: { module, entryPoint: name, constants: { WORKGROUP_SIZE: size } },
  });
  const bytes = 4 * INVOCATIONS;
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const buffers = [STORAGE | COPY_SRC, COPY_DST | MAP_READ].map((usage) =>
    device.createBuffer({ label: name, size: bytes, usage }),
  );
  const [ordered, copy] = buffers;
  const scope = device.popErrorScope();
  try {
    const pipeline = await compiled;
    if (await scope) return false;
    const encoder = device.createCommandEncoder({ label: name });
    const pass = encoder.beginComputePass({ label: name });
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      1,
      device.createBindGroup({
        label: name,
        layout: pipeline.getBindGroupLayout(1),
        entries: [{ binding: 0, resource: { buffer: ordered } }],
      }),
    );
    pass.dispatchWorkgroups(INVOCATIONS / size);
    pass.end();
    encoder.copyBufferToBuffer(ordered, 0, copy, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await copy.mapAsync(GPUMapMode.READ);
    return new Uint32Array(copy.getMappedRange()).every((answer) => answer === 1);
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
}
