import { AppError } from '../errors.ts';
import type { BufferCategory, BufferScope, DeviceLimits, Heap, PlannedBuffer } from './types.ts';

/** WebGPU's default offset alignment of storage bindings. */
export const ALIGNMENT = 256;

export function alignUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** First and last program position at which a buffer's content matters, both included. */
export interface LiveRange {
  first: number;
  last: number;
}

/** A buffer to place, with the times at which it is live; buffers of scope `run` are live always. */
export interface BufferRequest {
  name: string;
  heap: Heap;
  category: BufferCategory;
  scope: BufferScope;
  bytes: number;
  live: LiveRange[];
}

export interface Placement {
  buffers: PlannedBuffer[];
  slabs: { heap: Heap; bytes: number }[];
  bytesByCategory: Record<string, number>;
}

function overlapsInTime(a: BufferRequest, b: BufferRequest): boolean {
  if (a.scope === 'run' || b.scope === 'run') return true;
  return a.live.some((x) => b.live.some((y) => x.first <= y.last && y.first <= x.last));
}

/** Lowest offset in a slab at which `bytes` fit between the buffers that are live at the same time. */
function lowestFit(bytes: number, neighbours: PlannedBuffer[]): number {
  let offset = 0;
  for (const other of [...neighbours].sort((a, b) => a.offset - b.offset)) {
    if (offset + bytes <= other.offset) break;
    offset = Math.max(offset, alignUp(other.offset + other.bytes));
  }
  return offset;
}

/**
 * Places every buffer of the `parameters` and `arena` heaps: largest first, at the lowest offset that no buffer live at
 * the same time covers. A heap grows into a further slab when the device's largest buffer is full.
 * @throws AppError `buffer-too-large` when one buffer alone exceeds the device's limits.
 */
export function placeBuffers(requests: BufferRequest[], limits: DeviceLimits): Placement {
  const largest = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const placed: { request: BufferRequest; buffer: PlannedBuffer }[] = [];
  const slabs: { heap: Heap; bytes: number }[] = [];
  const order = requests.map((request, index) => ({ request, index }));
  order.sort((a, b) => b.request.bytes - a.request.bytes || a.index - b.index);
  for (const { request } of order) {
    if (request.bytes > largest) {
      throw new AppError(
        'buffer-too-large',
        `${request.name} needs ${request.bytes} bytes, but this device binds at most ${largest} bytes at once.`,
        'Choose a smaller batch, a smaller k or n, or fewer channels.',
      );
    }
    for (let slab = 0; ; slab++) {
      const sameHeap = slabs.filter((s) => s.heap === request.heap);
      if (slab === sameHeap.length) {
        const created = { heap: request.heap, bytes: 0 };
        slabs.push(created);
        sameHeap.push(created);
      }
      const neighbours = placed
        .filter(
          (p) =>
            p.buffer.heap === request.heap && p.buffer.slab === slab && overlapsInTime(p.request, request),
        )
        .map((p) => p.buffer);
      const offset = lowestFit(request.bytes, neighbours);
      if (offset + request.bytes > limits.maxBufferSize) continue;
      const { name, heap, category, scope, bytes } = request;
      placed.push({ request, buffer: { name, heap, category, scope, bytes, slab, offset } });
      sameHeap[slab].bytes = Math.max(sameHeap[slab].bytes, alignUp(offset + bytes));
      break;
    }
  }
  return {
    buffers: placed.map((p) => p.buffer),
    slabs,
    bytesByCategory: bytesAtPeak(placed, slabs),
  };
}

/**
 * Attributes the bytes of every slab to categories: those live at the moment when most of the slab is in use; what
 * alignment and fragmentation leave over counts as temporaries, so that the categories add up to the allocation.
 */
function bytesAtPeak(
  placed: { request: BufferRequest; buffer: PlannedBuffer }[],
  slabs: { heap: Heap; bytes: number }[],
): Record<string, number> {
  const totals: Record<string, number> = {};
  const counters = new Map<Heap, number>();
  for (const slab of slabs) {
    const index = counters.get(slab.heap) ?? 0;
    counters.set(slab.heap, index + 1);
    const members = placed.filter((p) => p.buffer.heap === slab.heap && p.buffer.slab === index);
    const moments = new Set(members.flatMap((p) => p.request.live.map((range) => range.first)));
    moments.add(0);
    let best: Record<string, number> = {};
    let bestSum = -1;
    for (const moment of moments) {
      const now: Record<string, number> = {};
      let sum = 0;
      for (const { request } of members) {
        const live =
          request.scope === 'run' || request.live.some((r) => r.first <= moment && moment <= r.last);
        if (!live) continue;
        now[request.category] = (now[request.category] ?? 0) + request.bytes;
        sum += request.bytes;
      }
      if (sum > bestSum) {
        best = now;
        bestSum = sum;
      }
    }
    for (const [category, bytes] of Object.entries(best)) totals[category] = (totals[category] ?? 0) + bytes;
    const rest = slab.heap === 'parameters' ? 'weights' : 'temporaries';
    totals[rest] = (totals[rest] ?? 0) + slab.bytes - bestSum;
  }
  return totals;
}
