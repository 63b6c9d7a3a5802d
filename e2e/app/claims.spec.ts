import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { judgeClaims } from '../../src/core/claims/claims.ts';
import { claimsCsv } from '../../src/core/claims/claimsCsv.ts';
import { VERDICT_WORDS } from '../../src/core/claims/verdicts.ts';
import { parseSweep } from '../../src/session/sweep/sweepSpec.ts';
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
