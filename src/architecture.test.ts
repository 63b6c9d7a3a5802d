import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeKernel } from './gpu/kernelReflection.ts';

/**
 * Which folder of src may import which, from top to bottom. `gpu/types` stands for `import type` from gpu, and a path
 * with a file name for that file alone. Tests may import `testing` besides, and modules of Node and test packages.
 */
const MAY_IMPORT: Record<string, string[]> = {
  core: [],
  reference: ['core'],
  gpu: ['core/errors.ts'],
  // Besides types, the two files of gpu that only read shader text.
  kernels: ['core', 'gpu/types', 'gpu/kernelReflection.ts', 'gpu/structLayout.ts'],
  storage: ['core'],
  trainer: ['core', 'kernels', 'gpu', 'storage'],
  data: ['core', 'storage'],
  session: ['core', 'data', 'storage', 'trainer/messages.ts'],
  ui: ['session', 'core'],
  // One file that becomes the whole service worker.
  offline: [],
  cli: ['session', 'trainer', 'data', 'core'],
  testing: ['core', 'reference'],
  // Wiring: the only place where all parts meet.
  'main.tsx': ['ui', 'session', 'data', 'trainer', 'storage', 'core'],
};

const SOURCE = import.meta.dirname;
const ROOT = join(SOURCE, '..');

interface ImportStatement {
  /** Importing file, relative to src, '/' separated. */
  from: string;
  /** Imported file, relative to src; it may lie outside (../shaders/x.wgsl). */
  to: string;
  typeOnly: boolean;
}

function filesUnder(folder: string, ending: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => ending.test(path))
    .sort();
}

// Static imports and exports with a source, bare imports, dynamic imports, and workers (new URL('./x.ts', ...)).
const FORMS = [
  /^\s*(?:import|export)\s+(type\s)?[^'";]*?\sfrom\s+'(\.[^']+)'/gm,
  /^\s*import\s+()'(\.[^']+)'/gm,
  /\bimport\(\s*()'(\.[^']+)'/g,
  /\bnew URL\(\s*()'(\.[^']+\.tsx?)'/g,
];

// At line starts only: a glob in a string may look like the beginning of a comment.
const COMMENTS = /^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*$)/gm;

/** Every import of another file in a source text. Packages are not listed. */
function importsOf(from: string, text: string): ImportStatement[] {
  const code = text.replace(COMMENTS, '');
  return FORMS.flatMap((form) =>
    [...code.matchAll(form)].map(([, type, path]) => ({
      from,
      to: relative('/src', join('/src', dirname(from), path.replace(/\?.*$/, '')))
        .split(sep)
        .join('/'),
      typeOnly: type !== undefined && type !== '',
    })),
  );
}

const isTest = (path: string) => /\.test\.tsx?$|\/testSupport\.ts$/.test(path);

/** The row of the table that a file belongs to: its folder, or its name for files of src itself. */
const partOf = (path: string) => path.split('/')[0];

/** What is wrong with an import, as a sentence; '' where it is allowed. */
function judge({ from, to, typeOnly }: ImportStatement): string {
  const part = partOf(from);
  // shaders/*.wgsl belong to the kernels; everything else outside src is no part of the product.
  if (to.startsWith('../')) {
    if (isTest(from) || (part === 'kernels' && to.startsWith('../shaders/'))) return '';
    return `${from} imports ${to}, which lies outside src.`;
  }
  if (partOf(to) === part) return '';
  const allowed = MAY_IMPORT[part];
  if (!allowed) return `${from} lies in ${part}, which has no row in the import table.`;
  if (isTest(from) && partOf(to) === 'testing') return '';
  if (allowed.includes(partOf(to)) || allowed.includes(to)) return '';
  if (typeOnly && allowed.includes(`${partOf(to)}/types`)) return '';
  return `${from} imports ${to}; ${part} may import: ${allowed.join(', ') || 'nothing'}.`;
}

// This file holds import statements as text, which are its test cases.
const sources = filesUnder(SOURCE, /\.tsx?$/).filter((path) => path !== 'architecture.test.ts');
const imports = sources.flatMap((path) => importsOf(path, readFileSync(join(SOURCE, path), 'utf8')));

