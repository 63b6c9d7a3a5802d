// Which browser the tests and the commands use, and how it is launched.
import { existsSync } from 'node:fs';
import { packageCommand, runProgram, succeeds } from './process.mjs';

// Full browsers only: the "headless shell" that test tools install by default has no WebGPU.
const INSTALLED_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * Path of the browser to use: the CHROMIUM environment variable, else an installed Chromium or Chrome, else
 * Playwright's own; null when there is none.
 * @returns {Promise<string | null>}
 */
export async function findBrowser() {
  const chosen = process.env.CHROMIUM;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(
      `The environment variable CHROMIUM names ${chosen}, which does not exist. Correct it or unset it.`,
    );
  }
  const installed = INSTALLED_BROWSERS.find((path) => existsSync(path));
  if (installed) return installed;
  const { chromium } = await import('@playwright/test');
  const own = chromium.executablePath();
  return existsSync(own) ? own : null;
}

/** True when the GPU of this machine was asked for (SPIKELET_ADAPTER=hardware) in place of the software adapter. */
export function wantsHardware() {
  return process.env.SPIKELET_ADAPTER === 'hardware';
}

/**
 * Command-line switches of every launched browser. The software adapter is the default: it is there on every machine
 * and computes the same bits everywhere.
 * @returns {string[]}
 */
export function browserArguments() {
  const quiet = [
    '--no-sandbox',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  const adapter = wantsHardware()
    ? ['--enable-features=Vulkan', '--ignore-gpu-blocklist']
    : ['--use-webgpu-adapter=swiftshader'];
  return ['--enable-unsafe-webgpu', ...adapter, ...quiet];
}

/** @returns {string[] | null} What to put before a command to run it as root; null when that is not possible. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n'] : null;
}

async function installWithApt() {
  const prefix = succeeds('apt-get', ['--version']) ? rootPrefix() : null;
  if (prefix === null) return false;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const [program, ...rest] = [...prefix, 'apt-get', '-q', ...args];
    if ((await runProgram(program, rest, { env, quiet: true })) !== 0) return false;
  }
  return true;
}

/**
 * Finds a browser, installing one where there is none: Debian's chromium through apt where this user may do that,
 * else Playwright's own.
 * @returns {Promise<string>} Its path.
 */
export async function ensureBrowser() {
  const found = await findBrowser();
  if (found) return found;
  process.stderr.write('Installing a browser with WebGPU (chromium) ...\n');
  if (!(await installWithApt())) {
    // --no-shell: the full browser, see INSTALLED_BROWSERS.
    const args = ['install', '--no-shell', 'chromium'];
    await runProgram(...packageCommand('@playwright/test', 'playwright', args), { quiet: true });
  }
  const installed = await findBrowser();
  if (installed) return installed;
  throw new Error(
    'No browser with WebGPU was found, and none could be installed. ' +
      'Install Chromium or Chrome, or set the environment variable CHROMIUM to the path of one.',
  );
}
