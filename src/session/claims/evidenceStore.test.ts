import { beforeEach, describe, expect, it } from 'vitest';
import { defaultSession } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import {
  addSweepCsv,
  evidenceStore,
  meansOfSession,
  mergeEvidence,
  removeEvidence,
} from './evidenceStore.ts';

const session = defaultSession();
const csv = (...rows: string[]) => ['k,n,classifier,update,seed,status,testAccuracy', ...rows].join('\n');

beforeEach(() => evidenceStore.setState({ added: [], problem: null }));

describe('runs added from files', () => {
  it('are kept by the name of their file, and taken away again', () => {
    addSweepCsv('a.csv', csv('5,1,trainable,interval,1,done,0.5'), session);
    addSweepCsv('b.csv', csv('5,1,trainable,interval,2,done,0.7'), session);
    addSweepCsv('a.csv', csv('5,1,trainable,interval,1,done,0.6'), session);
    const { added } = evidenceStore.getState();
    expect(added.map(({ fileName }) => fileName)).toEqual(['b.csv', 'a.csv']);
    const merged = mergeEvidence(added.map(({ evidence }) => evidence));
    expect(merged).toHaveLength(1);
    const [mean] = meansOfSession(merged, session);
    expect(mean).toMatchObject({ point: { k: 5, n: 1, classifier: 'trainable' }, runs: 2 });
    expect(mean.mean).toBeCloseTo(0.65, 12);
    expect(meansOfSession(merged, applySetting(session, 'layers', '84FC'))).toEqual([]);
    removeEvidence('a.csv');
    expect(evidenceStore.getState().added.map(({ fileName }) => fileName)).toEqual(['b.csv']);
  });

  it('are refused with a reason, and leave what was there', () => {
    addSweepCsv('a.csv', csv('5,1,trainable,interval,1,done,0.5'), session);
    addSweepCsv('b.csv', 'no sweep at all', session);
    expect(evidenceStore.getState().added).toHaveLength(1);
    expect(evidenceStore.getState().problem?.code).toBe('claims-csv-invalid');
    addSweepCsv('b.csv', csv('1,1,trainable,interval,1,done,0.5'), session);
    expect(evidenceStore.getState().problem).toBeNull();
  });

  it('of other networks, steps or data stay apart', () => {
    const row = csv('1,1,trainable,interval,1,done,0.5');
    addSweepCsv('a.csv', row, session);
    addSweepCsv('b.csv', row, applySetting(applySetting(session, 'n', 1), 'layers', '84FC'));
    addSweepCsv('c.csv', row, applySetting(session, 'T', 10));
    addSweepCsv('d.csv', row, applySetting(session, 'data', 'movingGestures'));
    expect(mergeEvidence(evidenceStore.getState().added.map(({ evidence }) => evidence))).toHaveLength(4);
  });
});
