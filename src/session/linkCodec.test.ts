import fc from 'fast-check';
import { deflateSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink, MAX_LINK_LENGTH } from './linkCodec.ts';
import { checkSession, defaultSession, parseSession, type Session } from './session.ts';
import { applySetting } from './sessionFields.ts';

const pack = (values: unknown) =>
  `v=1&s=${Buffer.from(deflateSync(strToU8(JSON.stringify(values)))).toString('base64url')}`;

/** Sessions over the whole table of settings, always consistent. */
const anySession: fc.Arbitrary<Session> = fc
  .record({
    data: fc.constantFrom('saccadeDigits', 'movingGestures', 'files'),
    name: fc.string({ maxLength: 120 }),
    fingerprint: fc.option(
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
    ),
    classes: fc.integer({ min: 2, max: 1024 }),
    seed: fc.integer({ min: 0, max: 0xffffffff }),
    T: fc.integer({ min: 5, max: 300 }),
    dt: fc.integer({ min: 1, max: 1e7 }),
    k: fc.integer({ min: 1, max: 5 }),
    n: fc.integer({ min: 1, max: 2 }),
    layers: fc.constantFrom('6C5-AP2-84FC', '8C3s2p1b-MP2plain-10FCd0.5', [
      { kind: 'linear', out: 4, bias: true, neuron: { beta: 0.5 } },
      { kind: 'linear', out: 3, bias: false },
    ]),
    beta: fc.double({ min: 0, max: 1, noNaN: true }),
    optimizer: fc.constantFrom('sgd', 'adam'),
    lr: fc.double({ min: 0, max: 1, noNaN: true }),
    classifier: fc.constantFrom('trainable', 'random'),
    reset: fc.constantFrom('soft' as const, 'hard' as const),
    detachReset: fc.boolean(),
    batch: fc.integer({ min: 1, max: 4096 }),
  })
  .map((values) =>
    Object.entries(values).reduce(
      (session, [name, value]) => (value === null ? session : applySetting(session, name, value)),
      defaultSession(),
    ),
  );

describe('session links', () => {
  it('are short for the default session and empty of defaults', () => {
    expect(encodeLink(defaultSession())).toBe('v=1');
    expect(decodeLink('')).toEqual({ session: defaultSession(), problems: [] });
    expect(decodeLink('#v=1')).toEqual({ session: defaultSession(), problems: [] });
  });

  it('bring back every session, use only characters that survive in an address, and are deterministic', () => {
    fc.assert(
      fc.property(anySession, (session) => {
        const link = encodeLink(session);
        expect(link).toMatch(/^v=1(&s=[A-Za-z0-9_-]+)?$/);
        expect(link.length).toBeLessThan(MAX_LINK_LENGTH / 4);
        const decoded = decodeLink(`#${link}`);
        expect(decoded.problems).toEqual([]);
        expect(JSON.parse(JSON.stringify(decoded.session))).toEqual(JSON.parse(JSON.stringify(session)));
        expect(encodeLink(decoded.session)).toBe(link);
      }),
    );
  });

  it('repair field by field and say so', () => {
    const { session, problems } = decodeLink(pack({ k: 99, n: 1, lr: 'fast', colour: 'red', epochs: 3 }));
    expect(session.schedule).toEqual({ truncationInterval: 20, blockSize: 1 });
    expect(session.optimizer.learningRate).toBe(0.05);
    expect(session.epochs).toBe(3);
    expect(problems.map(({ code, message, hint }) => [code, message, hint])).toEqual([
      [
        'link-field-unknown',
        'The link has a setting "colour" that this page does not know.',
        'It was left out.',
      ],
      [
        'link-field-repaired',
        'optimizer.learningRate is "fast"; allowed is a number from 0 to 1000.',
        'It was replaced by 0.05.',
      ],
      ['link-field-repaired', 'k is 99, but a sample has 20 time steps.', 'It was replaced by 20.'],
    ]);
  });

  it('take the default network where the shared one does not fit its input', () => {
    const { session, problems } = decodeLink(pack({ layers: '6C40', n: 1, batch: 4 }));
    expect(session.network).toEqual(defaultSession().network);
    expect(session.batchSize).toBe(4);
    expect(problems).toHaveLength(1);
    expect(problems[0].message).toContain('40x40 kernel');
  });

  it.each([
    ['another version', 'v=2&s=abc', 'link-version'],
    ['no version', 's=abc', 'link-version'],
    ['foreign characters', 'v=1&s=a*b', 'link-damaged'],
    ['bytes that are not deflated', 'v=1&s=_____w', 'link-damaged'],
    ['a list instead of a table', pack([1, 2]), 'link-damaged'],
    ['too many characters', `v=1&s=${'a'.repeat(MAX_LINK_LENGTH)}`, 'link-too-long'],
    ['a deflate bomb', pack({ name: 'x'.repeat(3_000_000) }), 'link-too-long'],
  ])('with %s give the default session and one problem', (_, link, code) => {
    const { session, problems } = decodeLink(link);
    expect(session).toEqual(defaultSession());
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });

  it('never throw and always give a valid session: random fragments', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String().map((text) => `v=1&s=${text}`),
        ),
        (text) => {
          const { session } = decodeLink(text);
          checkSession(parseSession(session));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throw and always give a valid session: mutated links', () => {
    fc.assert(
      fc.property(anySession, fc.nat(), fc.constantFrom(...'AZaz09-_&=%'), (session, at, letter) => {
        const link = encodeLink(session);
        const place = at % link.length;
        for (const text of [link.slice(0, place) + letter + link.slice(place + 1), link.slice(0, place)])
          checkSession(parseSession(decodeLink(text).session));
      }),
      { numRuns: 300 },
    );
  });

  it('never throw and always give a valid session: arbitrary values under known names', () => {
    const names = fc.constantFrom(
      'k',
      'n',
      'T',
      'layers',
      'data',
      'optimizer',
      'beta1',
      'height',
      'name',
      'neuron',
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.oneof(fc.jsonValue(), fc.integer(), fc.string())), (values) => {
        checkSession(parseSession(decodeLink(pack(values)).session));
      }),
      { numRuns: 500 },
    );
  });
});
