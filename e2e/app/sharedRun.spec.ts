import { expect, test } from '@playwright/test';
import { decodeLink, encodeLink } from '../../src/session/linkCodec.ts';
import { addressWith, expectFinished, SMALL, trainButton, watchPage } from './support.ts';

const TINY = { ...SMALL, train: 20, test: 10, epochs: 1 };

test('a shared run is replayed and compared while it trains; a changed link says where and why it differs', async ({
  page,
  context,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith(TINY));
  await trainButton(page).click();
  await expectFinished(page);
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByText(/holds the digests of the weights after 1 epochs/)).toBeVisible();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  const { session, run } = decodeLink(new URL(link).hash);
  expect(run?.digests).toHaveLength(2);
  if (!run) return;

  const other = await context.newPage();
  await other.goto(link);
  const verdict = other.getByRole('status', { name: 'Comparison with what was shared' });
  await expect(verdict).toContainText('Train to see whether the result is the same as shared');
  await expect(other.getByText('Not loaded yet')).toBeVisible();
  await trainButton(other).click();
  await expectFinished(other);
  await expect(verdict).toContainText('Same as shared: all weights after epoch 1 are equal to the last bit');

  const [start, end] = run.digests;
  const forged = {
    ...run,
    adapter: 'acme quantum',
    digests: [start, { ...end, digest: '0123456789abcdef' }],
  };
  await other.goto('about:blank');
  await other.goto(`/#${encodeLink(session, forged)}`);
  await trainButton(other).click();
  await expectFinished(other);
  await expect(verdict).toContainText('Differs from what was shared from epoch 1 on.');
  await expect(verdict).toContainText('This is another adapter');
  await expect(verdict).toContainText('shared from acme quantum');
  expect(stray).toEqual([]);
});

test('a run that is rewound to other settings is shared with its results again', async ({
  page,
  context,
}) => {
  await page.goto(addressWith(TINY));
  await trainButton(page).click();
  await expectFinished(page);
  await page.getByRole('slider', { name: /^k, truncation/ }).press('ArrowLeft');
  await page.getByText('Network, neuron and optimizer').click();
  const rate = page.getByRole('spinbutton', { name: /^learning rate/ });
  await rate.fill('0.02');
  await rate.press('Enter');
  await page.getByRole('button', { name: 'Share' }).click();
  const card = page.getByRole('region', { name: 'Link to this session' });
  await expect(card).toContainText('Settings were changed since (k, lr). Undo that, or train anew.');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Rewind to the initial weights' }).click();
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(card).toContainText('There is no finished epoch yet. Train it, or open a finished run');
  await page.getByRole('button', { name: 'Close' }).click();

  await trainButton(page).click();
  await expectFinished(page);
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(card).toContainText('holds the digests of the weights after 1 epochs');
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  const other = await context.newPage();
  await other.goto(link);
  await trainButton(other).click();
  await expectFinished(other);
  await expect(other.getByRole('status', { name: 'Comparison with what was shared' })).toContainText(
    'Same as shared: all weights after epoch 1 are equal to the last bit',
  );
});

test('a session goes by file and comes back, with its repairs listed', async ({ page }) => {
  await page.goto(addressWith({ ...TINY, beta: 0.9 }));
  await page.getByRole('button', { name: 'Share' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  const path = await (await download).path();
  const { readFileSync } = await import('node:fs');
  const file = JSON.parse(readFileSync(path, 'utf8'));
  expect(file.session.neuron.beta).toBe(0.9);

  file.session.schedule.truncationInterval = 99;
  await page.goto('about:blank');
  await page.goto('/#v=1');
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByLabel('Open a session file').setInputFiles({
    name: 'session.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(file)),
  });
  await expect(page.getByRole('region', { name: 'Repairs of the link' })).toContainText(
    'k is 99, but a sample has 8 time steps.',
  );
  await expect(page.getByRole('textbox', { name: /^k / })).toHaveValue('8');
  await page.goBack();
  await expect(page.getByRole('textbox', { name: /^k / })).toHaveValue('5');

  await page.getByLabel('Open a session file').setInputFiles({
    name: 'session.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"session": '),
  });
  await expect(page.getByRole('alert')).toContainText('not JSON');
  await expect(page.getByRole('textbox', { name: /^k / })).toHaveValue('5');
});

test('an embedded view shows what the lesson wants, and can be set up in the share card', async ({
  page,
}) => {
  await page.goto(addressWith(TINY));
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByText('QR code').click();
  await expect(page.getByRole('img', { name: 'QR code of the link' })).toBeVisible();
  await page.getByText('For a lesson: a view to embed').click();
  await page.getByRole('checkbox', { name: 'data', exact: true }).uncheck();
  const code = await page.getByRole('textbox', { name: 'HTML to paste' }).inputValue();
  const source = /src="([^"]+)"/.exec(code)?.[1].replaceAll('&amp;', '&') ?? '';
  await page.goto(source);
  await expect(page.getByRole('region', { name: 'Choose (k, n)' })).toBeVisible();
  await expect(trainButton(page)).toBeEnabled();
  for (const hidden of ['Share', 'Presets'])
    await expect(page.getByText(hidden, { exact: true })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Pick data' })).toHaveCount(0);
  await expect(page.getByRole('tab')).toHaveCount(0);
  await expect(page.getByRole('textbox', { name: /^k / })).toHaveValue(String(TINY.k));
});
