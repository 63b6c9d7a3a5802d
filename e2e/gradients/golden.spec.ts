import { existsSync, readdirSync } from 'node:fs';
import { test as base, expect, type Page } from '@playwright/test';
import { goldenLine } from '../../src/cli/goldenCommand.ts';
import type { GoldenOutcome, GoldenRequest, PageReply } from '../../src/cli/pageApi.ts';

// Oracle vectors from float64 automatic differentiation, written by another program in another language.
const folder = new URL('../../../shared/golden/', import.meta.url);
const cases = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith('.safetensors'))
      .map((file) => file.replace('.safetensors', ''))
  : [];

type Headless = { spikelet: { golden(request: GoldenRequest): Promise<PageReply<GoldenOutcome>> } };

/** One page and one device for all cases: compiling kernels is most of their time. */
const test = base.extend<object, { goldenPage: Page }>({
  goldenPage: [
    async ({ browser }, use, workerInfo) => {
      const page = await browser.newPage({ baseURL: workerInfo.project.use.baseURL });
      await page.route('**/golden-case/*', (route) => {
        const file = new URL(route.request().url()).pathname.split('/').pop();
        return route.fulfill({ path: new URL(`${file}.safetensors`, folder).pathname });
      });
      await page.goto('/headless.html');
      await page.waitForFunction('globalThis.spikelet !== undefined');
      await use(page);
      await page.close();
    },
    { scope: 'worker' },
  ],
});

if (cases.length === 0) {
  base.skip('oracle cases (needs ../shared/golden, which is absent)', () => {});
}

for (const name of cases) {
  test(`oracle case ${name}`, async ({ goldenPage }) => {
    const reply = await goldenPage.evaluate(
      (request: GoldenRequest) => (globalThis as unknown as Headless).spikelet.golden(request),
      { name, url: `/golden-case/${name}` },
    );
    if (!reply.ok) throw new Error(reply.error.message);
    expect([reply.value.status, goldenLine(reply.value)]).toEqual(['passed', goldenLine(reply.value)]);
  });
}
