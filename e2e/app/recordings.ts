import { existsSync, readFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';
import type { EventStream } from '../../src/core/eventStream.ts';
import { generateSyntheticSet } from '../../src/data/synthetic/index.ts';

const REAL = '../shared/data/nmnist_bin/NMNISTsmall_restored_layout.zip';

/** Classes and how many recordings of each are taken. */
const CLASSES = ['0', '1', '4', '7'];
const PER_CLASS = { Train: 30, Test: 8 };

/**
 * A zip of ATIS `.bin` recordings in the layout Train/<class>/<number>.bin: real ones where the shared data is there,
 * else recordings of the built-in generator in the same format.
 */
export async function recordingsZip(): Promise<{ bytes: Uint8Array; isReal: boolean }> {
  const files = existsSync(REAL) ? realFiles() : await writtenFiles();
  return { bytes: zipSync(files, { level: 0 }), isReal: existsSync(REAL) };
}

function realFiles(): Record<string, Uint8Array> {
  const taken = new Map<string, number>();
  return unzipSync(new Uint8Array(readFileSync(REAL)), {
    filter({ name }) {
      const [, split, label] = name.split('/');
      const limit = PER_CLASS[split as keyof typeof PER_CLASS] ?? 0;
      const count = taken.get(`${split}/${label}`) ?? 0;
      if (!CLASSES.includes(label) || count >= limit) return false;
      taken.set(`${split}/${label}`, count + 1);
      return true;
    },
  });
}

async function writtenFiles(): Promise<Record<string, Uint8Array>> {
  const set = await generateSyntheticSet('saccadeDigits', { seed: 3, trainCount: 300, testCount: 80 });
  const files: Record<string, Uint8Array> = {};
  for (const [index, recording] of set.recordings.entries()) {
    const label = set.classNames[recording.classIndex];
    const split = recording.split === 0 ? 'Train' : 'Test';
    if (CLASSES.includes(label)) files[`${split}/${label}/${index}.bin`] = atisBytes(recording.events);
  }
  return files;
}

/** Five bytes per event: x, y, polarity in bit 7 and 23 bits of microseconds, most significant first. */
export function atisBytes(events: EventStream): Uint8Array {
  const bytes = new Uint8Array(events.tUs.length * 5);
  for (let i = 0; i < events.tUs.length; i++) {
    const t = events.tUs[i];
    bytes.set(
      [events.x[i], events.y[i], (events.polarity[i] << 7) | ((t >>> 16) & 0x7f), (t >>> 8) & 255, t & 255],
      5 * i,
    );
  }
  return bytes;
}
