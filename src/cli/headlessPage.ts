import { toErrorData } from '../core/errors.ts';
import { EngineDevice } from '../trainer/engine.ts';
import { gpuGoldenBackend } from './golden/gpuBackend.ts';
import { runGoldenCase } from './golden/runGoldenCase.ts';
import type { GoldenOutcome, GoldenRequest, PageReply } from './pageApi.ts';

let device: Promise<EngineDevice> | null = null;

function connectedDevice(): Promise<EngineDevice> {
  device ??= EngineDevice.connect();
  return device;
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

async function golden({ url, name }: GoldenRequest): Promise<GoldenOutcome> {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  return runGoldenCase(name, bytes, gpuGoldenBackend(await connectedDevice()));
}

Object.assign(globalThis, { spikelet: { golden: answering(golden) } });
