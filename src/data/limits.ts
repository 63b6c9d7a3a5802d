/** Caps of the importer. Each is compared with what is really there, never with what a header claims. */
export const IMPORT_LIMITS = {
  /** Files of one import, archive members included: their names and sizes are held in memory while they are sorted. */
  files: 250_000,
  /** Characters of a path: file systems stop at 4096, longer ones are an attack. */
  pathLength: 1024,
  /** Bytes one archive member or array may inflate to where it is held in memory while it is decoded. */
  memberBytes: 1 << 30,
  /** The same where it is unpacked to the disk, as the page does with files above 16 MiB. */
  spooledBytes: 2 ** 34,
  /** Bytes the members of one archive may inflate to together: the largest public set has about 10 GiB. */
  archiveBytes: 2 ** 36,
  /** Bytes of a tar archive, unpacked in memory: its files are held together, because it has no list of contents. */
  heldArchiveBytes: 2 ** 31,
  /** A label list: one line per file, at the cap of files. */
  labelListBytes: 1 << 24,
  /** Events of a set in memory, 13 bytes each: recordings beyond it stay in their files and are read again when needed. */
  heldEvents: 8_000_000,
  /** Spikes of a set, and rows of one array: these are held together. */
  setEvents: 150_000_000,
  /** Bytes of all images of a set in memory: EMNIST ByClass, the largest of its kind, has 638 MB. */
  setImageBytes: 2 ** 30,
  /** Problems listed one by one; the rest is counted. */
  problems: 500,
} as const;
