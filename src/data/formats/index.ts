import { aedat2 } from './aedat2/aedat2.ts';
import { aedat3 } from './aedat3/aedat3.ts';
import { aedat4 } from './aedat4/aedat4.ts';
import { atisBin } from './atisBin/atisBin.ts';
import type { FormatDecoder } from './decoder.ts';
import { eventStreamFile } from './eventStreamFile/eventStreamFile.ts';
import { hdf5 } from './hdf5/hdf5.ts';
import { mat } from './mat/mat.ts';
import { npy } from './npy/npy.ts';
import { npz } from './npy/npz.ts';
import { propheseeDat } from './prophesee/dat.ts';
import { propheseeEvt2, propheseeEvt3, propheseeEvt21, propheseeOther } from './prophesee/raw.ts';
import { rosBag } from './rosBag/rosBag.ts';
import { text } from './text/text.ts';

/** Every event-file format, in the order in which they are asked. Formats without a signature come last. */
export const FORMATS: readonly FormatDecoder[] = [
  rosBag,
  aedat4,
  aedat3,
  aedat2,
  propheseeDat,
  propheseeEvt2,
  propheseeEvt21,
  propheseeEvt3,
  propheseeOther,
  eventStreamFile,
  npy,
  npz,
  mat,
  hdf5,
  text,
  atisBin,
];
