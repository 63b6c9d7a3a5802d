import { defineConfig } from '@playwright/test';
import { browserArguments, findBrowser } from './scripts/browser.mjs';

// Not a port that a developer's own server or preview uses.
const PORT = 5199;
const address = `http://127.0.0.1:${PORT}`;

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
    { name: 'app', testDir: 'e2e/app' },
  ],
  webServer: {
    command: `npx vite --mode test --host 127.0.0.1 --port ${PORT} --strictPort`,
    url: `${address}/e2e/harness/kernelPage.html`,
    // Never a server that someone left running: it could serve another working copy.
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
