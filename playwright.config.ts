import { defineConfig } from '@playwright/test';
import { browserArguments, findBrowser, wantsHardware } from './scripts/browser.mjs';
import { findFreePort } from './scripts/process.mjs';

// This file is read again by every worker process: they inherit the ports that the first reading found.
process.env.SPIKELET_TEST_PORT ??= String(await findFreePort());
process.env.SPIKELET_PAGE_PORT ??= String(await findFreePort());
/** The harness: pages around single kernels and the engine, from the sources. */
const port = process.env.SPIKELET_TEST_PORT;
/** The page as it is delivered: built, with its content policy and its service worker. */
const pagePort = process.env.SPIKELET_PAGE_PORT;
const address = (of: string) => `http://127.0.0.1:${of}`;

const executablePath = await findBrowser();
if (executablePath === null) {
  throw new Error('No browser for the tests was found. `npm test` installs one.');
}

export default defineConfig({
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  workers: 2,
  timeout: 120_000,
  reporter: 'list',
  use: {
    baseURL: address(port),
    launchOptions: {
      executablePath,
      // Without a GPU the page is painted faster by the processor than by the rasterizer for GPUs, which Debian's Chromium
      // turns on and the software adapter would have to run.
      args: [...browserArguments(), ...(wantsHardware() ? [] : ['--disable-gpu-rasterization'])],
    },
    viewport: { width: 1440, height: 900 },
    // Recording a trace of every test, to throw it away on success, costs a third of the time: see CONTRIBUTING.md for how to
    // ask for one.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
  projects: [
    // Compiling kernels, most of their time, keeps one core busy: two workers take three fifths of the time of one.
    { name: 'kernels', testDir: 'e2e/kernels', workers: 2 },
    { name: 'gradients', testDir: 'e2e/gradients', workers: 2 },
    {
      name: 'app',
      testDir: 'e2e',
      testMatch: ['app/*.spec.ts', 'commands/*.spec.ts'],
      // One: page and GPU process of a journey already use one and a half of two cores.
      workers: 1,
      use: { baseURL: address(pagePort) },
    },
  ],
  // Never servers that someone left running: they could serve another working copy.
  webServer: [
    {
      command: `npx vite --mode test --host 127.0.0.1 --port ${port} --strictPort`,
      url: `${address(port)}/e2e/harness/kernelPage.html`,
      reuseExistingServer: false,
      timeout: 60_000,
    },
    {
      command: `node scripts/start.mjs --no-open --port ${pagePort}`,
      url: address(pagePort),
      reuseExistingServer: false,
      timeout: 180_000,
    },
  ],
});
