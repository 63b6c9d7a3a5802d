import { describe, expect, it } from 'vitest';
import type { EncodedDataset } from '../../core/encodedDataset.ts';
import type { EpochMetrics, TrainerMessage, TrainerRequest } from '../../trainer/messages.ts';
import type { DataPort, TrainerPort } from '../ports.ts';
import { expectedMeta } from '../session.ts';
import { cellResultSchema } from './sweepResults.ts';
import { smallBase } from './testSupport.ts';
import { checkFingerprint, encodeForSweep, type RunProgress, trainCell } from './trainCell.ts';

const session = smallBase({ epochs: 2 });
const dataset = { fingerprint: 'a'.repeat(64), classNames: [] as string[] } as unknown as EncodedDataset;
const data = { base: session, dataset, meta: expectedMeta(session) };

const epochMetrics = (epoch: number, loss = 0.1): EpochMetrics => ({
  epoch,
  trainAccuracyPerBlock: [0.5, 0.6],
  trainSamplesEvaluated: 5,
  testAccuracyPerBlock: [0.3, 0.1 * (epoch + 1)],
  testSamples: 30,
  earlyReadout: [],
  loss,
  lossPerBlock: [loss],
  seconds: 2,
  firingRates: [{ layer: 'conv1', rate: 0.25 }],
  digest: String(epoch).repeat(64),
});

const status = (value: 'ready' | 'running' | 'finished' | 'failed'): TrainerMessage => ({
  type: 'status',
  status: value,
});
const planned: TrainerMessage = {
  type: 'planned',
  forecastBytes: 800,
  measuredBytes: 900,
  parameterCount: 5,
};
const iteration = {
  type: 'iteration',
  metrics: { iteration: 1, epoch: 1, epochIteration: 1, epochIterations: 2, peakBytes: 1000 },
} as TrainerMessage;

/** A trainer that answers requests later, one message after the other. */
function fakeTrainer(answers: Partial<Record<TrainerRequest['type'], TrainerMessage[]>>) {
  const requests: TrainerRequest[] = [];
  let listener: (message: TrainerMessage) => void = () => {};
  const port: TrainerPort = {
    post(request) {
      requests.push(request);
      for (const message of answers[request.type] ?? []) setTimeout(() => listener(message));
    },
    onMessage(next) {
      listener = next;
    },
  };
  return { port, requests };
}

