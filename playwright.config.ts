import { defineConfig } from '@playwright/test';
import { browserArguments, findBrowser } from './scripts/browser.mjs';
import { findFreePort } from './scripts/process.mjs';

// This file is read again by every worker process: they inherit the port that the first reading found.
process.env.SPIKELET_TEST_PORT ??= String(await findFreePort());
const port = process.env.SPIKELET_TEST_PORT;
const address = `http://127.0.0.1:${port}`;

const executablePath = await findBrowser();
if (executablePath === null) {
  throw new Error('No browser for the tests was found. `npm test` installs one.');
}

export default defineConfig({
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  // Two cores, and a software adapter that uses both: more workers only slow each other down.
  workers: 1,
  timeout: 120_000,
  reporter: 'list',
  use: {
    baseURL: address,
    launchOptions: { executablePath, args: browserArguments() },
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'kernels', testDir: 'e2e/kernels' },
    { name: 'gradients', testDir: 'e2e/gradients' },
    { name: 'app', testDir: 'e2e', testMatch: ['app/*.spec.ts', 'commands/*.spec.ts'] },
  ],
  webServer: {
    command: `npx vite --mode test --host 127.0.0.1 --port ${port} --strictPort`,
    url: `${address}/e2e/harness/kernelPage.html`,
    // Never a server that someone left running: it could serve another working copy.
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
