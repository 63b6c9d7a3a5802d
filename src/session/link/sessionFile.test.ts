import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSession, defaultSession, parseSession } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import { readSessionFile, writeSessionFile } from './sessionFile.ts';
import { anySession, anySharedRun } from './testSupport.ts';

describe('session files', () => {
  it('bring back every session and its results exactly', () => {
    fc.assert(
      fc.property(anySession, fc.option(anySharedRun, { nil: undefined }), (session, run) => {
        expect(readSessionFile(writeSessionFile(session, run))).toEqual({
          session,
          problems: [],
          ...(run && { run }),
        });
      }),
      { numRuns: 50 },
    );
  });

  it('from before some fields existed are filled up', () => {
    const session = defaultSession();
    const { input: _input, binning: _binning, ...encoding } = session.encoding;
    const { reset: _reset, ...neuron } = session.neuron;
    const old = JSON.stringify({ ...session, encoding, neuron });
    expect(readSessionFile(old)).toEqual({ session, problems: [] });
  });

  it('are repaired field by field', () => {
    const session = applySetting(defaultSession(), 'beta', 0.5);
    const broken = {
      ...session,
      colour: 'red',
      schedule: { truncationInterval: 99, blockSize: 1 },
      optimizer: { ...session.optimizer, learningRate: 'fast' },
    };
    const { session: read, problems } = readSessionFile(JSON.stringify(broken));
    expect(read.neuron.beta).toBe(0.5);
    expect(read.optimizer.learningRate).toBe(0.05);
    expect(read.schedule).toEqual({ truncationInterval: 20, blockSize: 1 });
    expect(problems.map(({ message }) => message)).toEqual([
      'The file has a setting "colour" that this page does not know.',
      'optimizer.learningRate is "fast"; allowed is a number from 0 to 1000.',
      'k is 99, but a sample has 20 time steps.',
    ]);
  });

  it('that were edited lose the results, and say so', () => {
    const [run] = fc.sample(anySharedRun, { numRuns: 1, seed: 1 });
    const file = JSON.parse(writeSessionFile(defaultSession(), run));
    file.session.seed = 9;
    const read = readSessionFile(JSON.stringify(file));
    expect(read.session.seed).toBe(9);
    expect(read.run).toBeUndefined();
    expect(read.problems.map(({ code }) => code)).toEqual(['session-file-edited']);
  });

  it.each([
    ['no JSON', '{"session": {', 'session-file-damaged'],
    ['no object', '[1, 2]', 'session-file-damaged'],
    ['of another version', '{"session": {"version": 7}}', 'session-version'],
  ])('%s are refused with a sentence', (_case, text, code) => {
    expect(() => readSessionFile(text)).toThrow(expect.objectContaining({ code }));
  });

  it('never throw anything else, and never give an unusable session', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          checkSession(parseSession(readSessionFile(JSON.stringify(value)).session));
        } catch (error) {
          expect(error).toMatchObject({ code: 'session-file-damaged' });
        }
      }),
      { numRuns: 200 },
    );
  });
});