describe('one run of a sweep', () => {
  it('has the figures of its last epoch, and those of every epoch', async () => {
    const { port, requests } = fakeTrainer({
      // What an earlier run still says comes first and is no part of this one.
      configure: [{ type: 'epoch', metrics: epochMetrics(7) }, status('finished'), planned],
      start: [0, 1, 2]
        .map((epoch): TrainerMessage => ({ type: 'epoch', metrics: epochMetrics(epoch) }))
        .concat(iteration, status('finished')),
    });
    const progress: RunProgress[] = [];
    const result = await trainCell(port, data, session, (each) => progress.push(each)).result;
    expect(cellResultSchema.parse(result)).toEqual({
      epochs: 2,
      testAccuracy: expect.closeTo(0.3, 12),
      trainAccuracy: 0.6,
      blockAccuracy: [0.3, expect.closeTo(0.3, 12)],
      accuracyByEpoch: [expect.closeTo(0.2, 12), expect.closeTo(0.3, 12)],
      testSamples: 30,
      loss: 0.1,
      peakBytes: 1000,
      digest: '2'.repeat(64),
      firingRates: [{ layer: 'conv1', rate: 0.25 }],
      seconds: 4,
    });
    expect(requests.map(({ type }) => type)).toEqual(['configure', 'start']);
    expect(requests[0]).toMatchObject({
      config: { epochs: 2, schedule: { truncationInterval: 4 } },
      dataset,
    });
    expect(progress.map(({ fraction }) => fraction)).toEqual([0, 0.5, 1, 0.75]);
    expect(progress[0].testAccuracy).toBeNull();
  });

  it('counts epochs that were trained again after a loss of the GPU once', async () => {
    const epoch = (number: number): TrainerMessage => ({ type: 'epoch', metrics: epochMetrics(number) });
    const restored: TrainerMessage = {
      type: 'restored',
      metrics: (iteration as Extract<TrainerMessage, { type: 'iteration' }>).metrics,
      schedule: session.schedule,
      learningRate: session.optimizer.learningRate,
      epochs: [epochMetrics(0)],
    };
    const run = async (start: TrainerMessage[]) =>
      trainCell(fakeTrainer({ configure: [planned], start }).port, data, session, () => {}).result;
    const undisturbed = await run([epoch(0), epoch(1), epoch(2), status('finished')]);
    const disturbed = await run([
      epoch(0),
      epoch(1),
      { type: 'status', status: 'recovering' },
      restored,
      epoch(1),
      epoch(2),
      status('finished'),
    ]);
    expect(disturbed).toEqual(undisturbed);
  });

  it('counts an epoch once that is told again after the GPU was lost', async () => {
    const told = [1, 2, 1, 2].map(
      (epoch): TrainerMessage => ({ type: 'epoch', metrics: epochMetrics(epoch) }),
    );
    const { port } = fakeTrainer({ configure: [planned], start: [...told, status('finished')] });
    const result = await trainCell(port, data, session, () => {}).result;
    expect([result.epochs, result.accuracyByEpoch.length, result.seconds]).toEqual([2, 2, 4]);
  });

  it('says null for a loss beyond all numbers, which JSON could not hold', async () => {
    const { port } = fakeTrainer({
      configure: [planned],
      start: [{ type: 'epoch', metrics: epochMetrics(2, Number.NaN) }, status('finished')],
    });
    expect((await trainCell(port, data, session, () => {}).result).loss).toBeNull();
  });

  it('fails with what the trainer reports, before and after the status says so', async () => {
    const error: TrainerMessage = {
      type: 'error',
      error: { code: 'device-lost', message: 'Lost.', hint: '' },
    };
    for (const start of [
      [status('failed'), error],
      [error, status('failed')],
    ]) {
      const { port } = fakeTrainer({ configure: [planned], start });
      await expect(trainCell(port, data, session, () => {}).result).rejects.toMatchObject({
        code: 'device-lost',
      });
    }
  });

  it('is held and goes on through the trainer, and when given up waits until the trainer rests', async () => {
    const { port, requests } = fakeTrainer({
      configure: [planned],
      start: [status('running')],
      rewind: [status('ready')],
    });
    const run = trainCell(port, data, session, () => {});
    let hasSettled = false;
    run.result.then(
      () => {
        hasSettled = true;
      },
      () => {
        hasSettled = true;
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
    run.pause();
    run.resume();
    await run.cancel();
    expect(requests.map(({ type }) => type)).toEqual([
      'configure',
      'start',
      'pause',
      'start',
      'pause',
      'rewind',
    ]);
    expect(hasSettled).toBe(false);
  });
});

describe('the recordings of a sweep', () => {
  it('are encoded with a (k, n) that fits, whatever the base says of it', async () => {
    const encoded = {
      kind: 'events',
      name: 'x',
      fingerprint: 'f',
      shape: { channels: 2, height: 34, width: 34 },
      stepCount: 4,
      classNames: ['a', 'b', 'c'],
      bits: new Uint32Array(8 * 73),
      labels: Int32Array.of(0, 1),
      split: Uint8Array.of(0, 1),
    } as unknown as EncodedDataset;
    const port = { encode: async () => encoded } as unknown as DataPort;
    const base = { ...session, schedule: { truncationInterval: 99, blockSize: 9 } };
    const { meta, base: kept } = await encodeForSweep(port, base, {});
    expect(meta.classCount).toBe(3);
    expect(kept).toBe(base);
  });

  it('must be those that the sweep began with', () => {
    checkFingerprint('abcdefgh1', null);
    checkFingerprint('abcdefgh1', 'abcdefgh1');
    expect(() => checkFingerprint('abcdefgh1', 'x1234567890')).toThrow('fingerprint abcdefgh, not x1234567');
  });
});
