/** Caps of the importer. Each is compared with what is really there, never with what a header claims. */
export const IMPORT_LIMITS = {
  /** Files of one import, archive members included: their names and sizes are held in memory while they are sorted. */
  files: 250_000,
  /** Characters of a path: file systems stop at 4096, longer ones are an attack. */
  pathLength: 1024,
  /** Bytes one archive member may inflate to: it is held in memory while it is decoded. */
  memberBytes: 1 << 30,
  /** Bytes the members of one archive may inflate to together: the largest public set has about 10 GiB. */
  archiveBytes: 2 ** 34,
  /** Bytes of a tar archive, unpacked: its files are held together, because it has no list of contents. */
  heldArchiveBytes: 2 ** 31,
  /** A label list: one line per file, at the cap of files. */
  labelListBytes: 1 << 24,
  /** Events of a whole set in memory, 13 bytes each. */
  setEvents: 150_000_000,
  /** Bytes of all images of a set in memory: EMNIST ByClass, the largest of its kind, has 638 MB. */
  setImageBytes: 2 ** 30,
  /** Problems listed one by one; the rest is counted. */
  problems: 500,
} as const;
