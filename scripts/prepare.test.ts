import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAtLeast, missingPackages } from './prepare.mjs';
import { ROOT } from './process.mjs';

describe('preparation', () => {
  it.each([
    ['20.19.0', true],
    ['20.19.1', true],
    ['20.18.3', false],
    ['22.0.0', true],
    ['18.20.0', false],
    ['20', false],
  ])('compares Node %s with 20.19', (version, enough) => {
    expect(isAtLeast(version, '20.19')).toBe(enough);
  });

  const lock = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      'node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
      'node_modules/only-windows': { version: '1.0.0', integrity: 'sha512-w', optional: true },
    },
  };
  const a = lock.packages['node_modules/a'];
  const b = lock.packages['node_modules/b'];

  it('asks for nothing when everything is there', () => {
    const installed = { packages: { 'node_modules/a': a, 'node_modules/b': b } };
    expect(missingPackages(lock, installed)).toEqual([]);
  });

  it('names every package before the first installation', () => {
    expect(missingPackages(lock, null)).toEqual(['node_modules/a', 'node_modules/b']);
  });

  it('names a package of another version or another content', () => {
    const older = { packages: { 'node_modules/a': { ...a, version: '0.9.0' }, 'node_modules/b': b } };
    expect(missingPackages(lock, older)).toEqual(['node_modules/a']);
    const other = { packages: { 'node_modules/a': a, 'node_modules/b': { ...b, integrity: 'sha512-x' } } };
    expect(missingPackages(lock, other)).toEqual(['node_modules/b']);
  });

  // A registry that lacks the builds for other systems leaves them out of the lock without a word, and `npm ci` then
  // refuses it everywhere. They need not be installable where the lock is written, only be listed.
  it('finds every package of every system in the lock', () => {
    const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const unlisted = Object.entries(packages).flatMap(([folder, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`${folder}/node_modules/${name}`] && !packages[`node_modules/${name}`],
      ),
    );
    expect(unlisted).toEqual([]);
  });
});
