import { expect, test } from '@playwright/test';
import { COLOUR_RULES, violations } from './axe.ts';
import { addressWith, expectFinished, expectRecording, SMALL, trainButton } from './support.ts';

for (const theme of ['light', 'dark'] as const) {
  // What is on the page is the same in both themes, but for the switch of themes, which the first state shows: from there on
  // the dark theme is asked for its colours alone.
  const further = theme === 'light' ? {} : { rules: COLOUR_RULES };

  test(`no accessibility rule is broken in any state, ${theme} theme`, async ({ page }) => {
    test.setTimeout(240_000);
    await page.emulateMedia({ colorScheme: theme });
    await page.goto('/');
    await expectRecording(page);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    expect(await violations(page)).toEqual([]);

    for (const summary of [
      'What is k?',
      'What is n?',
      'Frames:',
      'Epochs in figures',
      'Network, neuron and optimizer',
    ])
      await page.getByText(summary).click();
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('button', { name: 'Show the order' }).click();
    expect(await violations(page, further)).toEqual([]);

    await page.goto('about:blank');
    await page.goto(addressWith({ ...SMALL, train: 20, test: 10, epochs: 1 }));
    await trainButton(page).click();
    await expectFinished(page);
    await page.getByText('Epochs in figures').click();
    expect(await violations(page, further)).toEqual([]);
    for (const tab of (await page.getByRole('tab').all()).slice(1)) {
      await tab.click();
      await expect(page.getByRole('tabpanel').getByText(/^Loading the/)).toHaveCount(0);
      expect(await violations(page, further), await tab.innerText()).toEqual([]);
    }
  });

  test(`no accessibility rule is broken in the network editor and the presets, ${theme} theme`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme: theme });
    // A link loads no data, which would take longer than everything else here.
    await page.goto(addressWith(SMALL));
    await page.getByText('Network, neuron and optimizer').click();
    const editor = page.getByRole('region', { name: 'Layers' });
    await editor.getByRole('button', { name: /^conv1/ }).click();
    await editor.getByText('Neuron constants of its own').click();
    expect(await violations(page, further)).toEqual([]);
    await editor.getByLabel('kernel').fill('40');
    await expect(editor.getByRole('alert')).toBeVisible();
    expect(await violations(page, further)).toEqual([]);

    await page.getByRole('heading', { name: 'Presets' }).click();
    await page.getByRole('button', { name: 'Use LeNet-1 / N-MNIST' }).click();
    await page.getByText('Everything, with reasons').first().click();
    await page.getByText(/settings changed$/).click();
    expect(await violations(page, further)).toEqual([]);
  });
}

test('a rule that is broken is found, by its name and its place (control)', async ({ page }) => {
  await page.setContent(`<html lang="en"><title>control</title><main><h1>Control</h1>
    <button></button> <p class="pale" style="color: #aaa; background: #fff">pale</p></main></html>`);
  const broken = [/^button-name: <button>/, /^color-contrast: <p class="pale"/].map((place) =>
    expect.stringMatching(place),
  );
  expect(await violations(page)).toEqual(broken);
  expect(await violations(page, { rules: COLOUR_RULES })).toEqual(broken.slice(1));
  expect(await violations(page, { include: 'h1' })).toEqual([]);
});

test('everything stays inside the page at every width, also while it is resized', async ({ page }) => {
  await page.goto(addressWith({ ...SMALL, train: 20, test: 10, epochs: 1 }));
  await trainButton(page).click();
  await expectFinished(page);
  for (const width of [2560, 1440, 768, 390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expect(async () => {
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `at ${width} pixels`).toBe(0);
    }).toPass({ timeout: 5000 });
    for (const panel of ['Pick data', 'Choose (k, n)', 'Train']) {
      const inside = await page.getByRole('region', { name: panel }).evaluate((region) => {
        const { left, right } = region.getBoundingClientRect();
        const outside = Array.from(region.querySelectorAll('button, input, svg, canvas, dl, figure')).filter(
          (element) => {
            const box = element.getBoundingClientRect();
            return box.width > 0 && (box.left < left - 1 || box.right > right + 1);
          },
        );
        return outside.map(({ outerHTML }) => outerHTML.slice(0, 80));
      });
      expect(inside, `${panel} at ${width} pixels`).toEqual([]);
    }
  }
});

test('nothing moves by itself for visitors who ask for less motion', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/');
  await expectRecording(page);
  await expect(page.getByRole('button', { name: 'Play the recording' })).toBeVisible();
  await expect(page.getByRole('slider', { name: 'Time step shown' })).toHaveValue('0');
});
