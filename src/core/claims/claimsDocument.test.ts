import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CLAIMS, judgeClaims, neededData } from './claims.ts';
import { VERDICT_WORDS } from './verdicts.ts';

const PATH = fileURLToPath(new URL('../../../docs/claims.md', import.meta.url));
const document = readFileSync(PATH, 'utf8');

const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;

function modelRows(): string {
  const rows = judgeClaims().flatMap(({ number, where, parts }) =>
    parts
      .filter(({ kind }) => kind !== 'runs')
      .map(({ text, stated, found, verdict, explanation }) =>
        row(number, text, where, stated, found, `**${VERDICT_WORDS[verdict]}**`, explanation),
      ),
  );
  return [
    row('claim', 'statement', 'where', 'stated', 'found', 'verdict', 'what it is worth'),
    '|--:|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function runRows(): string {
  const rows = CLAIMS.flatMap(({ number, where, parts }) =>
    parts.flatMap((part) =>
      part.kind === 'runs'
        ? [row(number, part.text, where, part.stated, neededData(part), part.needs.sweeps.join(', '))]
        : [],
    ),
  );
  return [
    row('claim', 'statement', 'where', 'stated', 'data', 'sweeps'),
    '|--:|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The document with what stands between a pair of marks replaced. */
function withSection(text: string, name: string, body: string): string {
  const start = `<!-- generated: ${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`docs/claims.md has no section ${name}.`);
  return `${text.slice(0, from)}${start}\n\n${body}\n\n${text.slice(to)}`;
}

it('docs/claims.md has the verdicts that the checks give, and explains each kind', async () => {
  const expected = Object.entries({ model: modelRows(), runs: runRows() }).reduce(
    (text, [name, body]) => withSection(text, name, body),
    document,
  );
  await expect(expected).toMatchFileSnapshot(PATH);
  for (const words of Object.values(VERDICT_WORDS)) expect(document).toContain(`| ${words} |`);
});