/** A cycle of files that import each other at run time, as `a -> b -> a`; '' where there is none. */
function findCycle(edges: ImportStatement[]): string {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of edges) {
    if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): string => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(' -> ');
    if (done.has(path)) return '';
    for (const to of next.get(path) ?? []) {
      const cycle = visit(to, [...trail, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return '';
  };
  for (const path of next.keys()) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return '';
}

describe('the import table', () => {
  it('holds for every import statement under src', () => {
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.map(judge).filter(Boolean)).toEqual([]);
  });

  it('has no cycles', () => {
    expect(findCycle(imports)).toBe('');
  });

  it('names files that exist', () => {
    const broken = imports.filter(({ to }) => !existsSync(join(SOURCE, to)));
    expect(broken.map(({ from, to }) => `${from} imports ${to}, which does not exist.`)).toEqual([]);
  });

  it.each([
    ['core/a.ts', "import { b } from './b.ts';", ''],
    [
      'core/a.ts',
      "import type { B } from '../data/b.ts';",
      'core/a.ts imports data/b.ts; core may import: nothing.',
    ],
    ['ui/A.tsx', "import { b } from '../session/b.ts';", ''],
    [
      'ui/A.tsx',
      "import { device } from '../gpu/device.ts';",
      'ui/A.tsx imports gpu/device.ts; ui may import: session, core.',
    ],
    ['ui/A.tsx', "const b = await import('../data/b.ts');", 'imports data/b.ts; ui may import'],
    ['session/a.ts', "export {\n  b,\n} from '../trainer/b.ts';", 'session/a.ts imports trainer/b.ts'],
    ['session/a.ts', "import type { M } from '../trainer/messages.ts';", ''],
    ['data/a.ts', "new Worker(new URL('../trainer/w.ts', import.meta.url));", 'imports trainer/w.ts'],
    ['kernels/a.ts', "import type { K } from '../gpu/kernelSpec.ts';", ''],
    ['kernels/a.ts', "import { d } from '../gpu/device.ts';", 'kernels/a.ts imports gpu/device.ts'],
    ['kernels/sources.ts', "import a from '../../shaders/a.wgsl?raw';", ''],
    ['ui/A.tsx', "import a from '../../shaders/a.wgsl?raw';", 'which lies outside src'],
    ['core/a.test.ts', "import { tape } from '../testing/tape.ts';", ''],
    ['core/a.ts', "import { tape } from '../testing/tape.ts';", 'core/a.ts imports testing/tape.ts'],
    ['extra/a.ts', "import { b } from '../core/b.ts';", 'has no row in the import table'],
  ])('judges %s: %s', (from, text, fault) => {
    const verdicts = importsOf(from, text).map(judge);
    expect(verdicts).toHaveLength(1);
    if (fault === '') expect(verdicts[0]).toBe('');
    else expect(verdicts[0]).toContain(fault);
  });

  it('reads no comments', () => {
    const text =
      "/**\n * new Worker(new URL('./w.ts', import.meta.url))\n */\n// import { a } from './a.ts';\n";
    expect(importsOf('core/b.ts', text)).toEqual([]);
    expect(importsOf('core/b.ts', `${text}import { c } from './c.ts';`)).toHaveLength(1);
  });

  it('finds a cycle, but none through types alone', () => {
    const edge = (from: string, to: string, typeOnly = false) => ({ from, to, typeOnly });
    expect(findCycle([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')])).toBe('b -> c -> b');
    expect(findCycle([edge('a', 'b'), edge('b', 'a', true)])).toBe('');
  });
});

describe('every shader', () => {
  const stems = filesUnder(join(ROOT, 'shaders'), /^[^/]+\.wgsl$/).map((path) => path.replace('.wgsl', ''));
  // Kernels that work on one equation together share a twin: each head names its own.
  const companions = (stem: string) => [
    /^\/\/ Twin\s+(\S+)$/m.exec(readFileSync(join(ROOT, 'shaders', `${stem}.wgsl`), 'utf8'))?.[1] ??
      `src/reference/${stem}.ts`,
    `e2e/kernels/${stem}.spec.ts`,
  ];

  it.each(stems)('%s is described by its own text: entry point, bindings, overrides, includes', (stem) => {
    const source = readFileSync(join(ROOT, 'shaders', `${stem}.wgsl`), 'utf8');
    const { includes, bindings } = describeKernel(stem, source);
    expect(bindings.length).toBeGreaterThan(0);
    expect(includes.filter((name) => !existsSync(join(ROOT, 'shaders', 'shared', `${name}.wgsl`)))).toEqual(
      [],
    );
  });

  it.each(stems)('%s has a float64 twin and a spec that compares them', (stem) => {
    expect(companions(stem).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
