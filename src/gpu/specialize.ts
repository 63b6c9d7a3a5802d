import { AppError } from '../core/errors.ts';

const LOOP = /^(\s*)for \(var (\w+) = 0u; \2 < ([\w *+]+); \2\+\+\) \{ \/\/ unroll( sum)?$/;
const ADDITION = /^(\s*)(.+?) \+= (.+);$/;
const OVERRIDE = /^override (\w+): u32 = (\d+)u;/gm;

/** Whether a kernel's text asks for a variant of its own per set of overrides. */
export function isSpecialized(code: string): boolean {
  return /\{ \/\/ unroll/m.test(code);
}

/**
 * The text of one variant of a kernel that has loops marked `// unroll`: overrides become constants, so that they may size
 * arrays, and each marked loop is written out. WGSL has no unrolling of its own, and an array stays in registers only where
 * every index is a constant.
 *
 * A marked loop reads `for (var i = 0u; i < COUNT; i++) { // unroll`, its bound sums and products of overrides and
 * numbers; its closing brace stands alone at the same indent; it contains no break and no continue. Marked `// unroll sum`, it
 * holds one addition to a variable, `to += term;`, and becomes one statement: setting a variable is what costs on a software
 * adapter, which blends old and new by lane. Its term must bind tighter than `+`.
 * @throws AppError `wgsl-kernel` when a marked loop is not of this form.
 */
export function specializeKernel(code: string, overrides: Readonly<Record<string, number>>): string {
  const constants = new Map<string, number>();
  const text = code.replace(OVERRIDE, (_, name: string, standard: string) => {
    const value = overrides[name] ?? Number(standard);
    constants.set(name, value);
    return `const ${name}: u32 = ${value}u;`;
  });
  const lines = unrollLines(text.split('\n'), constants);
  const left = lines.find((line) => /\/\/ unroll( sum)?$/.test(line));
  if (left !== undefined) fail(`a loop marked for unrolling has another form: ${left.trim()}`);
  return lines.join('\n');
}

function unrollLines(lines: readonly string[], constants: ReadonlyMap<string, number>): string[] {
  const result: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent, name, bound, sum] = lines[at].match(LOOP) ?? [];
    if (name === undefined) {
      result.push(lines[at]);
      continue;
    }
    const end = lines.indexOf(`${indent}}`, at);
    if (end < 0) fail(`the loop over ${name} has no closing brace at its own indent.`);
    if (sum !== undefined) {
      result.push(sumLine(lines.slice(at + 1, end), name, boundOf(bound, constants)));
      at = end;
      continue;
    }
    const body = unrollLines(lines.slice(at + 1, end), constants);
    for (let i = 0; i < boundOf(bound, constants); i++) {
      result.push(`${indent}{`, `${indent}  const ${name} = ${i}u;`, ...body, `${indent}}`);
    }
    at = end;
  }
  return result;
}

/** `to += term;` as one statement that adds the terms in order. */
function sumLine(body: readonly string[], name: string, count: number): string {
  const [, indent, to, term] = (body.length === 1 && body[0].match(ADDITION)) || [];
  if (to === undefined)
    fail(`a loop marked as a sum holds other than one addition: ${body.join(' ').trim()}`);
  const terms = Array.from({ length: count }, (_, i) =>
    term.replace(new RegExp(`\\b${name}\\b`, 'g'), `${i}u`),
  );
  return count === 0 ? '' : `${indent}${to} = ${[to, ...terms].join(' + ')};`;
}

/** Sums of products of constants and numbers. */
function boundOf(expression: string, constants: ReadonlyMap<string, number>): number {
  return expression
    .split('+')
    .map((product) =>
      product
        .split('*')
        .map((factor) => {
          const name = factor.trim();
          const value = constants.get(name) ?? Number(name.replace(/u$/, ''));
          if (!Number.isInteger(value)) fail(`the bound ${expression} names ${name}, which is no override.`);
          return value;
        })
        .reduce((a, b) => a * b),
    )
    .reduce((a, b) => a + b);
}

function fail(what: string): never {
  throw new AppError(
    'wgsl-kernel',
    `Unrolling: ${what}`,
    'See shaders/README.md for the form of such loops.',
  );
}
