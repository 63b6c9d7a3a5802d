import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../trainer/messages.ts';
import { decodeLink, encodeLink } from '../linkCodec.ts';
import { defaultSession } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import { figuresCsv } from './figures.ts';
import { htmlReport } from './htmlReport.ts';

const epoch = (index: number): EpochMetrics =>
  ({
    epoch: index,
    trainAccuracyPerBlock: [0.5, 0.75],
    trainSamplesEvaluated: 10,
    testAccuracyPerBlock: [0.25, 0.625],
    testSamples: 8,
    earlyReadout: [],
    loss: 0.125 / (index + 1),
    lossPerBlock: [],
    seconds: 1.5,
    firingRates: [{ layer: 'conv1', rate: 0.0625 }],
    digest: `d${index}`,
  }) as unknown as EpochMetrics;

const session = applySetting(defaultSession(), 'name', '<script>alert("1")</script>');
const facts = {
  session,
  epochs: [epoch(0), epoch(1), epoch(2)],
  dataset: {
    name: session.data.name,
    synthetic: true,
    fingerprint: 'f'.repeat(64),
    trainSamples: 20,
    testSamples: 8,
  },
  adapter: 'vendor & chip',
  forecastBytes: 2 ** 20,
  measuredBytes: 2 ** 20,
  link: `https://x.test/#${encodeLink(session)}`,
};

describe('figures of a run', () => {
  it('are a table with a column for every block and population', () => {
    expect(figuresCsv(facts.epochs).split('\n').slice(0, 3)).toEqual([
      'epoch,loss,test_accuracy_block1,test_accuracy_block2,train_accuracy_block1,train_accuracy_block2,seconds,rate_conv1,digest',
      '0,0.125,0.25,0.625,0.5,0.75,1.5,0.0625,d0',
      '1,0.0625,0.25,0.625,0.5,0.75,1.5,0.0625,d1',
    ]);
  });
});

describe('the report of a run', () => {
  const html = htmlReport(facts);

  it('is one file that loads nothing and runs nothing', () => {
    expect(html).not.toMatch(/<script|<link|<img|src=|@import|url\(/i);
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
    expect(html).toContain('vendor &amp; chip');
  });

  it('holds settings, curves, tables and the link that repeats it', () => {
    expect(html.match(/<svg /g)).toHaveLength(2);
    expect(html.match(/<polyline /g)).toHaveLength(4);
    expect(html).toContain('test accuracy <b>62.5 %</b> of 8 samples');
    expect(html).toContain('<td>truncationInterval</td>'.replace('truncationInterval', 'k'));
    expect(html).toContain('<td>neuron.beta</td><td>0.8</td>');
    const link = /href="([^"]+)"/.exec(html)?.[1].replaceAll('&amp;', '&') ?? '';
    expect(decodeLink(new URL(link).hash).session).toEqual(session);
  });

  it('is drawn from what it is given: another run, another curve', () => {
    const other = htmlReport({ ...facts, epochs: [epoch(0), { ...epoch(1), loss: 0.5 }] });
    expect(other).not.toBe(html);
    expect(htmlReport({ ...facts, epochs: [] })).toContain('No epoch is finished.');
  });
});
