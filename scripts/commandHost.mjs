// What the commands may do outside themselves: print, show progress, open the headless page, share local files.
import { browserArguments, findBrowser } from './browser.mjs';

/** @typedef {import('../src/cli/host.ts').CommandHost} CommandHost */
/** @typedef {import('../src/cli/pageApi.ts').PageEvent} PageEvent */
/** @typedef {import('../src/cli/pageApi.ts').PageReply<unknown>} PageReply */
/** @typedef {typeof import('../src/core/errors.ts')} Errors */

const BAR_WIDTH = 30;

/**
 * Progress on standard error: one line that overwrites itself on a terminal, else a line whenever the tenth changes.
 * @param {NodeJS.WriteStream} stream
 */
export function createProgress(stream) {
  let lastTenth = -1;
  let barShown = false;
  return {
    /** @param {number} fraction @param {string} label */
    show(fraction, label) {
      const part = Math.min(1, Math.max(0, fraction));
      if (stream.isTTY) {
        const filled = Math.round(part * BAR_WIDTH);
        const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
        stream.write(`\r\x1b[K[${bar}] ${label}`.slice(0, stream.columns ?? 100));
        barShown = true;
        return;
      }
      const tenth = Math.floor(part * 10);
      if (tenth !== lastTenth) stream.write(`${tenth * 10} % ${label}\n`);
      lastTenth = tenth;
    },
    /** Makes room for other output. */
    clear() {
      if (barShown) stream.write('\r\x1b[K');
      barShown = false;
    },
  };
}

/**
 * @param {{ address: string, localFiles: import('./localFiles.mjs').LocalFiles, errors: Errors }} parts
 *   address: of the Vite server that serves headless.html
 * @returns {CommandHost & { close(): Promise<void> }}
 */
export function createCommandHost({ address, localFiles, errors }) {
  const { AppError, fromErrorData } = errors;
  const progress = createProgress(process.stderr);
  /** @type {import('@playwright/test').Browser | undefined} */
  let browser;
  /** @type {Promise<import('../src/cli/host.ts').HeadlessPage> | undefined} */
  let opened;

  /** @param {string} line */
  const note = (line) => {
    progress.clear();
    process.stderr.write(`${line}\n`);
  };

  /**
   * @param {import('@playwright/test').Page} page
   * @param {{ listen(handler: (event: PageEvent) => void | Promise<void>): void, onFailure(handler: (error: Error) => void): void }} hooks
   * @returns {import('../src/cli/host.ts').HeadlessPage}
   */
  function headlessPage(page, hooks) {
    /** @type {(name: string, argument: unknown, onEvent?: (event: PageEvent) => void | Promise<void>) => Promise<any>} */
    const call = async (name, argument, onEvent = () => {}) => {
      hooks.listen(onEvent);
      /** @type {Promise<never>} */
      const failure = new Promise((_resolve, reject) => hooks.onFailure(reject));
      /** @type {Promise<PageReply>} */
      const reply = page.evaluate(
        ([method, value]) => /** @type {any} */ (globalThis).spikelet[/** @type {string} */ (method)](value),
        [name, argument],
      );
      const outcome = await Promise.race([reply, failure]);
      if (!outcome.ok) throw fromErrorData(outcome.error);
      return outcome.value;
    };
    return { call, measure: () => measure(page) };
  }

  /** @param {import('@playwright/test').Page} page */
  async function measure(page) {
    const own = await page.context().newCDPSession(page);
    const whole = await page.context().browser()?.newBrowserCDPSession();
    try {
      // Once is not always enough: what finalisers release is found by the next collection.
      for (let i = 0; i < 3; i++) await own.send('HeapProfiler.collectGarbage');
      const { usedSize } = await own.send('Runtime.getHeapUsage');
      const processes = (await whole?.send('SystemInfo.getProcessInfo'))?.processInfo ?? [];
      const gpu = processes.find(({ type }) => type === 'GPU');
      return { heapBytes: usedSize, gpuSeconds: gpu?.cpuTime ?? 0 };
    } finally {
      await own.detach();
      await whole?.detach();
    }
  }

  async function launch() {
    const executablePath = await findBrowser();
    if (executablePath === null) {
      throw new AppError(
        'browser-missing',
        'No Chromium or Chrome was found, and this command computes in one.',
        'Run npm test once, which installs one, or set the environment variable CHROMIUM to the path of one.',
      );
    }
    const { chromium } = await import('@playwright/test');
    browser = await chromium.launch({ executablePath, args: browserArguments() });
    const page = await browser.newPage();
    /** @type {(event: PageEvent) => void | Promise<void>} */
    let listener = () => {};
    /** @type {(error: Error) => void} */
    let fail = () => {};
    page.on('pageerror', (error) => fail(error));
    page.on('crash', () => {
      fail(new AppError('page-crashed', 'The headless page crashed.', 'Use a smaller network, batch or k.'));
    });
    await page.exposeFunction('spikeletEvent', (/** @type {PageEvent} */ event) => listener(event));
    await page.goto(`${address}headless.html`);
    // The server compiles the page on its first visit, which takes its time on a busy machine.
    await page.waitForFunction('globalThis.spikelet !== undefined', undefined, { timeout: 120_000 });
    return headlessPage(page, {
      listen: (handler) => {
        listener = handler;
      },
      onFailure: (handler) => {
        fail = handler;
      },
    });
  }

  return {
    print(text) {
      progress.clear();
      process.stdout.write(text);
    },
    note,
    progress: progress.show,
    openPage() {
      if (!opened) opened = launch();
      return opened;
    },
    async share(path) {
      try {
        return await localFiles.share(path);
      } catch (error) {
        const reason = /** @type {NodeJS.ErrnoException} */ (error).code ?? String(error);
        throw new AppError(
          'path-missing',
          `${path} cannot be read (${reason}).`,
          'Name a file or a folder that exists and that you may read.',
        );
      }
    },
    async close() {
      progress.clear();
      await browser?.close();
    },
  };
}
