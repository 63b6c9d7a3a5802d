import { expect, it } from 'vitest';
import { defaultSession } from '../session.ts';
import { changeText, isLive, remedyChanges } from './remedyChanges.ts';

it('a remedy says what it changes, and nothing once that is set', () => {
  const session = defaultSession();
  const remedy = { action: '', values: { lr: 0.01, n: 1, threshold: session.neuron.threshold } };
  const changes = remedyChanges(remedy, session);
  expect(changeText(changes)).toBe('learning rate 0.05 → 0.01, n 2 → 1');
  expect(remedyChanges({ action: '', values: { n: 2 } }, session)).toEqual([]);
});

it('(k, n) and the learning rate reach a run that goes on, a gain needs a new one', () => {
  expect(isLive({ action: '', values: { lr: 1, k: 2 } })).toBe(true);
  expect(isLive({ action: '', values: { lr: 1, gain: 2 } })).toBe(false);
});
