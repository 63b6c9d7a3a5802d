/** Faults that a test asks for. A moment is a number of calls to the GPU since the faults were installed, from 0. */
export interface GpuFaults {
  /** The device is destroyed just before these calls. */
  loseAt?: number[];
  /** From this call on devices are destroyed so many times: the present one, and new ones ten calls after they were made. */
  loseRepeatedly?: { from: number; times: number };
  /** The pipelines that are asked for after so many calls cannot be built, as many as `pipelineFailures`. */
  failPipelinesAt?: number;
  /** The scopes popped after so many calls report that memory is out, once. */
  outOfMemoryAt?: number;
  /** At this call the device is given a command that it refuses. */
  refuseAt?: number;
}

export interface InstalledFaults {
  /** Calls so far, by the order in which they came: their names. */
  calls: string[];
  remove(): void;
}

/** Every call through which the trainer reaches the GPU. */
const WATCHED = [
  [GPUAdapter, 'requestDevice'],
  [GPUDevice, 'createBuffer'],
  [GPUDevice, 'createComputePipelineAsync'],
  [GPUDevice, 'createBindGroup'],
  [GPUDevice, 'popErrorScope'],
  [GPUQueue, 'writeBuffer'],
  [GPUQueue, 'submit'],
  [GPUBuffer, 'mapAsync'],
] as const;

type AnyMethod = (...args: unknown[]) => unknown;

/** Counts the calls of this page to the GPU and disturbs those that the test names. */
export function installFaults(faults: GpuFaults): InstalledFaults {
  const calls: string[] = [];
  const originals: (() => void)[] = [];
  let device: GPUDevice | null = null;
  let hasFailedMemory = false;
  let hasFailedPipeline = false;
  const due = new Set(faults.loseAt);
  let lossesLeft = faults.loseRepeatedly?.times ?? 0;
  let loseNextAt = faults.loseRepeatedly?.from ?? 0;

  for (const [owner, name] of WATCHED) {
    const prototype = owner.prototype as unknown as Record<string, AnyMethod>;
    const original = prototype[name];
    originals.push(() => {
      prototype[name] = original;
    });
    prototype[name] = function (this: unknown, ...args: unknown[]) {
      const at = calls.length;
      calls.push(name);
      if (due.delete(at)) device?.destroy();
      if (lossesLeft > 0 && at >= loseNextAt && device) {
        device.destroy();
        device = null;
        lossesLeft--;
      }
      if (at === faults.refuseAt) {
        // No error scope is open between two submits: this one nobody catches.
        device?.createBindGroupLayout({
          entries: [{ binding: 0xffff, visibility: GPUShaderStage.COMPUTE, buffer: {} }],
        });
      }
      if (
        name === 'createComputePipelineAsync' &&
        at >= (faults.failPipelinesAt ?? Number.POSITIVE_INFINITY)
      ) {
        if (!hasFailedPipeline) {
          hasFailedPipeline = true;
          return Promise.reject(new DOMException('The compiler gave up.', 'OperationError'));
        }
      }
      const result = original.apply(this, args);
      if (name === 'requestDevice') {
        return (result as Promise<GPUDevice>).then((made) => {
          device = made;
          if (lossesLeft < (faults.loseRepeatedly?.times ?? 0)) loseNextAt = calls.length + 10;
          return made;
        });
      }
      if (
        name === 'popErrorScope' &&
        at >= (faults.outOfMemoryAt ?? Number.POSITIVE_INFINITY) &&
        !hasFailedMemory
      ) {
        hasFailedMemory = true;
        return (result as Promise<GPUError | null>).then(() => new GPUOutOfMemoryError('no bytes left'));
      }
      return result;
    };
  }
  return {
    calls,
    remove() {
      for (const restore of originals) restore();
    },
  };
}
