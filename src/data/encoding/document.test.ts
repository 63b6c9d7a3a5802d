import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BINNING_RULES, ENCODING_LIMITS, POLARITY_RULES, REDUCTIONS } from './settings.ts';

const document = readFileSync(resolve(import.meta.dirname, '../../../docs/encoding.md'), 'utf8');

/** Cells of the rows of the table whose header begins with `header`, without marks. */
function tableRows(header: string): string[][] {
  const lines = document.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  const rows = lines.slice(start + 2);
  return rows.slice(0, rows.indexOf('')).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replace(/[`,]/g, '').trim()),
  );
}

describe('docs/encoding.md', () => {
  it('has every rule, and no other', () => {
    expect(tableRows('rule').map(([rule]) => rule.split(' ')[0])).toEqual([...BINNING_RULES]);
    expect(tableRows('reduction').map(([rule]) => rule)).toEqual([...REDUCTIONS]);
    for (const rule of POLARITY_RULES) expect(document).toContain(`*${rule}*:`);
  });

  it('has the range of every setting', () => {
    const documented = tableRows('encoding setting').map(([name, from, to]) => [
      name,
      from === '' ? Number(to) : { low: Number(from), high: Number(to) },
    ]);
    expect(Object.fromEntries(documented)).toEqual(ENCODING_LIMITS);
  });
});
