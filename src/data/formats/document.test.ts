import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMPORT_LIMITS } from '../limits.ts';
import { HEAD_BYTES } from './detectFormat.ts';
import { FORMATS } from './index.ts';
import { KNOWN_SENSORS } from './sensors.ts';

/** src/data, to which the paths in the document are relative. */
const DATA = resolve(import.meta.dirname, '..');
const document = readFileSync(resolve(DATA, '../../docs/formats.md'), 'utf8');

/** Cells of the rows of the table whose header begins with `header`. */
function tableRows(header: string): string[][] {
  const lines = document.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  if (start < 0) throw new Error(`docs/formats.md has no table "${header}".`);
  const rows = lines.slice(start + 2);
  const stop = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, stop < 0 ? rows.length : stop).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const unquoted = (cell: string) => cell.replace(/[`*]/g, '');

const UNITS: Record<string, number> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `16 MiB`, `250,000` */
function numberIn(cell: string): number {
  const [digits, unit] = cell.split(' ');
  return Number(digits.replaceAll(',', '')) * (unit === undefined ? 1 : UNITS[unit]);
}

/** Value of `1 << 30`, `2 ** 31`, `250_000` in source text; NaN for anything else. */
function evaluate(expression: string): number {
  const match = /^(\d+)(?: (<<|\*\*) (\d+))?$/.exec(expression.replaceAll('_', ''));
  if (!match) return Number.NaN;
  const [base, operator, exponent] = [Number(match[1]), match[2], Number(match[3])];
  if (operator === undefined) return base;
  return operator === '**' ? base ** exponent : base << exponent;
}

/** Source files that an import runs through, paths relative to src/data. */
const sources = [
  ...['formats', 'containers', 'compression', 'encoding', 'import', 'frames', 'spikes'].flatMap((folder) =>
    readdirSync(resolve(DATA, folder), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}/${path.replaceAll('\\', '/')}`,
    ),
  ),
  ...['limits', 'collectEvents', 'importFiles', 'importData', 'inspect', 'encode'].map(
    (name) => `${name}.ts`,
  ),
]
  .filter((path) => path.endsWith('.ts') && !/[tT]est(Support)?\.ts$/.test(path))
  .map((path) => ({ path, text: readFileSync(resolve(DATA, path), 'utf8') }));

describe('docs/formats.md', () => {
  it('has every format, in the order in which they are asked, by its id and label', () => {
    const documented = tableRows('id | label').map(([id, label]) => [unquoted(id), label]);
    expect(documented).toEqual(FORMATS.map(({ id, label }) => [id, label]));
  });

  it('fills in every cell of a format that can be read', () => {
    const readable = tableRows('id | label').filter(([id]) => id !== '`prophesee-raw`');
    for (const cells of readable) {
      expect(cells, cells[0]).toHaveLength(7);
      expect(cells, cells[0]).not.toContain('');
    }
  });

  it('knows how much of a file is looked at and which sensors are inferred', () => {
    const prose = document.replace(/\s+/g, ' ');
    expect(prose).toContain(`its first ${HEAD_BYTES} bytes`);
    const sizes = KNOWN_SENSORS.map(({ width, height }) => `${width}x${height}`).join(', ');
    expect(prose).toContain(`none does: ${sizes}.`);
  });

  const limits = tableRows('limit | value').map(([what, value, place]) => {
    const [path, name] = unquoted(place).split(' ');
    return { what, value: numberIn(value), path, name };
  });

  it.each(limits)('$what', ({ value, path, name }) => {
    const text = sources.find((source) => source.path === path)?.text ?? '';
    const expression = new RegExp(`^(?:export const |const |  )${name}(?: =|:) ([^;,]+)[;,]`, 'm').exec(
      text,
    )?.[1];
    expect(value).toBe(evaluate(expression ?? ''));
  });

  it('leaves no limit out', () => {
    const documented = limits.map(({ path, name }) => `${path} ${name}`);
    const defined = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:export )?const (MAX_\w+) =/gm)].map(([, name]) => `${path} ${name}`),
    );
    const ofImports = Object.keys(IMPORT_LIMITS).map((name) => `limits.ts ${name}`);
    expect(documented.sort()).toEqual([...defined, ...ofImports].sort());
  });

  it('has every code that an import can end in, and no other', () => {
    const documented = tableRows('code').map(([code]) => unquoted(code));
    const thrown = new Set(
      sources.flatMap(({ text }) =>
        [
          ...text.matchAll(
            /(?:new AppError\(|refuse\(|report\(|\bcode:)\s*(?:[^,;{}]*?\?\s*)?'([a-z-]+)'(?:\s*:\s*'([a-z-]+)')?/g,
          ),
        ].flatMap(([, code, other]) => (other === undefined ? [code] : [code, other])),
      ),
    );
    expect(new Set(documented).size).toBe(documented.length);
    expect(documented.sort()).toEqual([...thrown].sort());
  });

  it('names no code in its text that its table does not have', () => {
    const inTable = new Set(tableRows('code').map(([code]) => unquoted(code)));
    const others = new Set<string>([...FORMATS.map(({ id }) => id)]);
    const named = [...document.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, name]) => name);
    expect(named.filter((name) => !inTable.has(name) && !others.has(name))).toEqual([]);
  });
});
