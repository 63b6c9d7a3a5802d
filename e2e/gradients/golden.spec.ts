import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { goldenLine } from '../../src/cli/goldenCommand.ts';
import type { GoldenOutcome, GoldenRequest, PageReply } from '../../src/cli/pageApi.ts';

// Oracle vectors from float64 automatic differentiation, written by another program in another language.
const folder = new URL('../../../shared/golden/', import.meta.url);
const cases = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith('.safetensors'))
      .map((file) => file.replace('.safetensors', ''))
  : [];

test('every shared oracle case passes on the GPU', async ({ page }) => {
  test.skip(cases.length === 0, 'needs ../shared/golden, which is absent');
  await page.route('**/golden-case/*', (route) => {
    const file = new URL(route.request().url()).pathname.split('/').pop();
    return route.fulfill({ path: new URL(`${file}.safetensors`, folder).pathname });
  });
  await page.goto('/headless.html');
  await page.waitForFunction('globalThis.spikelet !== undefined');
  const failures: string[] = [];
  for (const name of cases) {
    const reply = await page.evaluate(
      (request: GoldenRequest) =>
        (
          globalThis as unknown as {
            spikelet: { golden(request: GoldenRequest): Promise<PageReply<GoldenOutcome>> };
          }
        ).spikelet.golden(request),
      { name, url: `/golden-case/${name}` },
    );
    if (!reply.ok) failures.push(`${name}: ${reply.error.message}`);
    else if (reply.value.status !== 'passed') failures.push(goldenLine(reply.value));
  }
  expect(failures).toEqual([]);
});
