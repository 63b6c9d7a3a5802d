import { TEST, TRAIN } from '../../core/encodedDataset.ts';
import type { OpenScratch } from '../../storage/scratchFile.ts';
import { findFrameFiles } from '../frames/frameFiles.ts';
import { type FoundFiles, findFiles, nameOfSet } from '../importFiles.ts';
import type { ImportProblem, SetOrigin } from '../recordingSet.ts';
import { findSpikeFiles } from '../spikes/importSpikes.ts';
import type { ClassChoice } from './assignClasses.ts';
import { assignFiles } from './assignFiles.ts';
import type { ImportFile } from './candidates.ts';

/** A class of a plan, before anything is decoded. */
export interface PlannedClass {
  name: string;
  files: number;
  /** Files that folders or lists give to one side. */
  train: number;
  test: number;
  /** One of its files. */
  example: string;
}

/** What an import would give: shown before it, so that it can be changed. */
export interface ImportPlan {
  /** Only recordings have classes that can be changed: those of images and spike trains stand in the files. */
  kind: 'recordings' | 'trials' | 'images' | 'spikes';
  name: string;
  fileCount: number;
  byteCount: number;
  /** Which rule gave the classes. */
  rule: SetOrigin['classes'];
  classes: PlannedClass[];
  /** Files that the rule gives no class, and one of them. */
  unlabelled: { files: number; example: string };
  split: SetOrigin['split'];
  /** Found before anything is decoded. */
  problems: ImportProblem[];
}

interface PlanSettings {
  classes?: ClassChoice;
}

const keyOf = (files: ImportFile[]) => JSON.stringify(files.map(({ path, blob }) => [path, blob.size]));

/**
 * Looks into the files of a drop once, for its plan and then for its import.
 * @param openScratch Where long files are unpacked to; null: memory.
 */
export function createPlanner(openScratch: OpenScratch | null) {
  let latest: { key: string; found: FoundFiles } | null = null;

  async function found(
    files: ImportFile[],
    onProgress: (label: string) => void,
    signal?: AbortSignal,
  ): Promise<FoundFiles> {
    const key = keyOf(files);
    if (latest?.key !== key)
      latest = { key, found: await findFiles(files, { signal, onProgress, openScratch }) };
    const { candidates, problems } = latest.found;
    // Whoever imports appends to the problems.
    return { candidates: [...candidates], problems: [...problems] };
  }

  return {
    found,

    /** @throws AppError `too-many-files`, `bad-class-pattern`; the signal's reason. */
    async plan(
      files: ImportFile[],
      { classes: choice }: PlanSettings,
      onProgress: (label: string) => void,
      signal?: AbortSignal,
    ): Promise<ImportPlan> {
      const { candidates: all, problems } = await found(files, onProgress, signal);
      const byteCount = all.reduce((sum, { bytes }) => sum + bytes, 0);
      const base = { name: nameOfSet(files), byteCount, problems };
      const none = { classes: [], unlabelled: { files: 0, example: '' }, split: 'given' as const };
      const frames = await findFrameFiles(all, signal);
      if (frames || (await findSpikeFiles(all, signal)))
        return {
          ...base,
          ...none,
          kind: frames ? 'images' : 'spikes',
          fileCount: all.length,
          rule: 'labelBytes',
        };
      const { candidates, assignment, hasTrials } = await assignFiles(all, problems, choice, signal);
      const { classNames, entries, origin } = assignment;
      const classes: PlannedClass[] = classNames.map((name) => ({
        name,
        files: 0,
        train: 0,
        test: 0,
        example: '',
      }));
      const unlabelled = { files: 0, example: '' };
      for (const [i, { classIndex, split, trials, isLeftOut }] of entries.entries()) {
        const { path } = candidates[i];
        for (const { classIndex: ofTrial } of trials?.trials ?? []) addTo(classes[ofTrial], path, split);
        if (trials || isLeftOut) continue;
        if (classIndex >= 0) addTo(classes[classIndex], path, split);
        else if (unlabelled.files++ === 0) unlabelled.example = path;
      }
      const stated = new Set(entries.map(({ split }) => split));
      const isGiven = choice?.split !== 'seeded' && stated.has(TRAIN) && stated.has(TEST);
      return {
        ...base,
        kind: hasTrials ? 'trials' : 'recordings',
        fileCount: candidates.length,
        rule: origin,
        classes: classes.filter(({ files: count }) => count > 0),
        unlabelled,
        split: isGiven ? 'given' : 'seeded',
      };
    },
  };
}

function addTo(planned: PlannedClass, path: string, split: 0 | 1 | undefined): void {
  if (planned.files++ === 0) planned.example = path;
  if (split === TRAIN) planned.train++;
  if (split === TEST) planned.test++;
}
