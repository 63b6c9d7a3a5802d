import { AppError } from '../core/errors.ts';
import { xxHash32 } from '../core/xxHash32.ts';
import type { ByteStore, StoredBytes } from './byteStore.ts';

/*
 * A file that is either whole or nothing. Little-endian:
 *
 *   0    commit record, 64 bytes: magic "SPIKELET", kind (4 letters), u32 version, f64 bytes of the body,
 *        u32 bytes of a block, u32 bytes of the footer, u32 hash of the footer, zeros, u32 hash of the 60 bytes before
 *   64   body: blocks of equal size, the last one may be shorter
 *        footer: u32 hash of every block, then the facts as JSON in UTF-8
 *
 * Body and footer are written and flushed first, the commit record last: a crash at any moment leaves a file without a
 * record, which nobody reads and the next start removes. Every block carries its own hash (xxHash32), so that a part of a
 * large file can be read, and damage found, without reading the whole.
 */
const MAGIC = 'SPIKELET';
const RECORD_BYTES = 64;
const HASHED_RECORD_BYTES = RECORD_BYTES - 4;
/** Facts and hashes are held in memory; a data set of 250,000 samples has some 20 MB of them. */
const MAX_FOOTER_BYTES = 1 << 28;

/** What a file is: a name of four letters, and the version of what its body and facts mean. */
export interface FileKind {
  kind: string;
  version: number;
}

export interface CommittedFile<Facts> {
  facts: Facts;
  /** Bytes of the body. */
  bodyBytes: number;
  blockBytes: number;
  blockCount: number;
  /** Block i of the body, compared with its hash. @throws AppError `storage-damaged`, `storage-wiped` */
  block(index: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The whole body, block by block. @throws as `block` */
  body(): Promise<Uint8Array<ArrayBuffer>>;
}

function encodeRecord(
  { kind, version }: FileKind,
  bodyBytes: number,
  blockBytes: number,
  footer: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC + kind));
  view.setUint32(12, version, true);
  view.setFloat64(16, bodyBytes, true);
  view.setUint32(24, blockBytes, true);
  view.setUint32(28, footer.length, true);
  view.setUint32(32, xxHash32(footer), true);
  view.setUint32(HASHED_RECORD_BYTES, xxHash32(bytes.subarray(0, HASHED_RECORD_BYTES)), true);
  return bytes;
}

interface CommitRecord extends FileKind {
  bodyBytes: number;
  blockBytes: number;
  footerBytes: number;
  footerHash: number;
}

/** Undefined for bytes that are no commit record, or one that was damaged. */
function decodeRecord(bytes: Uint8Array): CommitRecord | undefined {
  if (bytes.length < RECORD_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, RECORD_BYTES);
  const text = new TextDecoder().decode(bytes.subarray(0, 12));
  const hash = xxHash32(bytes.subarray(0, HASHED_RECORD_BYTES));
  if (!text.startsWith(MAGIC) || view.getUint32(HASHED_RECORD_BYTES, true) !== hash) return undefined;
  return {
    kind: text.slice(MAGIC.length),
    version: view.getUint32(12, true),
    bodyBytes: view.getFloat64(16, true),
    blockBytes: view.getUint32(24, true),
    footerBytes: view.getUint32(28, true),
    footerHash: view.getUint32(32, true),
  };
}

function encodeFooter(hashes: number[], facts: unknown): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(facts));
  const footer = new Uint8Array(hashes.length * 4 + json.length);
  const view = new DataView(footer.buffer);
  for (const [i, hash] of hashes.entries()) view.setUint32(i * 4, hash, true);
  footer.set(json, hashes.length * 4);
  return footer;
}

/**
 * Writes a file that exists only once it is whole; one of the same name is replaced. Where anything fails (the disk is full,
 * `fill` throws), the unfinished file is removed.
 *
 * @param blockBytes Bytes that are later read and verified together; at least 1.
 * @param fill Appends the body piece by piece, pieces of any size, and returns the facts: plain data for JSON.
 * @throws AppError of storageError.ts, or whatever `fill` throws.
 */
