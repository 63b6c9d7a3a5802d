import { expect, type Page, test } from '@playwright/test';
import { addressWith, expectFinished, expectRecording, SMALL, trainButton } from './support.ts';

/** More than this of the window's area and way is what a visitor sees jump; the usual limit for a good page is 0.1. */
const LIMIT = 0.01;

/** Records what moves by itself from now on: shifts right after a click or a key are an answer to it. */
async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: { value: number; what: string }[] = [];
    Object.assign(globalThis, { layoutShifts: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput, sources } = entry as PerformanceEntry & {
          value: number;
          hadRecentInput: boolean;
          sources: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[];
        };
        if (hadRecentInput) continue;
        const names = sources.map(({ node, previousRect: from, currentRect: to }) => {
          const name = node instanceof Element ? node.className : node?.textContent;
          return `${name} (${from.x}, ${from.y}) to (${to.x}, ${to.y})`;
        });
        seen.push({ value, what: names.join(', ') });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

async function shifts(page: Page): Promise<{ total: number; list: { value: number; what: string }[] }> {
  const list = await page.evaluate(
    () => (globalThis as unknown as { layoutShifts: { value: number; what: string }[] }).layoutShifts,
  );
  return { total: list.reduce((sum, { value }) => sum + value, 0), list };
}

for (const width of [1440, 390]) {
  test(`nothing jumps on a first visit, ${width} pixels wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await watchShifts(page);
    await page.goto('/');
    await expectRecording(page);
    await expect(page.getByText(/than full backpropagation through time/)).toBeVisible();
    const { total, list } = await shifts(page);
    expect(total, JSON.stringify(list)).toBeLessThan(LIMIT);
  });
}

test('nothing jumps while a network trains', async ({ page }) => {
  await watchShifts(page);
  await page.goto(addressWith({ ...SMALL, train: 40, test: 20 }));
  await trainButton(page).click();
  await expectFinished(page);
  const { total, list } = await shifts(page);
  expect(total, JSON.stringify(list)).toBeLessThan(LIMIT);
});

test('the measure sees a jump', async ({ page }) => {
  await watchShifts(page);
  await page.goto(addressWith(SMALL));
  await expect(trainButton(page)).toBeVisible();
  await page.evaluate(() => {
    const block = document.createElement('div');
    block.style.height = '200px';
    document.body.prepend(block);
  });
  await expect.poll(async () => (await shifts(page)).total).toBeGreaterThan(LIMIT);
});
