import { AppError } from '../core/errors.ts';
import type { CommandPass, CommandPlan, CommandStep, PlacedBuffer } from './commandPlan.ts';
import type { ByteLedger } from './ledger.ts';
import type { KernelCode, PipelineCache } from './pipelineCache.ts';
import { packStruct, type StructLayout } from './structLayout.ts';
import type { SubmitPacer } from './submitPacer.ts';
import { beginTimestamps, hasTimestamps, type Timestamps } from './timestamps.ts';

/** Distance of two uniform blocks: WebGPU's default dynamic-offset alignment. */
const UNIFORM_STRIDE = 256;
/** Workgroups of `invocations` pieces of work: smaller ones where there is little, so that all cores get some. */
function workgroupSize(invocations: number): number {
  return invocations > 0 && invocations < 4096 ? 16 : 64;
}
/** WebGPU's limit of workgroups per dimension. */
const MAX_GROUPS = 65535;

export interface ExecutorParts {
  device: GPUDevice;
  ledger: ByteLedger;
  pipelines: PipelineCache;
  kernelOf: (name: string) => KernelCode;
  paramsLayout: StructLayout;
  windowLayout: StructLayout;
}

/** Part of a planned buffer: bytes from its start, and how many. */
export interface BufferPiece {
  name: string;
  offset: number;
  bytes: number;
}

/** Kernels compiled for passes of a plan, by pass; see {@link Executor.prepareOthers}. */
export type OtherKernels = ReadonlyMap<number, PreparedPass>;

interface PreparedPass {
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
  groupsX: number;
  groupsY: number;
}

/**
 * The only file that allocates what a plan names, encodes its program and submits. Everything is made at `create`:
 * running a program creates no buffer, no bind group and no pipeline.
 */
export class Executor {
  readonly #parts: ExecutorParts;
  readonly #plan: CommandPlan;
  readonly #slabs: Map<string, GPUBuffer[]>;
  readonly #placed: Map<string, PlacedBuffer>;
  readonly #uniforms: GPUBuffer;
  readonly #readback: GPUBuffer;
  readonly #uniformGroup: GPUBindGroup;
  #prepared: PreparedPass[] = [];
  readonly #windowBytes: DataView<ArrayBuffer>;

