import { AppError } from '../../../core/errors.ts';

type Module = Awaited<typeof import('h5wasm')['ready']>;

/** A compression that the HDF5 library loads from a file, and where its code comes from when a recording needs it. */
interface FilterPlugin {
  name: string;
  load(): Promise<{ default: string }>;
}

/** Filters of the HDF5 library itself: deflate, shuffle, checksum, szip, n-bit, scale-offset. */
const BUILT_IN = [1, 2, 3, 4, 5, 6];

/** By the number that a file names its filter with. DSEC uses Blosc; lzf is what h5py offers beside gzip. */
const PLUGINS: Record<number, FilterPlugin> = {
  307: { name: 'bzip2', load: () => import('h5wasm-plugins/plugins/libH5Zbz2.so?url&inline') },
  32000: { name: 'LZF', load: () => import('h5wasm-plugins/plugins/libH5Zlzf.so?url&inline') },
  32001: { name: 'Blosc', load: () => import('h5wasm-plugins/plugins/libH5Zblosc.so?url&inline') },
  32004: { name: 'LZ4', load: () => import('h5wasm-plugins/plugins/libH5Zlz4.so?url&inline') },
  32015: { name: 'Zstandard', load: () => import('h5wasm-plugins/plugins/libH5Zzstd.so?url&inline') },
};

/** Filters for which there is no code here, by the names people know. */
const UNKNOWN_NAMES: Record<number, string> = {
  36559: 'Prophesee ECF',
  32008: 'bitshuffle',
  32026: 'Blosc2',
};

const FOLDER = '/filters';
const installed = new Set<number>();

/** Bytes of a data URL. */
function bytesOf(dataUrl: string): Uint8Array {
  const text = atob(dataUrl.slice(dataUrl.indexOf(',') + 1));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/**
 * Makes the filters of a data set usable; their code is fetched the first time that a file needs it.
 * @param what The file and the data set, for messages.
 * @throws AppError `unsupported-variant` for filters that cannot be had.
 */
export async function installFilters(
  module: Module,
  filters: readonly { id: number; name: string }[],
  what: string,
): Promise<void> {
  for (const { id, name } of filters) {
    if (BUILT_IN.includes(id) || installed.has(id)) continue;
    const plugin = PLUGINS[id];
    if (!plugin) {
      throw new AppError(
        'unsupported-variant',
        `${what} is compressed with HDF5 filter ${id} (${UNKNOWN_NAMES[id] ?? name}), which can not be read here.`,
        'Write the file again with gzip compression (h5repack -f GZIP=4), or use the RAW recording.',
      );
    }
    const bytes = bytesOf((await plugin.load()).default);
    if (installed.size === 0) {
      module.FS.mkdirTree(FOLDER);
      module.insert_plugin_search_path(FOLDER, 0);
    }
    // The library tries every file of the folder named lib*.so until one knows the number of the filter.
    module.FS.writeFile(`${FOLDER}/libfilter${id}.so`, bytes);
    installed.add(id);
  }
}
