import fc from 'fast-check';
import { deflateSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { PRESET_NAMES } from '../core/presets.ts';
import type { SharedRun } from './link/sharedRun.ts';
import { anySession, anySharedRun } from './link/testSupport.ts';
import { decodeLink, encodeLink, MAX_LINK_LENGTH } from './linkCodec.ts';
import { presetSession } from './presetSession.ts';
import { checkSession, defaultSession, parseSession } from './session.ts';
import { applySetting } from './sessionFields.ts';

/** A link of version 1, which had no checksum. */
const pack = (values: unknown) =>
  `v=1&s=${Buffer.from(deflateSync(strToU8(JSON.stringify(values)))).toString('base64url')}`;

const run: SharedRun = {
  adapter: 'google swiftshader SwiftShader Device (Subzero)',
  digests: Array.from({ length: 64 }, (_, epoch) => ({
    epoch,
    digest: ((epoch + 1) * 0x9e3779b97f4a).toString(16).padStart(16, '0').slice(-16),
  })),
  final: { epoch: 63, testAccuracyPerBlock: [0.5, 0.75], trainAccuracy: 0.875, loss: 0.0123 },
};

describe('session links', () => {
  it('are short for the default session and empty of defaults', () => {
    expect(encodeLink(defaultSession())).toMatch(/^v=2&c=[A-Za-z0-9_-]{6}$/);
    expect(decodeLink(encodeLink(defaultSession()))).toEqual({ session: defaultSession(), problems: [] });
    expect(decodeLink('')).toEqual({ session: defaultSession(), problems: [] });
    expect(decodeLink('#v=1')).toEqual({ session: defaultSession(), problems: [] });
  });

  it('bring back every valid session and its run exactly, in characters that survive in an address', () => {
    fc.assert(
      fc.property(anySession, fc.option(anySharedRun, { nil: undefined }), (session, shared) => {
        const link = encodeLink(session, shared);
        expect(link).toMatch(/^v=2(&s=[A-Za-z0-9_-]+)?(&r=[A-Za-z0-9_-]+)?&c=[A-Za-z0-9_-]{6}$/);
        expect(link.length).toBeLessThan(MAX_LINK_LENGTH);
        const decoded = decodeLink(`#${link}`);
        expect(decoded.problems).toEqual([]);
        expect(decoded.session).toEqual(session);
        expect(decoded.run).toEqual(shared);
        expect(encodeLink(decoded.session, decoded.run)).toBe(link);
      }),
      { numRuns: 300 },
    );
  });

  it.each(PRESET_NAMES)('stay below 2 kB for the preset %s, with 64 digests of a run too', (name) => {
    const session = presetSession(name);
    const fingerprinted = {
      ...session,
      data: { ...session.data, fingerprint: '0123456789abcdef'.repeat(4) },
    };
    const link = encodeLink(fingerprinted, run);
    expect(link.length).toBeLessThan(2048);
    expect(decodeLink(link)).toEqual({ session: fingerprinted, problems: [], run });
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
    ['another version', 'v=3&s=abc', 'link-version'],
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

  it('of version 1 open as they did', () => {
    // Text and meaning are frozen: what this page once wrote it must go on reading.
    const values = { T: 8, layers: '4C5s2-AP2-32FC', k: 4, n: 1, optimizer: 'adam', batch: 10 };
    let session = defaultSession();
    for (const [name, value] of Object.entries(values)) session = applySetting(session, name, value);
    const old =
      'v=1&s=q1YKUbKy0FHKSaxMLSpWslIycTYtNtJ1DDDSNTZyc1bSUcpWsjLRUcpTsjLUUcovKMnMzaxKLQIqTExJzAVKJyWWJGcAJQ1qAQ';
    expect(decodeLink(old)).toEqual({ session, problems: [] });
    expect(decodeLink('v=1')).toEqual({ session: defaultSession(), problems: [] });
  });

  it('lose no more than what was cut off', () => {
    const session = applySetting(applySetting(defaultSession(), 'dt', 1234), 'seed', 77);
    const link = encodeLink(applySetting(session, 'beta', 0.123456));
    const settings = link.slice(0, link.indexOf('&c='));
    const { session: read, problems } = decodeLink(settings.slice(0, -8));
    expect(read.encoding.stepDurationUs).toBe(1234);
    expect(problems.map(({ code }) => code)).toEqual(['link-changed', 'link-damaged']);
    expect(problems[1].message).toContain('could be read before the damage: dt');
  });

  it('survive what mail programs do to them, and say so', () => {
    const session = applySetting(defaultSession(), 'dt', 1234);
    const link = encodeLink(session);
    for (const damaged of [link.replaceAll('&', '&amp;'), `${link}.`, `${link})`]) {
      const { session: read, problems } = decodeLink(damaged);
      expect(read).toEqual(session);
      expect(problems.map(({ code }) => code)).toEqual(['link-trimmed']);
    }
  });

  it('keep the settings where only the shared results are damaged', () => {
    const session = applySetting(defaultSession(), 'dt', 1234);
    const link = encodeLink(session, run);
    const at = link.indexOf('&r=') + 40;
    const damaged = `${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`;
    const decoded = decodeLink(damaged);
    expect(decoded.session).toEqual(session);
    expect(decoded.problems.length).toBeGreaterThan(0);
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
