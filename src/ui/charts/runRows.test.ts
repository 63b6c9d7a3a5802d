import { describe, expect, it } from 'vitest';
import { firingRows, memoryRows, throughputRows } from './runRows.ts';

const point = {
  epoch: 0.5,
  iteration: 3,
  lossPerBlock: [0.1],
  runningAccuracyPerBlock: [0.2],
  samplesPerSecond: 40,
  liveBytes: 100,
  peakBytes: 120,
};

describe('rows of the charts of a run', () => {
  it('takes memory and throughput from the points', () => {
    expect(memoryRows([point])).toEqual([{ at: 0.5, live: 100, peak: 120 }]);
    expect(throughputRows([point])).toEqual([{ at: 0.5, speed: 40 }]);
  });

  it('gives every layer a key, also one whose name is that of the axis', () => {
    const firingRates = [
      { layer: 'conv1', rate: 0.25 },
      { layer: 'at', rate: 0.5 },
    ];
    expect(firingRows([{ epoch: 2, firingRates } as never])).toEqual([{ at: 2, conv1: 0.25 }]);
  });
});
