import { AppError, fromErrorData } from '../../core/errors.ts';
import type { NamedTensor, TrainerMessage } from '../../trainer/messages.ts';
import type { DroppedFile, SessionPorts } from '../ports.ts';
import type { Session } from '../session.ts';
import { MAX_UNDO_STEPS, type SessionStore } from '../sessionStore.ts';
import type { StartWeights } from './startWeights.ts';
import { takeWeightsFile } from './takeFile.ts';

/** What the visitor can do with weights. */
export interface WeightsActions {
  /** Takes a network or weights from a file (NIR, safetensors): the next run begins with them. Starts nothing. */
  openWeights(file: DroppedFile): Promise<void>;
  /** The next run draws its weights again. */
  forgetWeights(): void;
  /** The present weights of the run, which goes on. @throws AppError `not-configured`. */
  exportWeights(): Promise<{ tensors: NamedTensor[]; digest: string }>;
}

/**
 * The weights that a run of the session begins with; undefined where all are drawn.
 * @throws AppError `weights-missing` where the session names weights that are not here.
 */
export function wantedWeights(session: Session, weights: StartWeights | null): NamedTensor[] | undefined {
  const wanted = session.initialization.weights;
  if (wanted === undefined) return undefined;
  if (weights?.digest === wanted) return weights.tensors;
  throw new AppError(
    'weights-missing',
    `The session begins with weights from a file (sha256 ${wanted.slice(0, 16)}...) that is not on this page.`,
    'Drop that file on the page, or let the weights be drawn (view "Take away").',
  );
}

export function createWeightsActions(
  store: SessionStore,
  { trainer }: Pick<SessionPorts, 'trainer'>,
  report: (error: unknown) => void,
): WeightsActions & { receive(message: TrainerMessage): void } {
  let waiting: ((message: TrainerMessage) => void)[] = [];

  function put(label: string, settings: Session, weights: StartWeights | null, remarks: string[]): void {
    const { settings: before, undoSteps } = store.getState();
    store.setState({
      settings,
      undoSteps: [...undoSteps, { label, settings: before }].slice(-MAX_UNDO_STEPS),
      redoSteps: [],
      startWeights: weights && { ...weights, remarks },
    });
  }

  return {
    async openWeights({ path, blob }) {
      const name = path.split('/').pop() ?? path;
      try {
        const { session, weights, remarks } = await takeWeightsFile(name, blob, store.getState().settings);
        put(`weights of ${name}`, session, weights, remarks);
        store.setState({
          announcement: `The next run begins with the weights of ${name}. ${remarks.join(' ')}`,
        });
      } catch (error) {
        report(error);
      }
    },

    forgetWeights() {
      const { settings } = store.getState();
      const { weights: _forgotten, ...initialization } = settings.initialization;
      put('drawn weights', { ...settings, initialization }, null, []);
      store.setState({ announcement: 'The next run draws its weights.' });
    },

    exportWeights() {
      if (!trainer || store.getState().run === null)
        return Promise.reject(
          new AppError('not-configured', 'There is no run yet.', 'Train first; weights are those of a run.'),
        );
      return new Promise((resolve, reject) => {
        waiting.push((message) => {
          if (message.type === 'weights') resolve({ tensors: message.tensors, digest: message.digest });
          else if (message.type === 'error') reject(fromErrorData(message.error));
        });
        trainer.post({ type: 'exportWeights' });
      });
    },

    receive(message) {
      if (message.type !== 'weights' && message.type !== 'error') return;
      const listeners = waiting;
      waiting = [];
      for (const listener of listeners) listener(message);
    },
  };
}
