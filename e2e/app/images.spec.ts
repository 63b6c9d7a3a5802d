import { expect, test } from '@playwright/test';
import { dropFiles, watchPage } from './support.ts';

/** An idx file of unsigned bytes. */
function idx(sizes: number[], data: number[]): Uint8Array {
  const words = sizes.flatMap((size) => [size >> 24, size >> 16, size >> 8, size]);
  return Uint8Array.from([0, 0, 8, sizes.length, ...words, ...data]);
}

test('dropped images are shown, and the network becomes one for them', async ({ page }) => {
  const { stray } = watchPage(page);
  await page.goto('/#v=1');
  const labels = [1, 0, 1, 0];
  const dark = Array(27 * 28 + 27).fill(0);
  const pixels = labels.flatMap((label) => [...dark, label * 255]);
  const panel = page.getByRole('region', { name: 'Pick data' });
  await dropFiles(
    page,
    ['train', 't10k'].flatMap((split) => [
      { name: `${split}-images-idx3-ubyte`, bytes: idx([4, 28, 28], pixels) },
      { name: `${split}-labels-idx1-ubyte`, bytes: idx([4], labels) },
    ]),
  );
  await expect(panel.getByText('class 1, test, t10k-images-idx3-ubyte #0')).toBeVisible({ timeout: 30_000 });
  await expect(panel.locator('dl > div', { hasText: 'images' })).toContainText('28 × 28');
  await expect(panel.locator('dl > div', { hasText: 'training' })).toContainText('4');
  await expect(panel.getByText(/^Images: 20 steps, 28 × 28$/)).toBeVisible();
  const corner = () =>
    panel.getByRole('img', { name: /^Image / }).evaluate((canvas: HTMLCanvasElement) => {
      const colour = canvas.getContext('2d')?.getImageData(27, 27, 1, 1).data;
      return [canvas.width, canvas.height, ...(colour ?? [])];
    });
  expect(await corner()).toEqual([28, 28, 255, 255, 255, 255]);
  await panel.getByRole('button', { name: 'Next image' }).click();
  await expect(panel.getByText('class 0, test, t10k-images-idx3-ubyte #1')).toBeVisible();
  expect(await corner()).toEqual([28, 28, 0, 0, 0, 255]);
  // LeNet-1 with padding, on one real-valued channel.
  await expect(page.locator('tspan', { hasText: /^1×28×28$/ })).toBeVisible();
  expect(stray).toEqual([]);
});
