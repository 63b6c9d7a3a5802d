import { expect, test } from '@playwright/test';
import { violations } from './axe.ts';
import { addressWith, dropFiles, SMALL, watchPage } from './support.ts';

/** A number that says nothing, time in ms, x, y, polarity: no rule can tell the columns. */
const rows = (x: number) =>
  Array.from({ length: 12 }, (_, i) => `7;${i * 5};${x};${i % 30};${i % 2}`).join('\n');

test('text files ask what their columns are, once per drop, and can be read or left', async ({ page }) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith(SMALL));
  const files = ['left/1.csv', 'left/2.csv', 'right/3.csv', 'right/4.csv'].map((path, i) => ({
    name: path,
    bytes: new TextEncoder().encode(rows(path.startsWith('left') ? 2 + i : 30 + i)),
  }));
  // Names with a slash keep their folders, as a dropped folder would.
  await dropFiles(page, files);
  const dialog = page.getByRole('dialog', { name: 'What are the columns?' });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole('alert')).toContainText('cannot be told');
  await expect(dialog.getByText('Still missing: time, x, y, polarity.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeDisabled();
  expect(await violations(page)).toEqual([]);

  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);

  await dropFiles(page, files);
  for (const [column, name] of ['time', 'x', 'y', 'polarity'].entries())
    await dialog.getByLabel(`column ${column + 2}`).selectOption(name);
  await dialog.getByLabel('unit of the times').selectOption('milliseconds');
  await expect(
    dialog.getByText(/^The first event is at pixel \(\d+, 0\)\. These lines span 35 ms/),
  ).toBeVisible();
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  const facts = page.getByRole('region', { name: 'Pick data' });
  await expect(facts.locator('dl > div', { hasText: 'duration' })).toContainText('55 ms');
  await expect(page.getByText(/class \w+, (train|test), 12 events/)).toBeVisible();

  // The next drop begins with the answer of this one.
  await dropFiles(page, files);
  await expect(dialog.getByLabel('column 2')).toHaveValue('t');
  await dialog.getByRole('button', { name: 'Cancel the import' }).click();
  expect(stray).toEqual([]);
});
