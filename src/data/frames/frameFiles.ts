import type { ByteSource } from '../byteSource.ts';
import { looksLikeAtisBin } from '../formats/atisBin/atisBin.ts';
import {
  CIFAR10,
  CIFAR100,
  type CifarLayout,
  cifarLayoutsOfSize,
  hasCifarLabels,
} from '../formats/cifar/cifar.ts';
import { HEAD_BYTES } from '../formats/detectFormat.ts';
import { isIdx } from '../formats/idx/idx.ts';
import { type Candidate, withOpened } from '../import/candidates.ts';
import { baseName } from '../import/paths.ts';

/** The image files of a drop, told from everything else in it. */
export interface FrameFiles {
  idxImages: Candidate[];
  idxLabels: Candidate[];
  cifar: { file: Candidate; layout: CifarLayout }[];
  /** The Python versions of CIFAR: programs in disguise, refused by name. */
  pickles: Candidate[];
  /** Text files that may name the classes. */
  nameLists: Candidate[];
  others: Candidate[];
}

const IDX_NAME = /(^|[-_.])idx[1-4]([-_.]|$)|ubyte$/i;
const LABELS_NAME = /idx1|label|lbl/i;
const CIFAR10_NAME = /(^|[-_])(data_batch_\d+|test_batch)\.bin$/i;
const CIFAR100_PATH = /cifar-?100.*[/](train|test)\.bin$/i;
const PICKLE_NAME = /^(data_batch_\d|test_batch|batches\.meta|train|test|meta)$/;
const NAMES_NAME = /(mapping|label_names|\.meta)\.txt$/i;

/** True for the first bytes of a Python pickle of protocol 2 to 5. */
function isPickle(head: Uint8Array): boolean {
  return head[0] === 0x80 && head[1] >= 2 && head[1] <= 5;
}

/**
 * Looks for image files by name and content. Event recordings are not opened: a set of them has ten thousands of files.
 * @returns Null when there are none, so that the drop is read as event recordings.
 */
export async function findFrameFiles(
  candidates: readonly Candidate[],
  signal?: AbortSignal,
): Promise<FrameFiles | null> {
  const found: FrameFiles = {
    idxImages: [],
    idxLabels: [],
    cifar: [],
    pickles: [],
    nameLists: [],
    others: [],
  };
  const bins = candidates.filter(({ path }) => /\.bin$/i.test(path));
  // Event recordings share the ending .bin; that all of many have a size that fits records of images is no accident.
  const sizesFit = bins.every(({ bytes }) => cifarLayoutsOfSize(bytes).length > 0);
  for (const candidate of candidates) {
    signal?.throwIfAborted();
    const { path, head } = candidate;
    const name = baseName(path);
    const isBin = /\.bin$/i.test(name);
    if (head ? isIdx(head) : IDX_NAME.test(name)) {
      // The fourth byte counts the dimensions: labels have one, images three.
      const isLabels = head ? head[3] === 1 : LABELS_NAME.test(name);
      (isLabels ? found.idxLabels : found.idxImages).push(candidate);
    } else if (isBin && (sizesFit || CIFAR10_NAME.test(name) || CIFAR100_PATH.test(path))) {
      const layout = await withOpened(candidate, signal, (source) => cifarLayout(candidate, source));
      if (layout) found.cifar.push({ file: candidate, layout });
      else found.others.push(candidate);
    } else if (PICKLE_NAME.test(name) && isPickle(head ?? (await readHead(candidate, signal)))) {
      found.pickles.push(candidate);
    } else if (NAMES_NAME.test(name)) found.nameLists.push(candidate);
    else found.others.push(candidate);
  }
  const { idxImages, idxLabels, cifar, pickles } = found;
  return idxImages.length + idxLabels.length + cifar.length + pickles.length > 0 ? found : null;
}

async function readHead(candidate: Candidate, signal?: AbortSignal): Promise<Uint8Array> {
  return withOpened(candidate, signal, (source) => source.read(0, 2));
}

/** The layout that name, size and the label bytes agree on; a name alone excuses a cut file. */
async function cifarLayout({ path }: Candidate, source: ByteSource): Promise<CifarLayout | undefined> {
  const named = CIFAR10_NAME.test(baseName(path)) ? CIFAR10 : CIFAR100_PATH.test(path) ? CIFAR100 : undefined;
  const possible = named ? [named] : cifarLayoutsOfSize(source.size);
  if (!named && looksLikeAtisBin(await source.read(0, HEAD_BYTES))) return undefined;
  for (const layout of possible) {
    if (await hasCifarLabels(source, layout)) return layout;
  }
  return undefined;
}