  private constructor(plan: CommandPlan, parts: ExecutorParts, slabs: Map<string, GPUBuffer[]>) {
    this.#plan = plan;
    this.#parts = parts;
    this.#slabs = slabs;
    this.#placed = new Map(plan.buffers.map((buffer) => [buffer.name, buffer]));
    this.#uniforms = this.#onlySlab('uniform');
    this.#readback = this.#onlySlab('readback');
    this.#windowBytes = new DataView(new ArrayBuffer(plan.windows.length * UNIFORM_STRIDE));
    this.#uniformGroup = parts.device.createBindGroup({
      label: 'uniforms',
      layout: parts.pipelines.uniformLayout,
      entries: [
        { binding: 0, resource: { buffer: this.#uniforms, size: parts.paramsLayout.bytes } },
        { binding: 1, resource: { buffer: this.#uniforms, size: parts.windowLayout.bytes } },
      ],
    });
  }

  /**
   * Allocates a plan's slabs and builds its pipelines and bind groups.
   * @throws AppError `out-of-memory` when the device cannot give the bytes; `pipeline-failed`; `gpu-validation`.
   */
  static async create(plan: CommandPlan, parts: ExecutorParts): Promise<Executor> {
    const { device, ledger } = parts;
    device.pushErrorScope('validation');
    device.pushErrorScope('out-of-memory');
    const slabs = new Map<string, GPUBuffer[]>();
    for (const { heap, bytes } of plan.slabs) {
      const list = slabs.get(heap) ?? [];
      slabs.set(heap, list);
      list.push(ledger.create(device, { label: `${heap}${list.length}`, size: bytes, usage: usageOf(heap) }));
    }
    const memoryError = await device.popErrorScope();
    let executor: Executor | null = null;
    let failure: unknown = null;
    if (!memoryError) {
      try {
        executor = new Executor(plan, parts, slabs);
        await executor.#prepare();
      } catch (error) {
        failure = error;
      }
    }
    const validationError = await device.popErrorScope();
    if (executor && !failure && !validationError) return executor;
    for (const buffer of [...slabs.values()].flat()) ledger.destroy(buffer);
    if (failure) throw failure;
    if (memoryError) {
      const total = plan.slabs.reduce((sum, slab) => sum + slab.bytes, 0);
      throw new AppError(
        'out-of-memory',
        `The GPU could not give ${total} bytes: ${memoryError.message}`,
        'Choose a smaller batch, k or n, or close other programs that use the GPU.',
      );
    }
    throw new AppError(
      'gpu-validation',
      validationError?.message ?? 'Unknown validation error.',
      'Please report this.',
    );
  }

  async #prepare(): Promise<void> {
    const { device, paramsLayout } = this.#parts;
    const { passes } = this.#plan;
    const params = new DataView(new ArrayBuffer(Math.max(1, passes.length) * UNIFORM_STRIDE));
    for (const [index, pass] of passes.entries())
      packStruct(paramsLayout, pass.params, params, index * UNIFORM_STRIDE);
    this.#prepared = await Promise.all(passes.map((pass) => this.#preparePass(pass)));
    device.queue.writeBuffer(this.#uniforms, 0, params.buffer, 0, passes.length * UNIFORM_STRIDE);
  }

  async #preparePass(pass: CommandPass): Promise<PreparedPass> {
    const { device, pipelines, kernelOf } = this.#parts;
    const kernel = kernelOf(pass.kernel);
    const size = workgroupSize(pass.invocations);
    const pipeline = await pipelines.pipeline(kernel, { ...pass.overrides, WORKGROUP_SIZE: size });
    const groups = Math.max(1, Math.ceil(pass.invocations / size));
    const groupsX = Math.min(groups, MAX_GROUPS);
    return {
      pipeline,
      bindGroup: device.createBindGroup({
        label: pass.label,
        layout: pipelines.storageLayout(kernel),
        entries: kernel.bindings.map(({ name, binding }) => ({
          binding,
          resource: this.#binding(pass.label, name, pass.buffers[name]),
        })),
      }),
      groupsX,
      groupsY: Math.ceil(groups / groupsX),
    };
  }

  /**
   * Compiles other kernels for some passes of the plan, on the same buffers and with the same parameters, while programs go on
   * running. Nothing is changed before `adopt`.
   * @throws AppError `pipeline-failed`.
   */
  async prepareOthers(passes: ReadonlyMap<number, CommandPass>): Promise<OtherKernels> {
    const entries = [...passes].map(async ([index, pass]) => [index, await this.#preparePass(pass)] as const);
    return new Map(await Promise.all(entries));
  }

  /** Programs that are run from now on use these kernels. */
  adopt(others: OtherKernels): void {
    for (const [index, prepared] of others) this.#prepared[index] = prepared;
  }

  #onlySlab(heap: string): GPUBuffer {
    const slab = this.#slabs.get(heap)?.[0];
    if (!slab) throw new AppError('plan-incomplete', `The plan has no ${heap} slab.`, 'Please report this.');
    return slab;
  }

  #place(name: string): { buffer: GPUBuffer; offset: number; bytes: number } {
    const placed = this.#placed.get(name);
    const buffer = placed && this.#slabs.get(placed.heap)?.[placed.slab];
    if (!placed || !buffer) {
      throw new AppError('plan-incomplete', `The plan has no buffer ${name}.`, 'Please report this.');
    }
    return { buffer, offset: placed.offset, bytes: placed.bytes };
  }

  #binding(label: string, name: string, bufferName: string | undefined): GPUBufferBinding {
    if (bufferName === undefined) {
      throw new AppError('plan-incomplete', `${label} binds nothing to ${name}.`, 'Please report this.');
    }
    const { buffer, offset, bytes } = this.#place(bufferName);
    // vec4f views need whole vectors; allocations are 256-aligned, so rounding up stays inside.
    return { buffer, offset, size: Math.ceil(bytes / 16) * 16 };
  }

  bufferBytes(name: string): number {
    return this.#place(name).bytes;
  }

