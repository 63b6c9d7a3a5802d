import { AppError, fromErrorData } from '../../core/errors.ts';
import type { NamedTensor, ResetDrift, TrainerMessage, TrainerRequest } from '../../trainer/messages.ts';
import type { DroppedFile, SessionPorts } from '../ports.ts';
import { expectedMeta, type Session, toNetworkSpec } from '../session.ts';
import { MAX_UNDO_STEPS, type SessionStore } from '../sessionStore.ts';
import type { StartWeights } from './startWeights.ts';
import { takeWeightsFile } from './takeFile.ts';

export type { ResetDrift } from '../../trainer/messages.ts';

/** What the visitor can do with weights. */
export interface WeightsActions {
  /** Takes a network or weights from a file (NIR, safetensors): the next run begins with them. Starts nothing. */
  openWeights(file: DroppedFile): Promise<void>;
  /** The next run draws its weights again. */
  forgetWeights(): void;
  /** The present weights of the run, which goes on. @throws AppError `not-configured`. */
  exportWeights(): Promise<{ tensors: NamedTensor[]; digest: string }>;
  /** The network with its present weights as a NIR file, and in what that is another network. @throws AppError */
  exportNir(): Promise<{ bytes: Uint8Array<ArrayBuffer>; remarks: string[] }>;
  /** How the present weights fire with the hard reset that NIR knows, beside the session's own. @throws AppError */
  measureDrift(): Promise<ResetDrift>;
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
  /** Each is told of every message until it has its answer (true). */
  let waiting: ((message: TrainerMessage) => boolean)[] = [];

  /** Asks the trainer, and waits for the message that `read` makes something of. */
  function ask<Answer>(
    request: TrainerRequest,
    read: (message: TrainerMessage) => Answer | undefined,
  ): Promise<Answer> {
    if (!trainer || store.getState().run === null)
      return Promise.reject(
        new AppError('not-configured', 'There is no run yet.', 'Train first; weights are those of a run.'),
      );
    return new Promise((resolve, reject) => {
      waiting.push((message) => {
        try {
          const answer = read(message);
          if (answer !== undefined) resolve(answer);
          else if (message.type === 'error') throw fromErrorData(message.error);
          return answer !== undefined;
        } catch (error) {
          reject(error);
          return true;
        }
      });
      trainer.post(request);
    });
  }

  const exportWeights = () =>
    ask({ type: 'exportWeights' }, (message) =>
      message.type === 'weights' ? { tensors: message.tensors, digest: message.digest } : undefined,
    );

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

    exportWeights,

    async exportNir() {
      const { run } = store.getState();
      const { tensors } = await exportWeights();
      if (!run) throw new AppError('not-configured', 'There is no run yet.', 'Train first.');
      const [{ toNir }, { writeNir }] = await Promise.all([
        import('./nirExport.ts'),
        import('../../data/nir/nirFile.ts'),
      ]);
      const { settings } = run;
      const network = toNetworkSpec(settings, { ...expectedMeta(settings), classCount: run.classCount });
      const stepSeconds = settings.encoding.stepDurationUs / 1e6;
      const { graph, remarks } = toNir(network, settings.schedule.blockSize, tensors, stepSeconds);
      return { bytes: await writeNir(graph), remarks };
    },

    measureDrift: () =>
      ask({ type: 'measureDrift' }, (message) => {
        if (message.type !== 'drift') return undefined;
        if (message.error) throw fromErrorData(message.error);
        return message.drift ?? undefined;
      }),

    receive(message) {
      const listeners = waiting;
      waiting = [];
      for (const listener of listeners) if (!listener(message)) waiting.push(listener);
    },
  };
}
