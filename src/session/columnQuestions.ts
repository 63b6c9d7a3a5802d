import type { ColumnChoice, DataPort, DroppedFile } from './ports.ts';
import type { SessionStore } from './sessionStore.ts';

export interface ColumnQuestions {
  /**
   * Shows the first lines of the first text file of a drop and waits until its columns are confirmed.
   * @returns Undefined where there is no such file. @throws The signal's reason.
   */
  ask(files: DroppedFile[], signal: AbortSignal): Promise<ColumnChoice | undefined>;
  answer(choice: ColumnChoice): void;
}

/** The question which column of a dropped text file is what. A drop is asked once; the next one begins with its answer. */
export function createColumnQuestions(store: SessionStore, data: DataPort): ColumnQuestions {
  let waiting: ((choice: ColumnChoice) => void) | null = null;
  let latest: ColumnChoice | null = null;

  return {
    async ask(files, signal) {
      const preview = await data.previewColumns?.(files, { signal });
      signal.throwIfAborted();
      if (!preview) return undefined;
      // What could not be told is most likely what the last drop was.
      const guess = preview.guess ?? (latest?.columnCount === preview.columnCount ? latest : null);
      store.setState({
        columnQuestion: { ...preview, guess },
        announcement: `Confirm the columns of ${preview.file}.`,
      });
      try {
        const choice = await new Promise<ColumnChoice>((resolve, reject) => {
          waiting = resolve;
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
        latest = choice;
        return choice;
      } finally {
        waiting = null;
        store.setState({ columnQuestion: null });
      }
    },
    answer: (choice) => waiting?.(choice),
  };
}
