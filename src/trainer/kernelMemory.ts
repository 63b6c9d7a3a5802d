import { z } from 'zod';
import {
  CHOSEN_PASS_KINDS,
  KERNEL_VARIANTS,
  type KernelVariant,
  variantOfPass,
} from '../core/plan/kernelVariants.ts';
import { createSha256 } from '../core/sha256.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { KERNELS } from '../kernels/index.ts';
import type { RecordStore } from '../storage/recordStore.ts';
import type { KernelChoice } from './kernelChoices.ts';

// The page's content policy forbids eval; this keeps the validator from probing for it.
z.config({ jitless: true });

/** Shapes that are remembered per adapter; the oldest leave first. */
const MAX_SHAPES = 500;

const recordSchema = z.object({
  version: z.string(),
  shapes: z
    .array(
      z.object({
        shape: z.string().max(400),
        variant: z.enum(KERNEL_VARIANTS as unknown as [KernelVariant, ...KernelVariant[]]),
        ratio: z.number().min(1).max(1e6),
      }),
    )
    .max(MAX_SHAPES),
});

/** Changes whenever the text of a kernel does for which there is a choice. */
export function kernelVersion(): string {
  const hash = createSha256();
  const isChosen = (kernel: string) =>
    CHOSEN_PASS_KINDS.some((kind) => variantOfPass({ kind, kernel }) !== null);
  for (const name of Object.keys(KERNELS).filter(isChosen).sort()) {
    const { code, codeWith } = KERNELS[name];
    for (const text of [code, ...Object.values(codeWith)]) hash.update(new TextEncoder().encode(text));
  }
  return hash.digestHex().slice(0, 16);
}

export function adapterName({
  vendor,
  architecture,
  description,
  features,
}: Pick<GpuDevice, 'vendor' | 'architecture' | 'description' | 'features'>): string {
  return [vendor, architecture, description, features.includes('subgroups') ? 'subgroups' : '']
    .join('|')
    .slice(0, 300);
}

/**
 * Which kernels were fastest on an adapter, by the shape of the work, kept between visits. A browser that keeps nothing costs a
 * trial per visit and nothing else.
 */
export class KernelMemory {
  readonly #records: RecordStore;
  readonly #name: string;
  readonly #version: string;
  readonly #shapes = new Map<string, KernelChoice>();

  private constructor(records: RecordStore, name: string, version: string) {
    this.#records = records;
    this.#name = name;
    this.#version = version;
  }

  /** Reads what is remembered of an adapter; what is damaged, or was found with other kernels, is not believed. */
  static async open(
    records: RecordStore,
    adapter: string,
    version: string = kernelVersion(),
  ): Promise<KernelMemory> {
    const memory = new KernelMemory(records, adapter, version);
    const stored = recordSchema.safeParse(await records.get(adapter).catch(() => undefined));
    if (stored.success && stored.data.version === version)
      for (const { shape, ...choice } of stored.data.shapes) memory.#shapes.set(shape, choice);
    return memory;
  }

  recall(shape: string): KernelChoice | null {
    return this.#shapes.get(shape) ?? null;
  }

  /** Settles when it is kept, or cannot be. */
  async remember(found: Iterable<readonly [shape: string, KernelChoice]>): Promise<void> {
    for (const [shape, choice] of found) {
      this.#shapes.delete(shape);
      this.#shapes.set(shape, choice);
    }
    for (const shape of this.#shapes.keys()) {
      if (this.#shapes.size <= MAX_SHAPES) break;
      this.#shapes.delete(shape);
    }
    const shapes = [...this.#shapes].map(([shape, choice]) => ({ shape, ...choice }));
    await this.#records.set(this.#name, { version: this.#version, shapes }).catch(() => {});
  }

  /** Settles when all that was found on this adapter is forgotten. */
  async forget(shapes: Iterable<string>): Promise<void> {
    for (const shape of shapes) this.#shapes.delete(shape);
    await this.remember([]);
  }
}
