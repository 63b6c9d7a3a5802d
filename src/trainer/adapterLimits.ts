import type { CommandPlan } from '../gpu/commandPlan.ts';
import { Executor } from '../gpu/executor.ts';
import { ByteLedger } from '../gpu/ledger.ts';
import { SubmitPacer } from '../gpu/submitPacer.ts';
import type { EngineDevice } from './engine.ts';
import type { AdapterLimits } from './messages.ts';

/** A measurement grows until it takes so long, or the adapter allows no more. */
const LEAST_MS = 5;
const REPEATS = 3;
/** Sizes of the copy, bytes, and of the square matrices, rows. */
const COPY_BYTES = [2 ** 24, 2 ** 26, 2 ** 28];
const PRODUCT_ROWS = [256, 512, 1024, 2048, 4096];

interface Probe {
  kernel: string;
  params: Record<string, number>;
  buffers: Record<string, number>;
  invocations: number;
}

function copyProbe(bytes: number): Probe {
  const elementCount = bytes / 16;
  return {
    kernel: 'measureCopy',
    params: { elementCount },
    buffers: { source: bytes, copied: bytes },
    invocations: elementCount,
  };
}

function productProbe(rows: number): Probe {
  const bytes = rows * rows * 4;
  return {
    kernel: 'measureProduct',
    params: { batchSize: rows, inChannels: rows, outVectors: rows / 4 },
    buffers: { left: bytes, right: bytes, product: bytes },
    invocations: (rows * rows) / 64,
  };
}

function planOf({ kernel, params, buffers, invocations }: Probe): CommandPlan {
  const sizes = Object.entries(buffers);
  return {
    slabs: [
      ...sizes.map(([, bytes]) => ({ heap: 'arena', bytes })),
      { heap: 'uniform', bytes: 1024 },
      { heap: 'readback', bytes: 256 },
    ],
    buffers: sizes.map(([name, bytes], slab) => ({ name, heap: 'arena', slab, offset: 0, bytes })),
    passes: [
      {
        kernel,
        label: kernel,
        overrides: {},
        params,
        buffers: Object.fromEntries(sizes.map(([name]) => [name, name])),
        invocations,
      },
    ],
    windows: [{}],
  };
}

/** Least time of a probe, ms: of the GPU where it has timestamps, else until the work is known to be done. */
async function timeOf(device: EngineDevice, probe: Probe): Promise<number> {
  // A ledger of its own: these bytes are gone before the run goes on, and are none of its own.
  const parts = { ...device.executorParts(), ledger: new ByteLedger() };
  const executor = await Executor.create(planOf(probe), parts);
  try {
    const program = [{ kind: 'run', pass: 0, window: 0 } as const];
    let least = Number.POSITIVE_INFINITY;
    for (let repeat = 0; repeat <= REPEATS; repeat++) {
      const started = performance.now();
      const [gpuMs] = await executor.runTimed(program, new SubmitPacer());
      await device.gpu.device.queue.onSubmittedWorkDone();
      const ms = gpuMs ?? performance.now() - started;
      // The first one warms up.
      if (repeat > 0 && ms > 0) least = Math.min(least, ms);
    }
    return least;
  } finally {
    executor.destroy();
  }
}

async function grow<Size extends number>(
  sizes: readonly Size[],
  fits: (size: Size) => boolean,
  measure: (size: Size) => Promise<number>,
): Promise<{ size: Size; ms: number }> {
  let found = { size: sizes[0], ms: await measure(sizes[0]) };
  for (const size of sizes.slice(1)) {
    if (found.ms >= LEAST_MS || !fits(size)) break;
    found = { size, ms: await measure(size) };
  }
  return found;
}

/**
 * What the adapter does in a copy and in a matrix product: the roofs under which every kernel works. Takes up to 512 MiB of GPU memory
 * for a moment, less where the adapter is slow.
 * @throws AppError of {@link Executor.create}.
 */
export async function measureAdapterLimits(device: EngineDevice): Promise<AdapterLimits> {
  const { maxStorageBufferBindingSize, maxBufferSize } = device.gpu;
  const largest = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const copy = await grow(
    COPY_BYTES,
    (bytes) => bytes <= largest,
    (bytes) => timeOf(device, copyProbe(bytes)),
  );
  const product = await grow(
    PRODUCT_ROWS,
    (rows) => rows * rows * 4 <= largest,
    (rows) => timeOf(device, productProbe(rows)),
  );
  return {
    // Read and written.
    bytesPerSecond: (2 * copy.size) / (copy.ms / 1000),
    operationsPerSecond: (2 * product.size ** 3) / (product.ms / 1000),
    copyBytes: copy.size,
    productRows: product.size,
  };
}
