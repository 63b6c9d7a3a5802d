import { describe, expect, it } from 'vitest';
import { describeFirstEvent } from './firstEvent.ts';

const ROWS = [
  ['0.5', '3', '4', 'True'],
  ['2', '5', '6', 'False'],
];

describe('describeFirstEvent', () => {
  it('says how the lines read', () => {
    const choice = { columnCount: 4, roles: { t: 0, x: 1, y: 2, p: 3 }, timeUnitUs: 1000 };
    expect(describeFirstEvent(ROWS, choice)).toEqual({
      text: 'The first event is at pixel (3, 4). These lines span 1.5 ms; polarity is 0 or 1.',
      isPossible: true,
    });
  });

  it('says which column cannot be a pixel', () => {
    const choice = { columnCount: 4, roles: { t: 1, x: 0, y: 2, p: 3 }, timeUnitUs: 1000 };
    expect(describeFirstEvent(ROWS, choice)).toMatchObject({
      text: expect.stringContaining('x would be 0.5'),
      isPossible: false,
    });
    expect(describeFirstEvent([], choice).isPossible).toBe(false);
  });
});
