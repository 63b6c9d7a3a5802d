import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSha256 } from '../../core/sha256.ts';
import { collectEvents } from '../collectEvents.ts';
import { upright } from '../import/orientation.ts';
import { canonicalRecords, inspectSource } from '../inspect.ts';
import { hasSharedData, NEEDS_SHARED_DATA, SHARED_DATA, sharedSource } from '../testSupport.ts';
import { detectFormat } from './detectFormat.ts';

interface Entry {
  path: string;
  format: string;
  ground_truth: {
    kind?: string;
    sensor_width: number;
    sensor_height: number;
    n_events: number;
    t_first: number;
    t_last: number;
    on_events: number;
    sha256_txyp: string;
    sha256_txyp_topleft?: string;
  };
}

const entries: Entry[] = hasSharedData
  ? JSON.parse(readFileSync(resolve(SHARED_DATA, 'manifest.json'), 'utf8')).entries
  : [];

/** Formats whose decoders exist; every other file of the manifest must be refused with a code. */
const READABLE = /^(derived_)?(aedat[1234]|prophesee|event_stream|ncaltech|np[yz]|text|mat|rosbag|hdf5)/;
const isEvents = (entry: Entry) => entry.ground_truth.kind === 'events' && READABLE.test(entry.format);

describe.skipIf(!hasSharedData)(`reference recordings${NEEDS_SHARED_DATA}`, () => {
  it.each(entries.filter(isEvents).map((entry) => [entry.path, entry] as const))(
    '%s',
    async (path, entry) => {
      const truth = entry.ground_truth;
      const report = await inspectSource(sharedSource(path));
      expect(report).toMatchObject({
        width: truth.sensor_width,
        height: truth.sensor_height,
        events: truth.n_events,
        tFirstUs: truth.t_first,
        tLastUs: truth.t_last,
        onEvents: truth.on_events,
        sha256: truth.sha256_txyp,
        warnings: path.includes('es_imagenet') ? [expect.stringContaining('step numbers')] : [],
      });
    },
  );

  it.each(
    entries
      .filter((entry) => isEvents(entry) && entry.ground_truth.sha256_txyp_topleft)
      .map((entry) => [entry.path, entry] as const),
  )('%s turned upright', async (path, entry) => {
    const source = sharedSource(path);
    const { events, orientation } = await collectEvents(await detectFormat(source), source);
    const turned = upright(events, orientation);
    const hash = createSha256();
    hash.update(canonicalRecords({ count: turned.tUs.length, ...turned }));
    expect(hash.digestHex()).toBe(entry.ground_truth.sha256_txyp_topleft);
  });

  it.each(
    entries
      .filter((entry) =>
        /idx|cifar|cochlea|spikes|generic/.test(`${entry.format} ${entry.ground_truth.kind}`),
      )
      .map((entry) => entry.path),
  )('refuses %s, which holds no events of pixels', async (path) => {
    await expect(inspectSource(sharedSource(path))).rejects.toMatchObject({
      code: expect.stringMatching(/^(not-events|unsupported-variant)$/),
    });
  });

  it.each(
    entries
      .filter((entry) => entry.format === 'bad_file')
      .map((entry) => [basename(entry.path), entry] as const),
  )('refuses %s', async (_, entry) => {
    await expect(inspectSource(sharedSource(entry.path))).rejects.toMatchObject({
      code: expect.stringMatching(/^(not-event-data|truncated-file)$/),
      message: expect.stringContaining(basename(entry.path)),
    });
  });
});
