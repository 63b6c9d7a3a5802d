import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './process.mjs';

const documents = [
  ...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

describe.each(documents)('%s', (file) => {
  it('names only commands that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = [...textOf(file).matchAll(/\bnpm run ([\w:]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names only files and folders that exist', () => {
    // In backticks from the root of the repository, unless a part is left open: `src/data/formats/<name>/`.
    const inText = [...textOf(file).matchAll(/`((?:src|docs|e2e|shaders|scripts|public)\/[\w/.-]+)`/g)];
    const links = [...textOf(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)];
    const paths = [...inText.map(([, path]) => path), ...links.map(([, path]) => join(dirname(file), path))];
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
