import * as h5 from 'h5wasm';
import type { EventFileWriter } from './eventFileWriters.ts';

await h5.ready;

/** Bytes of a file that `fill` writes with the HDF5 library. */
export function writeHdf5(fill: (file: h5.File) => void): Uint8Array {
  const path = 'written-by-a-test.h5';
  const file = new h5.File(path, 'w');
  fill(file);
  file.close();
  const { FS } = h5.Module;
  const written = FS.readFile(path).slice();
  FS.unlink(path);
  return written;
}

export const HDF5_WRITER: EventFileWriter = {
  format: 'hdf5',
  variant: 'columns',
  name: 'a.h5',
  limits: { timeUs: 2 ** 50, x: 0x10000, y: 0x10000 },
  write: (events) =>
    writeHdf5((file) => {
      const group = file.create_group('events');
      const column = (index: number) => events.map((event) => event[index]);
      group.create_dataset({ name: 't', data: BigInt64Array.from(column(0), BigInt) });
      group.create_dataset({ name: 'x', data: Uint16Array.from(column(1)) });
      group.create_dataset({ name: 'y', data: Uint16Array.from(column(2)) });
      group.create_dataset({ name: 'p', data: Uint8Array.from(column(3)) });
    }),
};
