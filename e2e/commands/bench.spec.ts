import { expect, test } from '@playwright/test';
import { runScript } from './program.ts';

test('npm run bench finds the loss of workload A, in few dispatches and bytes, and says what each pass takes', async () => {
  const { status, out, err } = await runScript('run.mjs', ['bench', '--rounds', '1', '--profile']);
  // Status 1 would mean that the first loss is not what every correct implementation finds.
  expect({ status, err }).toMatchObject({ status: 0 });
  const report = JSON.parse(out);
  expect(report.loss).toBeCloseTo(0.151578, 6);
  expect(report.dispatchesPerIteration).toBeLessThanOrEqual(80);
  expect(report.peakBytes).toBeLessThanOrEqual(8 * 2 ** 20);
  expect(Object.keys(report.layers).sort()).toEqual([
    'classifier1',
    'conv1',
    'conv3',
    'conv5',
    'fc6',
    'pool2',
    'pool4',
  ]);
  expect(report.roofline).toMatch(/copy [\d.]+ GB\/s .* product [\d.]+ GFLOP\/s/);
});
