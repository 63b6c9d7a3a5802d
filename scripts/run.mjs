// npm run train | golden | inspect: runs src/cli/main.ts in Node, through the same Vite that serves the page, so that
// commands and page are one code. What needs the GPU runs in headless.html, in a browser (see commandHost.mjs).
import { createCommandHost } from './commandHost.mjs';
import { LocalFiles } from './localFiles.mjs';
import { checkNode, ensurePackages } from './prepare.mjs';
import { ROOT } from './process.mjs';

async function main() {
  checkNode();
  await ensurePackages();
  // npm runs scripts in the repository; paths are meant from where the command was typed.
  if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  const [name = '', ...args] = process.argv.slice(2);
  const { createServer } = await import('vite');
  const localFiles = new LocalFiles();
  const server = await createServer({
    root: ROOT,
    mode: 'test',
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0 },
    plugins: [
      {
        name: 'local-files',
        configureServer: ({ middlewares }) => {
          middlewares.use((request, response, next) => localFiles.handle(request, response, next));
        },
      },
    ],
  });
  await server.listen();
  const address = server.resolvedUrls?.local[0] ?? '';
  const errors = /** @type {typeof import('../src/core/errors.ts')} */ (
    await server.ssrLoadModule('/src/core/errors.ts')
  );
  const { runCommand } = /** @type {typeof import('../src/cli/main.ts')} */ (
    await server.ssrLoadModule('/src/cli/main.ts')
  );
  const host = createCommandHost({ address, localFiles, errors });
  /** @param {number} status */
  const end = async (status) => {
    await host.close();
    await server.close();
    process.exit(status);
  };
  process.once('SIGINT', () => end(130));
  process.once('SIGTERM', () => end(143));
  await end(await runCommand(name, args, host));
}

main().catch((error) => {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.exit(1);
});