  /** Writes to a planned buffer, `offset` bytes from its start; ordered with the programs that are submitted. */
  write(name: string, data: ArrayBufferView<ArrayBuffer>, offset = 0): void {
    const place = this.#place(name);
    if (offset + data.byteLength > place.bytes) {
      throw new AppError(
        'buffer-overrun',
        `${data.byteLength} bytes at ${offset} do not fit into ${name}, which has ${place.bytes}.`,
        'Please report this.',
      );
    }
    this.#parts.device.queue.writeBuffer(
      place.buffer,
      place.offset + offset,
      data.buffer,
      data.byteOffset,
      data.byteLength,
    );
  }

  /** Zeroes planned buffers, ordered with the programs that are submitted. */
  zero(names: readonly string[]): void {
    const encoder = this.#parts.device.createCommandEncoder({ label: 'zero' });
    this.#encodeClear(encoder, names);
    this.#parts.device.queue.submit([encoder.finish()]);
  }

  #encodeClear(encoder: GPUCommandEncoder, names: readonly string[]): void {
    const ranges = names
      .map((name) => this.#place(name))
      .sort((a, b) =>
        a.buffer === b.buffer ? a.offset - b.offset : a.buffer.label < b.buffer.label ? -1 : 1,
      );
    let open: { buffer: GPUBuffer; offset: number; bytes: number } | null = null;
    for (const range of ranges) {
      // Neighbours are cleared in one go; the gap between them is padding that nothing uses.
      const gap: number = open && open.buffer === range.buffer ? range.offset - open.offset - open.bytes : -1;
      if (open && gap >= 0 && gap < UNIFORM_STRIDE) {
        open.bytes = range.offset + range.bytes - open.offset;
        continue;
      }
      if (open) encoder.clearBuffer(open.buffer, open.offset, open.bytes);
      open = { ...range };
    }
    if (open) encoder.clearBuffer(open.buffer, open.offset, open.bytes);
  }

  /** Sets the uniform of a window; takes effect for programs submitted afterwards. */
  writeWindows(values: readonly Readonly<Record<string, number>>[]): void {
    for (const [index, window] of values.entries()) {
      packStruct(this.#parts.windowLayout, window, this.#windowBytes, index * UNIFORM_STRIDE);
    }
    const offset = this.#plan.passes.length * UNIFORM_STRIDE;
    const bytes = values.length * UNIFORM_STRIDE;
    this.#parts.device.queue.writeBuffer(this.#uniforms, offset, this.#windowBytes.buffer, 0, bytes);
  }

  /**
   * Encodes and submits a program, then copies buffers to the readback slab if any are named.
   * @param pacer Cuts the program into submits, so that none keeps a slow GPU busy for long, and is told how long they took.
   * @returns What the named buffers hold, in order.
   */
  async run(
    program: readonly CommandStep[],
    read: readonly string[] = [],
    pacer?: SubmitPacer,
  ): Promise<ArrayBuffer[]> {
    if (!pacer) {
      this.#parts.device.queue.submit([this.#encode(program)]);
      return read.length > 0 ? this.#readSmall(read) : [];
    }
    const ranges = pacer.cut(program.length);
    const times = this.#submitTimed(ranges.map(({ start, stop }) => program.slice(start, stop)));
    const results = read.length > 0 ? await this.#readSmall(read) : [];
    pacer.measured(ranges, times);
    return results;
  }

  /** Submits parts of a program one after the other. @returns What each took, ms; filled in as the parts are done. */
  #submitTimed(parts: readonly (readonly CommandStep[])[]): number[] {
    const { queue } = this.#parts.device;
    const times: number[] = [];
    let last = performance.now();
    for (const [i, part] of parts.entries()) {
      queue.submit([this.#encode(part)]);
      // The queue works in order: a part began when the one before it was done.
      queue.onSubmittedWorkDone().then(
        () => {
          const now = performance.now();
          times[i] = now - last;
          last = now;
        },
        // A device that was lost tells no times.
        () => {},
      );
    }
    return times;
  }

  #encode(steps: readonly CommandStep[]): GPUCommandBuffer {
    const encoder = this.#parts.device.createCommandEncoder({ label: 'program' });
    let pass: GPUComputePassEncoder | null = null;
    for (const step of steps) {
      if (step.kind === 'clear') {
        pass?.end();
        pass = null;
        this.#encodeClear(encoder, step.buffers);
        continue;
      }
      pass ??= encoder.beginComputePass({ label: 'program' });
      this.#encodeRun(pass, step);
    }
    pass?.end();
    return encoder.finish();
  }

  #encodeRun(pass: GPUComputePassEncoder, step: CommandStep & { kind: 'run' }): void {
    const windowBase = this.#plan.passes.length * UNIFORM_STRIDE;
    const { pipeline, bindGroup, groupsX, groupsY } = this.#prepared[step.pass];
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, this.#uniformGroup, [
      step.pass * UNIFORM_STRIDE,
      windowBase + step.window * UNIFORM_STRIDE,
    ]);
    pass.setBindGroup(1, bindGroup);
    pass.dispatchWorkgroups(groupsX, groupsY);
  }

  /**
   * Runs a program once with every kernel in a compute pass of its own and a timestamp at either end. It makes queries and
   * two small buffers for the time that it takes, and passes that could overlap do not.
   * @param pacer Cuts the program into submits, as for `run`.
   * @returns GPU time of every run in order, ms; empty where the device has no timestamps: the program then runs all the same.
   */
  async runTimed(program: readonly CommandStep[], pacer: SubmitPacer): Promise<number[]> {
    const { device } = this.#parts;
    const ranges = pacer.cut(program.length);
    if (!hasTimestamps(device)) {
      for (const { start, stop } of ranges) device.queue.submit([this.#encode(program.slice(start, stop))]);
      return [];
    }
    const runs = program.filter(({ kind }) => kind === 'run').length;
    const timestamps = beginTimestamps(device, runs);
    try {
      for (const { start, stop } of ranges)
        device.queue.submit([this.#encodeTimed(program.slice(start, stop), timestamps)]);
      return await timestamps.read();
    } finally {
      timestamps.destroy();
    }
  }

  #encodeTimed(steps: readonly CommandStep[], timestamps: Timestamps): GPUCommandBuffer {
    const encoder = this.#parts.device.createCommandEncoder({ label: 'timed' });
    for (const step of steps) {
      if (step.kind === 'clear') {
        this.#encodeClear(encoder, step.buffers);
        continue;
      }
      const pass = encoder.beginComputePass({ timestampWrites: timestamps.next() });
      this.#encodeRun(pass, step);
      pass.end();
    }
    return encoder.finish();
  }

  async #readSmall(names: readonly string[]): Promise<ArrayBuffer[]> {
    const encoder = this.#parts.device.createCommandEncoder({ label: 'readback' });
    const spans: { start: number; bytes: number }[] = [];
    let at = 0;
    for (const name of names) {
      const { buffer, offset, bytes } = this.#place(name);
      encoder.copyBufferToBuffer(buffer, offset, this.#readback, at, bytes);
      spans.push({ start: at, bytes });
      at += Math.ceil(bytes / UNIFORM_STRIDE) * UNIFORM_STRIDE;
    }
    this.#parts.device.queue.submit([encoder.finish()]);
    return this.#mapped(at, (range) => spans.map(({ start, bytes }) => range.slice(start, start + bytes)));
  }

  async #mapped<Result>(bytes: number, use: (range: ArrayBuffer) => Result): Promise<Result> {
    const size = Math.min(bytes, this.#readback.size);
    try {
      await this.#readback.mapAsync(GPUMapMode.READ, 0, size);
    } catch (error) {
      // A failed map means the device is gone, whatever the message says.
      throw new AppError(
        'device-lost',
        `The GPU stopped answering: ${error instanceof Error ? error.message : error}`,
        'Reload the page; choose a smaller batch if it happens again.',
      );
    }
    const result = use(this.#readback.getMappedRange(0, size));
    this.#readback.unmap();
    return result;
  }

  /** Reads a whole planned buffer, in pieces of the readback slab's size. */
  async read(name: string): Promise<ArrayBuffer> {
    const { buffer, offset, bytes } = this.#place(name);
    const result = new Uint8Array(bytes);
    for (let done = 0; done < bytes; done += this.#readback.size) {
      const piece = Math.min(this.#readback.size, bytes - done);
      const encoder = this.#parts.device.createCommandEncoder({ label: `read/${name}` });
      encoder.copyBufferToBuffer(buffer, offset + done, this.#readback, 0, piece);
      this.#parts.device.queue.submit([encoder.finish()]);
      await this.#mapped(piece, (range) => result.set(new Uint8Array(range), done));
    }
    return result.buffer;
  }

  /**
   * Reads parts of planned buffers, packed one after the other: as many at a time as the readback slab holds.
   * Offsets and lengths are bytes, multiples of 4.
   */
  async gather(pieces: readonly BufferPiece[]): Promise<ArrayBuffer> {
    const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
    const result = new Uint8Array(total);
    const room = this.#readback.size;
    let encoder = this.#parts.device.createCommandEncoder({ label: 'gather' });
    let waiting = 0;
    let done = 0;
    const flush = async () => {
      this.#parts.device.queue.submit([encoder.finish()]);
      await this.#mapped(waiting, (range) => result.set(new Uint8Array(range).subarray(0, waiting), done));
      done += waiting;
      waiting = 0;
      encoder = this.#parts.device.createCommandEncoder({ label: 'gather' });
    };
    for (const { name, offset, bytes } of pieces) {
      const place = this.#place(name);
      if (offset + bytes > place.bytes) {
        throw new AppError(
          'buffer-overrun',
          `${bytes} bytes at ${offset} lie outside ${name}, which has ${place.bytes}.`,
          'Please report this.',
        );
      }
      for (let from = 0; from < bytes; ) {
        const size = Math.min(bytes - from, room - waiting);
        encoder.copyBufferToBuffer(place.buffer, place.offset + offset + from, this.#readback, waiting, size);
        waiting += size;
        from += size;
        if (waiting === room) await flush();
      }
    }
    if (waiting > 0) await flush();
    return result.buffer;
  }

  /** Gives every byte back. */
  destroy(): void {
    for (const buffer of [...this.#slabs.values()].flat()) this.#parts.ledger.destroy(buffer);
    this.#slabs.clear();
  }
}

function usageOf(heap: string): number {
  if (heap === 'uniform') return GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  if (heap === 'readback') return GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  return GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
}
