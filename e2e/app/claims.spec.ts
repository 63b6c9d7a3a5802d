import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { judgeClaims } from '../../src/core/claims/claims.ts';
import { claimsCsv } from '../../src/core/claims/claimsCsv.ts';
import { VERDICT_WORDS } from '../../src/core/claims/verdicts.ts';
import { parseSweep } from '../../src/session/sweep/sweepSpec.ts';
import { violations } from './axe.ts';
import { addressWith, SMALL, watchPage } from './support.ts';

test('the 22 stated results have verdicts at once, with stated and found numbers, and say what they take', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith(SMALL));
  await page.getByRole('tab', { name: 'Claims' }).click();
  const panel = page.getByRole('region', { name: 'What the paper states, checked' });
  const claims = panel.locator('.claim');
  await expect(claims).toHaveCount(22);
  const expected = judgeClaims();
  for (const [index, { verdict }] of expected.entries())
    await expect(claims.nth(index)).toContainText(VERDICT_WORDS[verdict]);

  await claims.nth(18).locator('summary').click();
  await expect(claims.nth(18)).toContainText('stated72 %found72.30 %');
  await panel.getByRole('button', { name: VERDICT_WORDS.notTestable }).click();
  await expect(claims).toHaveCount(expected.filter(({ verdict }) => verdict === 'notTestable').length);
  await panel.getByRole('button', { name: 'all 22' }).click();

  const [verdicts] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('button', { name: 'Save verdicts as CSV' }).click(),
  ]);
  expect(await readFile(await verdicts.path(), 'utf8')).toBe(claimsCsv(expected));
  const [sweep] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('button', { name: 'Save as sweep file' }).first().click(),
  ]);
  const spec = parseSweep(JSON.parse(await readFile(await sweep.path(), 'utf8')));
  expect(spec.axes).toMatchObject({ truncationInterval: [8, 2, 1], blockSize: [2, 1], seed: [1, 2, 3] });
  expect(stray).toEqual([]);
});

test('the CSV of a sweep gives accuracy claims their verdicts, and figures their accuracies', async ({
  page,
}) => {
  await page.goto(addressWith(SMALL));
  await page.getByRole('tab', { name: 'Claims' }).click();
  const panel = page.getByRole('region', { name: 'What the paper states, checked' });
  const claim = panel.locator('.claim').nth(6);
  // The panel's code is fetched first, which takes its time on a busy machine.
  await expect(claim).toContainText(VERDICT_WORDS.notRun, { timeout: 30_000 });
  // Best at k = 2, worse at both ends, three seeds that agree.
  const accuracy: Record<number, number> = { 8: 0.7, 2: 0.8, 1: 0.5 };
  const rows = [8, 2, 1].flatMap((k) =>
    [2, 1].flatMap((n) =>
      [1, 2, 3].map(
        (seed) => `${k},${n},trainable,interval,${seed},done,${(accuracy[k] + seed / 1000).toFixed(4)}`,
      ),
    ),
  );
  const choose = async (name: string, text: string) =>
    panel
      .getByLabel('CSV of a sweep')
      .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  await choose('broken.csv', 'k,n\n1,1\n');
  await expect(panel.getByRole('alert')).toContainText('The file has no column classifier, update, seed');
  const csv = ['k,n,classifier,update,seed,status,testAccuracy', ...rows].join('\n');
  await choose('grid.csv', csv);
  await expect(panel.getByText('grid.csv: 18 runs on Saccade digits')).toBeVisible();
  await expect(claim).toContainText(VERDICT_WORDS.onData);
  await claim.locator('summary').click();
  await expect(claim).toContainText('k = 2 against T: +10.0 points (95 % interval +10.0 to +10.0, 3 seeds)');

  expect(await violations(page)).toEqual([]);
  await page.getByRole('tab', { name: 'Cost' }).click();
  const figures = page.getByRole('region', { name: 'The paper’s cost figures, drawn anew' });
  await figures.getByRole('radio', { name: 'Fig. 14' }).check();
  await figures.getByText('Numbers', { exact: true }).click();
  const numbers = figures.getByRole('region', { name: 'Numbers of figure 14' });
  await expect(
    numbers.getByRole('row', { name: /The network of this session: BP – measured .* k = 2$/ }),
  ).toHaveCount(1);

  await page.getByRole('tab', { name: 'Claims' }).click();
  await panel.getByRole('button', { name: 'Remove grid.csv' }).click();
  await expect(claim).toContainText(VERDICT_WORDS.notRun);
});