export async function writeCommitted(
  store: ByteStore,
  name: string,
  what: FileKind,
  blockBytes: number,
  fill: (append: (piece: Uint8Array) => void) => Promise<unknown>,
): Promise<void> {
  const writer = await store.create(name);
  try {
    const hashes: number[] = [];
    const block = new Uint8Array(blockBytes);
    let filled = 0;
    let offset = RECORD_BYTES;
    const put = (bytes: Uint8Array) => {
      hashes.push(xxHash32(bytes));
      writer.write(bytes, offset);
      offset += bytes.length;
    };
    const facts = await fill((piece) => {
      let at = 0;
      while (at < piece.length) {
        if (filled === 0 && piece.length - at >= blockBytes) {
          put(piece.subarray(at, at + blockBytes));
          at += blockBytes;
          continue;
        }
        const part = piece.subarray(at, at + blockBytes - filled);
        block.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled === blockBytes) {
          put(block);
          filled = 0;
        }
      }
    });
    if (filled > 0) put(block.subarray(0, filled));
    const footer = encodeFooter(hashes, facts);
    writer.write(footer, offset);
    writer.flush();
    writer.write(encodeRecord(what, offset - RECORD_BYTES, blockBytes, footer), 0);
    writer.flush();
    writer.close();
  } catch (error) {
    writer.close();
    // The first error is the one to show; a file that cannot be removed has no commit record and goes at the next start.
    await store.remove(name).catch(() => {});
    throw error;
  }
}

function damaged(name: string, what: string, offset: number): AppError {
  return new AppError(
    'storage-damaged',
    `The stored file ${name} is damaged: ${what}.`,
    'Delete it and make it anew.',
    offset,
  );
}

/**
 * Opens a file that {@link writeCommitted} wrote.
 * @param what The kind and the newest version that the caller reads.
 * @throws AppError `storage-wiped` (not there), `storage-damaged` (not whole, or another kind), `storage-newer` (written by
 *   a newer version of the page).
 */
export async function openCommitted<Facts>(
  store: ByteStore,
  name: string,
  what: FileKind,
): Promise<CommittedFile<Facts>> {
  const stored = await store.open(name);
  const record = decodeRecord(await stored.read(0, RECORD_BYTES));
  if (!record) throw damaged(name, 'it was not written to its end', 0);
  const { kind, version, bodyBytes, blockBytes, footerBytes, footerHash } = record;
  if (kind !== what.kind) throw damaged(name, `it is a file of kind ${kind}, not ${what.kind}`, 8);
  if (version > what.version) {
    throw new AppError(
      'storage-newer',
      `The stored file ${name} has version ${version}; this page reads up to ${what.version}.`,
      'Reload the page to get its newest version.',
    );
  }
  const blockCount = Math.ceil(bodyBytes / blockBytes);
  const footerStart = RECORD_BYTES + bodyBytes;
  if (footerBytes > MAX_FOOTER_BYTES || stored.size !== footerStart + footerBytes)
    throw damaged(name, `it has ${stored.size} bytes, not ${footerStart + footerBytes}`, stored.size);
  const footer = await stored.read(footerStart, footerBytes);
  if (footer.length < blockCount * 4 || xxHash32(footer) !== footerHash)
    throw damaged(name, 'the checksum of its list of contents is wrong', footerStart);
  const hashes = new Uint32Array(footer.slice(0, blockCount * 4).buffer);
  const facts = JSON.parse(new TextDecoder().decode(footer.subarray(blockCount * 4))) as Facts;

  async function block(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const start = RECORD_BYTES + index * blockBytes;
    const length = Math.min(blockBytes, footerStart - start);
    const bytes = await stored.read(start, length);
    if (bytes.length !== length || xxHash32(bytes) !== hashes[index])
      throw damaged(name, `the checksum of block ${index} is wrong`, start);
    return bytes;
  }

  return {
    facts,
    bodyBytes,
    blockBytes,
    blockCount,
    block,
    async body() {
      const whole = new Uint8Array(bodyBytes);
      for (let i = 0; i < blockCount; i++) whole.set(await block(i), i * blockBytes);
      return whole;
    },
  };
}

async function isCommitted(stored: StoredBytes): Promise<boolean> {
  return decodeRecord(await stored.read(0, RECORD_BYTES)) !== undefined;
}

/**
 * Removes what crashes left behind: files without a commit record that nobody is writing.
 * @returns How many were removed.
 */
export async function removeUncommitted(store: ByteStore): Promise<number> {
  let removed = 0;
  for (const { name } of await store.list()) {
    try {
      if (await isCommitted(await store.open(name))) continue;
      await store.remove(name);
      removed++;
    } catch {
      // Another tab is writing it, or removed it first.
    }
  }
  return removed;
}
