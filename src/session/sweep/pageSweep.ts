import { fromErrorData } from '../../core/errors.ts';
import { createDataClient } from '../../data/dataClient.ts';
import { openRecordStore } from '../../storage/recordStore.ts';
import { createCostClient } from '../cost/costClient.ts';
import { encodeLink } from '../linkCodec.ts';
import type { DataPort, PageEnvironment } from '../ports.ts';
import type { SessionActions } from '../sessionActions.ts';
import type { SessionStore } from '../sessionStore.ts';
import { openSweepData } from './openSweepData.ts';
import type { PointCost } from './pointCosts.ts';
import { createSweepActions, elsewhereError, type SweepActions } from './sweepActions.ts';
import type { SweepSpec } from './sweepSpec.ts';
import { createSweepStore, type SweepStore } from './sweepStore.ts';
import type { TrainerSwitch } from './trainerSwitch.ts';

export interface PageSweep {
  store: SweepStore;
  actions: SweepActions;
}

export interface PageSweepParts {
  session: { store: SessionStore; actions: () => SessionActions };
  /** Null where the browser cannot train. */
  trainer: TrainerSwitch | null;
  data: DataPort;
  page: PageEnvironment;
}

/** One tab at a time trains the sweep, which all tabs of the page share. */
const LOCK = 'spikelet-sweep';

async function alone(work: () => Promise<void>): Promise<void> {
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) throw elsewhereError();
    await work();
  });
}

/** The sweep of the page, wired to its trainer, recordings and storage. */
export function createPageSweep({ session, trainer, data, page }: PageSweepParts): PageSweep {
  const store = createSweepStore();
  const costs = createCostClient(
    () => new Worker(new URL('../cost/costWorker.ts', import.meta.url), { type: 'module' }),
  );

  async function countCosts(spec: SweepSpec): Promise<PointCost[]> {
    const { value, problem } = await costs.run<'sweep'>({ kind: 'sweep', spec });
    if (value === undefined) throw fromErrorData(problem);
    return value;
  }

  const actions = createSweepActions(store, {
    trainer: trainer?.sweep ?? null,
    takeTrainer() {
      trainer?.take();
      // Its weights are gone from the trainer, its curves stay; the next Train begins a new run.
      session.store.setState({ run: null, status: 'idle' });
    },
    giveTrainerBack: () => trainer?.giveBack(),
    openData: (base, options) =>
      openSweepData(
        {
          page: data,
          hasFiles: () => session.store.getState().loadedWith?.source === 'files',
          startOwn: () =>
            createDataClient(
              () => new Worker(new URL('../../data/dataWorker.ts', import.meta.url), { type: 'module' }),
            ),
        },
        base,
        options,
      ),
    countCosts,
    records: openRecordStore('spikelet-sweeps'),
    alone,
    openSession(opened) {
      page.visitFragment(encodeLink(session.store.getState().settings), encodeLink(opened));
      session.actions().openLink({ session: opened, problems: [] });
    },
    async shareFragment(fragment) {
      page.showFragment(fragment);
      return page.copyText(`${page.pageAddress()}#${fragment}`);
    },
  });
  return { store, actions };
}
