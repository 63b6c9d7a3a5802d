import { AppError } from '../../core/errors.ts';
import { type ColumnQuestions, createColumnQuestions } from '../columnQuestions.ts';
import type { ColumnChoice, DataPort, DroppedFile, JobOptions, StoredSetFacts } from '../ports.ts';
import { clampSchedule, settingsForData } from '../runPreparation.ts';
import type { Session } from '../session.ts';
import type { SessionState, SessionStore } from '../sessionStore.ts';
import { createImportQuestions, type ImportAnswer, type ImportQuestions } from './importQuestions.ts';
import { sessionForStored } from './storedSession.ts';

/** What the visitor can do with files and with stored data sets. */
export interface DropActions {
  dropFiles(files: DroppedFile[]): Promise<void>;
  /** Reads the latest drop again and keeps of damaged recordings what stands before the damage. */
  keepDamaged(): Promise<void>;
  /** Says what the columns of the text files are that are being dropped; the import goes on. */
  answerColumns: ColumnQuestions['answer'];
  /** Tries other classes for the drop that waits. */
  changeImport: ImportQuestions['change'];
  /** Confirms classes and split of the drop that waits; the import goes on. */
  answerImport: ImportQuestions['answer'];
  /** The encoded data sets in this browser's storage. @throws AppError of the storage */
  listStored(): Promise<StoredSetFacts[]>;
  /** Makes a stored data set the data of the session, with the settings that its frames were made with. */
  openStored(facts: StoredSetFacts): Promise<void>;
  /** Opens the stored data set that the session names, where there is one; says nothing where there is none. */
  reopenStored(): Promise<void>;
  /** @throws AppError of the storage */
  deleteStored(file: string): Promise<void>;
}

/** The session's one data job at a time, as the rest of the actions run it. */
export interface DataJobs {
  run(label: string, work: (signal: AbortSignal) => Promise<void>): Promise<boolean>;
  options(signal: AbortSignal): JobOptions;
  /** Loads what the settings name. */
  loadWanted(signal: AbortSignal): Promise<void>;
}

/** Problems of a whole drop, which the next one that loads makes meaningless. */
const DROP_CODES = new Set(['no-recordings-loaded', 'import-stalled', 'too-many-files']);

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** How the latest drop was read. */
interface Drop {
  files: DroppedFile[];
  columns?: ColumnChoice;
  answer?: ImportAnswer;
}

export function createDropActions(store: SessionStore, data: DataPort, jobs: DataJobs): DropActions {
  const set = (change: Partial<SessionState>) => store.setState(change);
  const get = () => store.getState();
  const columnQuestions = createColumnQuestions(store, data);
  const importQuestions = createImportQuestions(store, data, (label) =>
    set({ dataJob: { label, done: 0, total: 0 } }),
  );
  let latest: Drop | null = null;
  /** A drop takes the place of the one before it, which ends a little later. */
  let imports = 0;

  /** Split settings as they were confirmed become those of the session. */
  function withSplit(settings: Session, answer: ImportAnswer | undefined): Session {
    if (!answer) return settings;
    const { splitSeed, testFraction, classes } = answer;
    const { split = 'auto' } = classes;
    return { ...settings, data: { ...settings.data, splitSeed, testFraction, split } };
  }

  async function importDrop({ files, columns, answer }: Drop, signal: AbortSignal): Promise<void> {
    const { imageOrientation, splitSeed, testFraction, split } = withSplit(get().settings, answer).data;
    const { classes = { rule: 'auto', split }, keepDamaged } = answer ?? {};
    const settings = { splitSeed, testFraction, imageOrientation, columns, classes, keepDamaged };
    const summary = await data.importFiles(files, settings, jobs.options(signal));
    signal.throwIfAborted();
    set({ importProblems: summary.problems });
    if (summary.recordingCount === 0) {
      throw new AppError(
        'no-recordings-loaded',
        files.length === 1
          ? `${files[0].path} gave no recording.`
          : `None of the ${files.length} dropped files gave a recording.`,
        'The list beside the drop zone says why. What was loaded before is still there.',
      );
    }
    const before = withSplit(get().settings, answer);
    const wasFiles = before.data.source === 'files' && get().summary === null;
    const asFiles: Session = {
      ...before,
      data: {
        ...before.data,
        source: 'files',
        fingerprint: wasFiles ? before.data.fingerprint : undefined,
      },
    };
    const next = clampSchedule(settingsForData(asFiles, summary));
    set({
      // What was wrong with an earlier drop is over.
      problems: get().problems.filter(({ code }) => !DROP_CODES.has(code)),
      settings: next,
      summary,
      loadedWith: next.data,
      dropCount: get().dropCount + 1,
      announcement: `${counted(summary.recordingCount, 'recording')} loaded, ${counted(summary.problems.length, 'problem')}.`,
    });
  }

  async function runImport(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    imports++;
    set({ isImporting: true });
    await jobs.run('Reading files', work);
    imports--;
    set({ isImporting: imports > 0 });
  }

  return {
    async dropFiles(files) {
      if (files.length === 0) return;
      await runImport(async (signal) => {
        const columns = await columnQuestions.ask(files, signal);
        const answer = await importQuestions.ask(files, signal);
        latest = { files, columns, answer };
        await importDrop(latest, signal);
      });
    },

    async keepDamaged() {
      if (!latest) return;
      const { splitSeed, testFraction, split } = get().settings.data;
      const before = latest.answer ?? { classes: { rule: 'auto', split }, splitSeed, testFraction };
      latest = { ...latest, answer: { ...before, keepDamaged: true } };
      const drop = latest;
      await runImport((signal) => importDrop(drop, signal));
    },

    answerColumns: columnQuestions.answer,
    changeImport: importQuestions.change,
    answerImport: importQuestions.answer,

    listStored: async () => data.listStored?.() ?? [],

    async openStored(facts) {
      const before = get();
      const settings = sessionForStored(before.settings, facts);
      if (!settings) return;
      set({ settings, summary: null, loadedWith: null });
      const isOpen = await jobs.run('Opening the stored data set', jobs.loadWanted);
      if (isOpen) return;
      const { summary, loadedWith } = before;
      if (get().settings === settings) set({ settings: before.settings, summary, loadedWith });
    },

    async reopenStored() {
      const { settings, summary } = get();
      const { source, fingerprint } = settings.data;
      if (source !== 'files' || fingerprint === undefined || summary || !data.openStored) return;
      const found = await data.openStored(fingerprint).catch(() => null);
      if (!found || get().settings.data !== settings.data || get().summary) return;
      set({ summary: found, loadedWith: settings.data, importProblems: [] });
    },

    deleteStored: async (file) => data.deleteStored?.(file),
  };
}
