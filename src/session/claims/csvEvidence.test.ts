import { describe, expect, it } from 'vitest';
import { defaultSession } from '../session.ts';
import { evidenceFromCsv, parseCsv } from './csvEvidence.ts';

const HEAD = 'k,n,classifier,update,seed,status,epochs,testAccuracy,note';
const session = defaultSession();
const read = (...lines: string[]) => evidenceFromCsv(`${[HEAD, ...lines].join('\n')}\n`, session);

describe('CSV text', () => {
  it('has quoted fields with commas, quotes and line breaks', () => {
    expect(parseCsv('a,"b,1","c ""d""","e\nf"\r\n1,,"",2\n')).toEqual([
      ['a', 'b,1', 'c "d"', 'e\nf'],
      ['1', '', '', '2'],
    ]);
    expect(parseCsv('a,b')).toEqual([['a', 'b']]);
    expect(parseCsv('')).toEqual([]);
  });
});

describe('evidence from the report of a sweep', () => {
  it('has the finished runs, by the names of the columns', () => {
    const { runs, dataset, config } = read(
      '20,4,trainable,interval,1,done,10,0.91,',
      '5,1,random,interval,2,done,10,0.5,"fine, really"',
      '5,1,random,interval,3,failed,2,,out of memory',
      '5,1,random,sequence,2,done,10,0.6,',
    );
    expect(runs).toEqual([
      { point: { k: 20, n: 4, classifier: 'trainable' }, seed: 1, accuracy: 0.91 },
      { point: { k: 5, n: 1, classifier: 'random' }, seed: 2, accuracy: 0.5 },
    ]);
    expect([dataset, config.stepCount]).toEqual(['Saccade digits', 20]);
    const shuffled = evidenceFromCsv(
      'testAccuracy,seed,k,n,status,update,classifier\n0.3,7,1,1,done,interval,random',
      session,
    );
    expect(shuffled.runs).toEqual([{ point: { k: 1, n: 1, classifier: 'random' }, seed: 7, accuracy: 0.3 }]);
  });

  it.each([
    ['k,n,seed\n1,1,1', 'The file has no column classifier, update, status, testAccuracy.'],
    [`${HEAD}\n`, 'The file has no finished run'],
    [`${HEAD}\n20,4,trainable,interval,1,done,10,91,`, 'Line 2: testAccuracy is 91, allowed is 0 to 1.'],
    [`${HEAD}\n20,4,trainable,interval,1,done,10,,`, 'Line 2: testAccuracy is empty'],
    [`${HEAD}\n21,4,trainable,interval,1,done,10,0.9,`, 'Line 2: k is 21, allowed is 1 to 20.'],
    [`${HEAD}\n20,5,trainable,interval,1,done,10,0.9,`, 'Line 2: n is 5, allowed is 1 to 4.'],
    [`${HEAD}\n20,4,fixed,interval,1,done,10,0.9,`, 'Line 2: classifier is fixed'],
    [`${HEAD}\n20,4,trainable,interval,-1,done,10,0.9,`, 'Line 2: seed is -1'],
    [`${HEAD}\n20,4,trainable,interval`, 'Line 2 has 4 fields, the head has 9.'],
    ['PNG\u0000,\u0001', 'The file has no column'],
  ])('refuses %j', (text, message) => {
    expect(() => evidenceFromCsv(text, session)).toThrow(message);
  });

  it('refuses a file that no sweep would write, by its size', () => {
    expect(() => evidenceFromCsv('x'.repeat(5 * 1024 * 1024), session)).toThrow('at most 4194304 are read');
  });
});
