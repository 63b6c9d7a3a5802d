import type { CommandHost, HeadlessPage, SharedFile } from './host.ts';
import type { PageEvent } from './pageApi.ts';

/** What a command wrote through a fake host. */
export interface Written {
  out: string;
  notes: string[];
}

/** A host without a browser and without files, for tests of commands. */
export function fakeHost(
  page?: (argument: unknown, onEvent: (event: PageEvent) => void) => unknown,
  shared: SharedFile[] = [],
): { host: CommandHost; written: Written } {
  const written: Written = { out: '', notes: [] };
  const call: HeadlessPage['call'] = async (_name, argument, onEvent = () => {}) => {
    if (!page) throw new Error('This command needs no page.');
    // The result's type depends on the method's name; a test knows which one its command calls.
    return page(argument, onEvent) as never;
  };
  return {
    written,
    host: {
      print(text) {
        written.out += text;
      },
      note(line) {
        written.notes.push(line);
      },
      progress() {},
      openPage: async () => ({ call, measure: async () => ({ heapBytes: 0, gpuSeconds: 0 }) }),
      share: async () => shared,
    },
  };
}
