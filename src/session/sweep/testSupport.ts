import { defaultSession, type Session } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import type { SweepTask } from './settleSweep.ts';
import type { CellResult } from './sweepResults.ts';
import { newSweep, type SweepSpec } from './sweepSpec.ts';

/** A base that plans in milliseconds: two body layers, four steps. */
export function smallBase(settings: Record<string, unknown> = {}): Session {
  const small = { T: 4, dt: 75_000, layers: '4C5s2-AP2-12FC', k: 4, n: 2, batch: 8, epochs: 8, ...settings };
  return Object.entries(small).reduce(
    (session, [name, value]) => applySetting(session, name, value),
    defaultSession(),
  );
}

/** A 3 x 2 grid with two seeds: twelve runs of six points. */
export function smallSweep(fields: Partial<SweepSpec> = {}): SweepSpec {
  const axes = { truncationInterval: [4, 2, 1], blockSize: [2, 1], seed: [1, 2] };
  return { ...newSweep(smallBase(), axes), ...fields };
}

/** Accuracy of a point as a sweep's test decides it; it rises with the epochs, and seeds differ by a hundredth. */
export type AccuracyRule = (k: number, n: number) => number;

/** The figures that a run would have had: a function of the run and its epochs, as training is. */
export function fakeResult({ record, epochs }: SweepTask, rule: AccuracyRule): CellResult {
  const { point, seed } = record.cell;
  const final = rule(point.truncationInterval, point.blockSize) + 0.01 * seed;
  const accuracyByEpoch = Array.from({ length: epochs }, (_, i) => final * (1 - 0.5 / (i + 1)));
  const testAccuracy = accuracyByEpoch[epochs - 1];
  const code = (record.cell.id.length * 31 + seed * 7 + point.truncationInterval * 3 + epochs).toString(16);
  return {
    epochs,
    testAccuracy,
    trainAccuracy: testAccuracy,
    blockAccuracy: [testAccuracy],
    accuracyByEpoch,
    testSamples: 100,
    loss: 0.1 / epochs,
    peakBytes: 1000,
    digest: code.padStart(64, '0'),
    firingRates: [{ layer: 'conv1', rate: 0.1 }],
    seconds: 1.25,
  };
}
