import { test as base } from '@playwright/test';
import type {
  EngineOutcome,
  EnginePage,
  EngineRun,
  FaultOutcome,
  FaultPage,
  FaultRun,
  InspectOutcome,
  InspectRun,
  LoopOutcome,
  LoopPage,
  LoopRun,
} from './engineRun.ts';

/** Playwright's `test` with the fixture `engine`: the training engine on the GPU; one page serves a worker's tests. */
export const test = base.extend<object, { engine: EnginePage & LoopPage & FaultPage }>({
  engine: [
    async ({ browser }, use, workerInfo) => {
      const page = await browser.newPage({ baseURL: workerInfo.project.use.baseURL });
      await page.goto('/e2e/harness/enginePage.html');
      await page.waitForFunction('globalThis.enginePage !== undefined');
      await use({
        async train(run: EngineRun): Promise<EngineOutcome> {
          const outcome = await page.evaluate(async (request) => {
            const enginePage = await (globalThis as unknown as { enginePage: Promise<EnginePage> })
              .enginePage;
            return enginePage.train(request);
          }, run);
          // A fault that the engine did not notice would make every comparison worthless.
          expect(outcome.stray).toEqual([]);
          return outcome;
        },
        async runLoop(run: LoopRun): Promise<LoopOutcome> {
          const outcome = await page.evaluate(async (request) => {
            const enginePage = await (globalThis as unknown as { enginePage: Promise<LoopPage> }).enginePage;
            return enginePage.runLoop(request);
          }, run);
          expect(outcome.stray).toEqual([]);
          return outcome;
        },
        async inspect(run: InspectRun): Promise<InspectOutcome> {
          const outcome = await page.evaluate(async (request) => {
            const enginePage = await (globalThis as unknown as { enginePage: Promise<LoopPage> }).enginePage;
            return enginePage.inspect(request);
          }, run);
          expect(outcome.stray).toEqual([]);
          return outcome;
        },
        runFaulty: (run: FaultRun): Promise<FaultOutcome> =>
          page.evaluate(async (request) => {
            const enginePage = await (globalThis as unknown as { enginePage: Promise<FaultPage> }).enginePage;
            return enginePage.runFaulty(request);
          }, run),
      });
      await page.close();
    },
    { scope: 'worker' },
  ],
});

export const { expect } = base;
