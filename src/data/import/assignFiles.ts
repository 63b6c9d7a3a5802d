import { IMPORT_LIMITS } from '../limits.ts';
import type { ImportProblem } from '../recordingSet.ts';
import { type Assignment, assignClasses, type ClassChoice } from './assignClasses.ts';
import type { Candidate } from './candidates.ts';
import { assignTrials, findTrials } from './gestureTrials.ts';
import { type LabelList, mayBeLabelList, parseLabelList } from './labelList.ts';
import { compareNames } from './paths.ts';

/** The recordings of an import, in order, with what is known of their classes. */
export interface AssignedFiles {
  candidates: Candidate[];
  assignment: Assignment;
  /** True where label files cut recordings into trials. */
  hasTrials: boolean;
}

/** Separates label lists from recordings. */
async function readLabelLists(
  candidates: Candidate[],
  signal?: AbortSignal,
): Promise<{ lists: LabelList[]; rest: Candidate[] }> {
  const lists: LabelList[] = [];
  const rest: Candidate[] = [];
  for (const candidate of candidates) {
    let list: LabelList | undefined;
    if (mayBeLabelList(candidate.path) && candidate.bytes <= IMPORT_LIMITS.labelListBytes) {
      try {
        const source = await candidate.open(signal);
        const bytes = await source.read(0, Math.min(source.size, IMPORT_LIMITS.labelListBytes));
        list = parseLabelList(candidate.path, new TextDecoder().decode(bytes));
      } catch {
        signal?.throwIfAborted();
        // A member that cannot be unpacked: reading it as a recording reports why.
      }
    }
    if (list) lists.push(list);
    else rest.push(candidate);
  }
  return { lists, rest };
}

/**
 * Separates label files from recordings and finds the class of each recording. Nothing else is read.
 * @param problems What is wrong with label files is appended.
 * @throws AppError `bad-class-pattern`; the signal's reason.
 */
export async function assignFiles(
  found: Candidate[],
  problems: ImportProblem[],
  choice?: ClassChoice,
  signal?: AbortSignal,
): Promise<AssignedFiles> {
  const { trialSet, rest: unlisted } = await findTrials(found, problems, signal);
  const { lists, rest } = await readLabelLists(unlisted, signal);
  const candidates = rest.sort((a, b) => compareNames(a.path, b.path));
  const paths = candidates.map((candidate) => candidate.path);
  const assignment = trialSet ? assignTrials(paths, trialSet) : assignClasses(paths, lists, choice);
  return { candidates, assignment, hasTrials: trialSet !== undefined };
}
