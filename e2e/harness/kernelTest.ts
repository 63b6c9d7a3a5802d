import { test as base, type Page } from '@playwright/test';
import type { KernelPage } from './kernelRun.ts';

/** Calls a function of kernelPage.html; arguments and results are plain data and typed arrays. */
async function call(page: Page, name: keyof KernelPage, args: unknown[]): Promise<never> {
  return page.evaluate(
    async ([method, values]) => {
      const kernelPage = await (globalThis as unknown as { kernelPage: Promise<KernelPage> }).kernelPage;
      return (kernelPage[method] as (...all: unknown[]) => Promise<never>)(...values);
    },
    [name, args] as const,
  );
}

/**
 * Playwright's `test` with one more fixture: `kernels`, a bare page on the GPU that runs single kernels. One page and
 * one device serve all tests of a worker; runs share nothing but compiled pipelines.
 */
export const test = base.extend<object, { kernels: KernelPage }>({
  kernels: [
    async ({ browser }, use, workerInfo) => {
      const page = await browser.newPage({ baseURL: workerInfo.project.use.baseURL });
      await page.goto('/e2e/harness/kernelPage.html');
      await page.waitForFunction('globalThis.kernelPage !== undefined');
      await use({
        run: (request) => call(page, 'run', [request]),
        compile: (kernel, overrides) => call(page, 'compile', [kernel, overrides]),
        kernelNames: () => call(page, 'kernelNames', []),
      });
      await page.close();
    },
    { scope: 'worker' },
  ],
});

export { expect } from '@playwright/test';
