import { toErrorData } from '../core/errors.ts';
import { createDataClient } from '../data/dataClient.ts';
import type { TrainerPort } from '../session/ports.ts';
import type { Session } from '../session/session.ts';
import { EngineDevice } from '../trainer/engine.ts';
import type { TrainerMessage } from '../trainer/messages.ts';
import { benchInPage } from './bench/benchInPage.ts';
import { exportInPage } from './exportInPage.ts';
import { gpuGoldenBackend } from './golden/gpuBackend.ts';
import { runGoldenCase } from './golden/runGoldenCase.ts';
import type { SharedFile } from './host.ts';
import type {
  BenchRequest,
  GoldenOutcome,
  GoldenRequest,
  OpenSweepRequest,
  PageApi,
  PageEvent,
  PageReply,
  ProjectOutcome,
  TrainOutcome,
  TrainRequest,
} from './pageApi.ts';
import { openSweepInPage, type SweepInPage } from './sweepInPage.ts';
import { trainInPage } from './trainInPage.ts';

let device: Promise<EngineDevice> | null = null;

function connectedDevice(): Promise<EngineDevice> {
  device ??= EngineDevice.connect();
  return device;
}

/** Tells the command that drives this page; nobody listens where a test does. */
function emit(event: PageEvent): void | Promise<void> {
  const { spikeletEvent } = globalThis as { spikeletEvent?: (event: PageEvent) => Promise<void> };
  return spikeletEvent?.(event);
}

/** Wraps a function so that an AppError crosses to Node as data. */
function answering<Request, Result>(run: (request: Request) => Promise<Result>) {
  return async (request: Request): Promise<PageReply<Result>> => {
    try {
      return { ok: true, value: await run(request) };
    } catch (error) {
      return { ok: false, error: toErrorData(error) };
    }
  };
}

async function fetchBlob({ path, url }: Pick<SharedFile, 'path' | 'url'>): Promise<Blob> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${path} could not be read (${response.status}).`);
  return response.blob();
}

async function golden({ url, name, ...options }: GoldenRequest): Promise<GoldenOutcome> {
  const bytes = new Uint8Array(await (await fetchBlob({ path: name, url })).arrayBuffer());
  return runGoldenCase(name, bytes, gpuGoldenBackend(await connectedDevice(), options));
}

function trainerPort(worker: Worker): TrainerPort {
  return {
    post: (request) => worker.postMessage(request),
    onMessage(listener) {
      worker.addEventListener('message', ({ data }: MessageEvent<TrainerMessage>) => listener(data));
      worker.addEventListener('error', ({ message }) =>
        listener({
          type: 'error',
          error: {
            code: 'trainer-worker-failed',
            message: `The trainer stopped: ${message || 'it could not be started'}.`,
            hint: 'Please report this with the session that led here.',
          },
        }),
      );
    },
  };
}

/** The page's own workers. */
function startWorkers() {
  // Vite reads these statements as text: address and options must stand in them literally.
  const trainer = new Worker(new URL('../trainer/trainerWorker.ts', import.meta.url), { type: 'module' });
  const data = createDataClient(
    () => new Worker(new URL('../data/dataWorker.ts', import.meta.url), { type: 'module' }),
  );
  return { trainer, data };
}

/** Workers are made for this run and ended with it. */
async function train(request: TrainRequest): Promise<TrainOutcome> {
  const { trainer, data } = startWorkers();
  try {
    return await trainInPage(request, { trainer: trainerPort(trainer), data, fetchFile: fetchBlob }, emit);
  } finally {
    trainer.terminate();
    data.dispose();
  }
}

let sweep: SweepInPage | null = null;

/** The trainer stays for all runs of the sweep; the recordings are encoded once. */
async function openSweep(request: OpenSweepRequest) {
  const { trainer, data } = startWorkers();
  const ports = { trainer: trainerPort(trainer), data, fetchFile: fetchBlob };
  try {
    sweep = await openSweepInPage(request, ports, emit);
    return sweep.outcome;
  } finally {
    data.dispose();
  }
}

async function exportProject(request: TrainRequest): Promise<ProjectOutcome> {
  const data = createDataClient(
    () => new Worker(new URL('../data/dataWorker.ts', import.meta.url), { type: 'module' }),
  );
  try {
    const own = await connectedDevice();
    return await exportInPage(request, { data, device: own, fetchFile: fetchBlob }, emit);
  } finally {
    data.dispose();
  }
}

const functions: { [Name in keyof PageApi]: unknown } = {
  golden: answering(golden),
  train: answering(train),
  exportProject: answering(exportProject),
  openSweep: answering(openSweep),
  sweepRun: answering(async (session: Session) => {
    if (!sweep) throw new Error('No sweep was opened.');
    return sweep.train(session);
  }),
  bench: answering(async (request: BenchRequest) => benchInPage(await connectedDevice(), request, emit)),
};
Object.assign(globalThis, { spikelet: functions });
