import { toErrorData } from '../../core/errors.ts';
import type { ClassChoice, DataPort, DroppedFile, ImportPlan } from '../ports.ts';
import type { SessionStore } from '../sessionStore.ts';

/** How an import was decided upon. */
export interface ImportAnswer {
  classes: ClassChoice;
  keepDamaged: boolean;
  splitSeed: number;
  testFraction: number;
}

export interface ImportQuestions {
  /**
   * Shows what a drop of several recordings would give, and waits until that is confirmed.
   * @returns Undefined where nothing is to be decided: a single recording, images, spike trains.
   * @throws The signal's reason.
   */
  ask(files: DroppedFile[], signal: AbortSignal): Promise<ImportAnswer | undefined>;
  /** Plans the import anew under another choice; the question shows the outcome. */
  change(classes: ClassChoice): void;
  answer(answer: ImportAnswer): void;
}

/** The question whether classes and split of a drop are what they should be. */
export function createImportQuestions(
  store: SessionStore,
  data: DataPort,
  onProgress: (label: string) => void,
): ImportQuestions {
  let waiting: ((answer: ImportAnswer) => void) | null = null;
  let replan: ((classes: ClassChoice) => void) | null = null;

  return {
    async ask(files, signal) {
      const { planImport } = data;
      if (!planImport) return undefined;
      const { splitSeed, testFraction, imageOrientation, split } = store.getState().settings.data;
      const settings = { splitSeed, testFraction, imageOrientation };
      const plan = (classes: ClassChoice): Promise<ImportPlan> =>
        planImport(files, { ...settings, classes }, { signal, onProgress: ({ label }) => onProgress(label) });
      const automatic: ClassChoice = { rule: 'auto', split };
      const first = await plan(automatic);
      signal.throwIfAborted();
      const isDecided = first.kind === 'images' || first.kind === 'spikes' || first.fileCount < 2;
      if (isDecided) return undefined;
      store.setState({
        importQuestion: { plan: first, classes: automatic, isPlanning: false },
        announcement: `Check the classes of ${first.name}.`,
      });
      let latest = 0;
      replan = async (classes) => {
        const mine = ++latest;
        const { importQuestion } = store.getState();
        if (!importQuestion) return;
        store.setState({
          importQuestion: { ...importQuestion, classes, isPlanning: true, problem: undefined },
        });
        const outcome = await plan(classes).then(
          (found) => ({ plan: found, problem: undefined }),
          (error) => ({ plan: importQuestion.plan, problem: error }),
        );
        if (mine !== latest || signal.aborted || !store.getState().importQuestion) return;
        const problem = outcome.problem ? toErrorData(outcome.problem) : undefined;
        store.setState({ importQuestion: { plan: outcome.plan, classes, isPlanning: false, problem } });
      };
      try {
        return await new Promise<ImportAnswer>((resolve, reject) => {
          waiting = resolve;
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      } finally {
        waiting = null;
        replan = null;
        store.setState({ importQuestion: null });
      }
    },
    change: (classes) => replan?.(classes),
    answer: (answer) => waiting?.(answer),
  };
}
