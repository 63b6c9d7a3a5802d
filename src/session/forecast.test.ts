import { describe, expect, it } from 'vitest';
import { forecastTraining, fullBpttBytes, outlineNetwork } from './forecast.ts';
import type { WalkKind } from './planWalk.ts';
import { defaultSession } from './session.ts';
import { applySetting } from './sessionFields.ts';

const withSettings = (values: Record<string, unknown>) =>
  Object.entries(values).reduce(
    (session, [name, value]) => applySetting(session, name, value),
    defaultSession(),
  );

describe('forecast', () => {
  it('sums to the peak, and is what full backpropagation costs at k = T, n = L', () => {
    const { value } = forecastTraining(defaultSession());
    expect(value?.categories.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(value?.peakBytes);
    expect(value?.categories.length).toBeLessThanOrEqual(6);
    const full = forecastTraining(withSettings({ k: 20, n: 4 })).value;
    expect(full?.peakBytes).toBe(fullBpttBytes(defaultSession()).value);
  });

  it('grows with k and with the batch', () => {
    const peak = (values: Record<string, unknown>) =>
      forecastTraining(withSettings(values)).value?.peakBytes ?? 0;
    expect(peak({ k: 20 })).toBeGreaterThan(peak({ k: 1 }));
    expect(peak({ batch: 64 })).toBeGreaterThan(peak({ batch: 32 }));
  });

  it('lists the moves of one iteration block by block within each interval', () => {
    const kinds: WalkKind[] = ['forward', 'loss', 'backward', 'update', 'freed'];
    const walk = forecastTraining(withSettings({ T: 4, k: 2, n: 2 })).value?.walk;
    const moves = Array.from({ length: (walk?.order.length ?? 0) / 2 }, (_, at) => ({
      ...walk?.steps[walk.order[2 * at]],
      interval: walk?.order[2 * at + 1],
    }));
    const firstOf = (interval: number, block: number) =>
      kinds.map((kind) =>
        moves.findIndex((move) => move.kind === kind && move.interval === interval && move.block === block),
      );
    const order = [0, 1].flatMap((interval) => [0, 1].flatMap((block) => firstOf(interval, block)));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  it('says why there is none', () => {
    const { problem } = forecastTraining(withSettings({ k: 21 }));
    expect(problem?.code).toBe('schedule-out-of-range');
    const tight = forecastTraining(defaultSession(), {
      maxBufferSize: 1024,
      maxStorageBufferBindingSize: 1024,
    });
    expect(tight.problem?.code).toBe('does-not-fit');
    expect(outlineNetwork(withSettings({ layers: '6C40' })).problem?.code).toBe('network-invalid');
  });

  it('says how the batch is cut to stay within a budget, and keeps within it', () => {
    const whole = forecastTraining(defaultSession()).value;
    expect(whole?.microBatches).toEqual({ count: 1, size: 32 });
    const budget = Math.floor(0.7 * (whole?.peakBytes ?? 0));
    const cut = forecastTraining(defaultSession(), undefined, budget).value;
    expect(cut?.microBatches.count).toBeGreaterThan(1);
    expect(cut?.microBatches.size).toBe(Math.ceil(32 / (cut?.microBatches.count ?? 1)));
    expect(cut?.peakBytes).toBeLessThanOrEqual(budget);
    expect(cut?.hasBatchNorm).toBe(false);
    expect(forecastTraining(withSettings({ layers: '6C5n-AP2-84FC', n: 1 })).value?.hasBatchNorm).toBe(true);
  });

  it('comes with settings that fit where it can name some', () => {
    const values = { layers: '8C5-AP2-32FC', batch: 4, T: 64, k: 64, n: 2 };
    const session = withSettings(values);
    const single = forecastTraining(withSettings({ ...values, batch: 1 })).value?.peakBytes ?? 0;
    const budget = Math.floor(0.9 * single);
    const { problem } = forecastTraining(session, undefined, budget);
    expect(problem?.code).toBe('does-not-fit');
    const cured = Object.entries(problem?.remedy ?? {}).reduce(
      (next, [name, value]) => applySetting(next, name, value),
      session,
    );
    expect(cured).not.toEqual(session);
    expect(forecastTraining(cured, undefined, budget).value?.peakBytes).toBeLessThanOrEqual(budget);
  });

  it('outlines the network with names, shapes and L', () => {
    const outline = outlineNetwork(defaultSession()).value;
    expect(outline?.layerCount).toBe(4);
    expect(outline?.inputShape).toBe('2×34×34');
    expect(outline?.layers.map(({ name, shape }) => `${name} ${shape}`)).toEqual([
      'conv1 6×30×30',
      'pool2 6×15×15',
      'conv3 16×11×11',
      'pool4 16×5×5',
      'conv5 120',
      'fc6 84',
    ]);
  });
});
