import { AppError } from '../core/errors.ts';

/** A query set holds at most so many timestamps. */
const MAX_QUERIES = 4096;
const BYTES = 8;

/** Timestamps around compute passes, handed out in order and read together. */
export interface Timestamps {
  /** For the next pass. */
  next(): GPUComputePassTimestampWrites;
  /** GPU time of every pass that was submitted, ms. @throws AppError `device-lost`. */
  read(): Promise<number[]>;
  destroy(): void;
}

export function hasTimestamps(device: GPUDevice): boolean {
  return device.features.has('timestamp-query');
}

/** @param count Passes to be timed. */
export function beginTimestamps(device: GPUDevice, count: number): Timestamps {
  const sets: GPUQuerySet[] = [];
  for (let left = 2 * count; left > 0; left -= MAX_QUERIES)
    sets.push(device.createQuerySet({ type: 'timestamp', count: Math.min(left, MAX_QUERIES) }));
  let used = 0;
  return {
    next() {
      const at = used;
      used += 2;
      const querySet = sets[Math.floor(at / MAX_QUERIES)];
      const index = at % MAX_QUERIES;
      return { querySet, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 };
    },
    async read() {
      const bytes = Math.max(BYTES, used * BYTES);
      const resolved = device.createBuffer({
        size: bytes,
        usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
      });
      const mapped = device.createBuffer({
        size: bytes,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      try {
        const encoder = device.createCommandEncoder({ label: 'timestamps' });
        for (const [i, set] of sets.entries()) {
          const part = Math.min(MAX_QUERIES, used - i * MAX_QUERIES);
          if (part > 0) encoder.resolveQuerySet(set, 0, part, resolved, i * MAX_QUERIES * BYTES);
        }
        encoder.copyBufferToBuffer(resolved, 0, mapped, 0, bytes);
        device.queue.submit([encoder.finish()]);
        await mapped.mapAsync(GPUMapMode.READ).catch((error) => {
          throw new AppError('device-lost', `The GPU stopped answering: ${error}`, 'Reload the page.');
        });
        const times = new BigUint64Array(mapped.getMappedRange());
        return Array.from({ length: used / 2 }, (_, i) => milliseconds(times[2 * i], times[2 * i + 1]));
      } finally {
        mapped.destroy();
        resolved.destroy();
      }
    },
    destroy() {
      for (const set of sets) set.destroy();
    },
  };
}

/** Nanoseconds to milliseconds; a clock that was reset in between says nothing. */
function milliseconds(begin: bigint, end: bigint): number {
  return end > begin ? Number(end - begin) / 1e6 : 0;
}
