// npm start: installs what is missing, builds what is stale, serves the page on this machine only, opens the browser.
//   --port N    preferred port (default 5173; the next free one is taken when it is busy)
//   --no-open   do not open a browser
import { spawn } from 'node:child_process';
import util from 'node:util';
import { ensureBuild } from './build.mjs';
import { checkNode, ensurePackages } from './prepare.mjs';
import { ROOT } from './process.mjs';

/**
 * Opens the address in the visitor's browser; silently does nothing where there is no screen or no opener.
 * @param {string} address
 */
function openBrowser(address) {
  const hasScreen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (process.env.CI || !hasScreen) return;
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', address]
        : ['xdg-open', address];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  // The address has been printed: a missing opener is no reason to complain.
  child.once('error', () => {});
  child.unref();
}

async function main() {
  checkNode();
  const { values } = util.parseArgs({
    options: { port: { type: 'string', default: '5173' }, 'no-open': { type: 'boolean', default: false } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`--port is ${values.port}, allowed is 1 to 65535.`);
  }
  await ensurePackages();
  await ensureBuild();
  const { preview } = await import('vite');
  const server = await preview({
    root: ROOT,
    logLevel: 'warn',
    preview: { host: '127.0.0.1', port, strictPort: false },
  });
  const address = server.resolvedUrls?.local[0];
  if (!address)
    throw new Error('The server started without an address. Try another port: npm start -- --port 8080');
  process.stdout.write(`Spikelet is at ${address}\nPress Ctrl-C to stop.\n`);
  const stop = () => {
    server.close().finally(() => process.exit(0));
    // An open page keeps its connection alive; nobody waits for it.
    setTimeout(() => process.exit(0), 1000).unref();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (!values['no-open']) openBrowser(address);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
