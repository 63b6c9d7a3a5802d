import type { PageApi, PageEvent } from './pageApi.ts';

/** A file named on the command line (or found in a folder that was), as the headless page can fetch it. */
export interface SharedFile {
  /** Path inside the folder that was named, '/' separated; the file name alone where a file was named. */
  path: string;
  size: number;
  /** Relative to the page's own address; unguessable, and gone when the command ends. */
  url: string;
}

/** headless.html in a browser: the page without a face, for commands that need the GPU. */
export interface HeadlessPage {
  /**
   * Calls a function of the page. Arguments and result are plain data (JSON and typed arrays).
   * @throws AppError with the code, message and hint that the function threw in the page.
   */
  call<Name extends keyof PageApi>(
    name: Name,
    argument: Parameters<PageApi[Name]>[0],
    onEvent?: (event: PageEvent) => void | Promise<void>,
  ): Promise<Awaited<ReturnType<PageApi[Name]>>>;
  /** What the browser says of itself: heap of the page after a collection, processor time of the GPU process. */
  measure(): Promise<{ heapBytes: number; gpuSeconds: number }>;
}

/** What a command may do outside itself. Given by scripts/run.mjs; tests give their own. */
export interface CommandHost {
  /** Writes to standard output, which holds a command's result and nothing else. */
  print(text: string): void;
  /** Writes one line to standard error. */
  note(line: string): void;
  /**
   * Shows how far the work is, on standard error: a bar that overwrites itself on a terminal, a line now and then
   * elsewhere.
   * @param fraction 0 to 1.
   */
  progress(fraction: number, label: string): void;
  /** Opens the headless page on first use; the same page afterwards. @throws AppError `browser-missing`. */
  openPage(): Promise<HeadlessPage>;
  /**
   * Makes a file, or every file under a folder, readable for the headless page.
   * @returns The files, sorted by path. @throws AppError `path-missing`.
   */
  share(path: string): Promise<SharedFile[]>;
}
