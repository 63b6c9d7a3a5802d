import type { DroppedFile } from '../../session/ports.ts';

/** Files and folders deeper than this are not followed: no data set nests so far, but a loop of links would. */
const MAX_DEPTH = 16;

/** Everything in a drop, folders opened, with the path of each file inside what was dropped. */
export async function readDropped(transfer: DataTransfer): Promise<DroppedFile[]> {
  // Entries must be taken before the first await: the browser empties the list when the event is over.
  const entries = Array.from(transfer.items)
    .map((item) => item.webkitGetAsEntry?.())
    .filter((entry): entry is FileSystemEntry => entry != null);
  if (entries.length === 0) return fromFileList(transfer.files);
  const files: DroppedFile[] = [];
  for (const entry of entries) await collect(entry, files, 0);
  return files;
}

/** Files of a picker; a folder picker brings the paths along. */
export function fromFileList(list: FileList | readonly File[]): DroppedFile[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, blob: file }));
}

async function collect(entry: FileSystemEntry, files: DroppedFile[], depth: number): Promise<void> {
  if (depth > MAX_DEPTH) return;
  if (entry.isFile) {
    const blob = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    files.push({ path: entry.fullPath.replace(/^\//, ''), blob });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader hands out a folder in portions; an empty one is the end.
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (portion.length === 0) return;
    for (const child of portion) await collect(child, files, depth + 1);
  }
}
