import { createServer } from 'node:net';
import { expect, test } from '@playwright/test';
import { expectRecording, trainButton } from '../app/support.ts';
import { startScript } from './program.ts';

test.describe('npm start', () => {
  test('serves the built page, which works under its own content policy', async ({ page }) => {
    const program = startScript('start.mjs', ['--no-open', '--port', '5311']);
    try {
      const [, address] = await program.waitFor(/at (http:\/\/127\.0\.0\.1:\d+\/)/);
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      const foreign: string[] = [];
      page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(address) && !/^(data|blob):/.test(url)) foreign.push(url);
      });
      await page.goto(address);
      await expect(page).toHaveTitle(/Spikelet/);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      // All that a first visit asks for: recordings from a worker, the GPU, the service worker with the whole page.
      await expectRecording(page);
      await expect(trainButton(page)).toBeEnabled();
      await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
      expect(complaints).toEqual([]);
      expect(foreign).toEqual([]);
    } finally {
      program.child.kill('SIGINT');
    }
    expect((await program.ended).status).toBe(0);
  });

  test('takes another port when its own is busy', async ({ request }) => {
    const blocker = createServer().listen(5321, '127.0.0.1');
    const program = startScript('start.mjs', ['--no-open', '--port', '5321']);
    try {
      const [, address, port] = await program.waitFor(/at (http:\/\/127\.0\.0\.1:(\d+)\/)/);
      expect(Number(port)).not.toBe(5321);
      expect((await request.get(address)).ok()).toBe(true);
    } finally {
      program.child.kill('SIGINT');
      blocker.close();
    }
    expect((await program.ended).status).toBe(0);
  });

  test('refuses a port that is none', async () => {
    const program = startScript('start.mjs', ['--port', '70000']);
    expect(await program.ended).toMatchObject({
      status: 1,
      err: '--port is 70000, allowed is 1 to 65535.\n',
    });
  });
});
