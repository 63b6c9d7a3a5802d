import { AppError, type ErrorData, toErrorData } from '../core/errors.ts';
import type { ByteStore } from './byteStore.ts';
import { type FileKind, openCommitted, writeCommitted } from './committedFile.ts';

/*
 * One value that is rewritten again and again: two files that take turns, "<name>.0" and "<name>.1". A write goes to the
 * file that does not hold the newest whole value, so whatever happens to it, the value before is still there.
 */
const SLOTS = [0, 1] as const;
type Slot = (typeof SLOTS)[number];

interface SlotFacts {
  /** Counts the writes; the larger one is newer. */
  sequence: number;
  facts: unknown;
}

/** The newest whole value. */
export interface StoredValue {
  /** As they were written; from outside, so to be validated. */
  facts: unknown;
  body: Uint8Array<ArrayBuffer>;
  /** Bytes of its file. */
  bytes: number;
}

export interface SlotContents {
  /** Null where neither file is whole. */
  newest: StoredValue | null;
  /** Why files that are there were refused. */
  refused: ErrorData[];
}

/** Names of the files of a value. */
export function slotFiles(name: string): string[] {
  return SLOTS.map((slot) => `${name}.${slot}`);
}

/** The value that a file name belongs to, or null for other files. */
export function slotOwner(file: string): string | null {
  const match = /^(.+)\.[01]$/.exec(file);
  return match ? match[1] : null;
}

function isSlotFacts(value: unknown): value is SlotFacts {
  const { sequence } = (value ?? {}) as Partial<SlotFacts>;
  return Number.isSafeInteger(sequence) && (sequence as number) >= 0;
}

/** A named value in two slots. One holder at a time may write it; see the run's lock. */
export class TwoSlots {
  readonly #store: ByteStore;
  readonly #name: string;
  readonly #what: FileKind;
  /** Where the newest whole value lies; undefined until somebody has looked. */
  #newest: { slot: Slot; sequence: number } | null | undefined;

  constructor(store: ByteStore, name: string, what: FileKind) {
    this.#store = store;
    this.#name = name;
    this.#what = what;
  }

  /**
   * Reads both files to their ends and compares every checksum.
   * @param withBody False reads facts alone, and trusts the body.
   * @throws AppError `storage-refused`, `storage-newer`; damage is listed, not thrown.
   */
  async read(withBody = true): Promise<SlotContents> {
    const refused: ErrorData[] = [];
    let newest: (StoredValue & { slot: Slot; sequence: number }) | null = null;
    for (const slot of SLOTS) {
      try {
        const file = await openCommitted<unknown>(this.#store, slotFiles(this.#name)[slot], this.#what);
        if (!isSlotFacts(file.facts))
          throw new AppError('storage-damaged', `The stored file ${this.#name}.${slot} has no number.`);
        const { sequence, facts } = file.facts;
        if (newest && newest.sequence >= sequence) continue;
        const body = withBody ? await file.body() : new Uint8Array(0);
        newest = { facts, body, bytes: file.bodyBytes, slot, sequence };
      } catch (error) {
        const data = toErrorData(error);
        if (data.code === 'storage-newer' || data.code === 'storage-refused') throw error;
        if (data.code !== 'storage-wiped') refused.push(data);
      }
    }
    this.#newest = newest && { slot: newest.slot, sequence: newest.sequence };
    return { newest, refused };
  }

  /**
   * Writes the next value beside the newest one.
   * @param pieces The body, in order.
   * @returns True where the value before it was there; false for a first one, or where the storage was cleared meanwhile.
   * @throws AppError of storageError.ts; the value before is then still the newest.
   */
  async write(facts: unknown, pieces: readonly Uint8Array[], blockBytes: number): Promise<boolean> {
    if (this.#newest === undefined) await this.read();
    const before = this.#newest;
    const files = await this.#store.list();
    const slot: Slot = before?.slot === 0 ? 1 : 0;
    const sequence = (before?.sequence ?? 0) + 1;
    const name = slotFiles(this.#name)[slot];
    await writeCommitted(this.#store, name, this.#what, blockBytes, async (append) => {
      for (const piece of pieces) append(piece);
      return { sequence, facts } satisfies SlotFacts;
    });
    this.#newest = { slot, sequence };
    return !!before && files.some((file) => file.name === slotFiles(this.#name)[before.slot]);
  }

  /** Deletes both files. @throws AppError `storage-busy` */
  async remove(): Promise<void> {
    for (const file of slotFiles(this.#name)) await this.#store.remove(file);
    this.#newest = null;
  }
}
