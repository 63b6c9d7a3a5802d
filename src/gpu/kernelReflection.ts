import { AppError } from '../core/errors.ts';

/** A storage binding of group 1, as the WGSL text declares it. */
export interface KernelBinding {
  name: string;
  binding: number;
  access: 'read' | 'read_write';
}

/** A shared file that another one stands in for where an override is 1. */
export interface IncludeChoice {
  include: string;
  override: string;
  instead: string;
}

/** What the project needs to know of a kernel; all of it read from its text. */
export interface KernelDescription {
  name: string;
  /** Shared files, from the head comment's `Includes` line: `a, b, c (OVERRIDE: d)`. */
  includes: string[];
  /** Of the includes those that have a stand-in: text that an override of the pipeline chooses, as WGSL itself cannot. */
  includeChoices: IncludeChoice[];
  /** Group 1 in binding order. */
  bindings: KernelBinding[];
  overrides: string[];
}

const INCLUDE = /^(\w+)(?: \((\w+): (\w+)\))?$/;

/** Every device has this many storage buffers per shader stage. */
export const MAX_STORAGE_BINDINGS = 8;

/**
 * Reads a kernel's bindings, overrides and includes from its text. The text is the only place that states them.
 * @throws AppError `wgsl-kernel` when bindings have gaps, are too many, or the entry point is not the kernel's name.
 */
export function describeKernel(name: string, source: string): KernelDescription {
  const fail = (what: string): never => {
    throw new AppError(
      'wgsl-kernel',
      `${name}.wgsl: ${what}`,
      'See shaders/README.md for the rules of a kernel file.',
    );
  };
  const bindings = [
    ...source.matchAll(/@group\(1\)\s*@binding\((\d+)\)\s*var<storage,\s*(read_write|read)>\s*(\w+)\s*:/g),
  ].map(([, binding, access, bindingName]) => ({
    name: bindingName,
    binding: Number(binding),
    access: access as KernelBinding['access'],
  }));
  bindings.sort((a, b) => a.binding - b.binding);
  for (const [index, { binding }] of bindings.entries()) {
    if (binding !== index) fail(`bindings of group 1 must be 0, 1, 2, ... without gaps, found ${binding}.`);
  }
  if (bindings.length > MAX_STORAGE_BINDINGS) {
    fail(`${bindings.length} storage bindings, but every device has only ${MAX_STORAGE_BINDINGS}.`);
  }
  if (!new RegExp(`fn\\s+${name}\\s*\\(`).test(source)) fail(`no entry point ${name}.`);
  const listed = (source.match(/^\/\/ Includes\s+(.+)$/m)?.[1].split(',') ?? []).map((entry) => {
    const [, include, override, instead] = entry.trim().match(INCLUDE) ?? fail(`cannot include ${entry}.`);
    return { include, override, instead };
  });
  const includes = listed.map(({ include }) => include);
  const includeChoices = listed.filter(({ override }) => override !== undefined);
  const overrides = [...source.matchAll(/^override\s+(\w+)\s*:/gm)].map(([, override]) => override);
  return { name, includes, includeChoices, bindings, overrides };
}

/**
 * Kernel text first, then its includes: the kernel's line numbers stay true in compiler messages.
 * @param overrides Those that are 1 choose between includes.
 */
export function composeKernel(
  description: KernelDescription,
  source: string,
  shared: Readonly<Record<string, string>>,
  overrides: Readonly<Record<string, number>> = {},
): string {
  const parts = description.includes.map((first) => {
    const choice = description.includeChoices.find(
      ({ include, override }) => include === first && overrides[override] === 1,
    );
    const include = choice?.instead ?? first;
    const text = shared[include];
    if (text === undefined) {
      throw new AppError(
        'wgsl-kernel',
        `${description.name}.wgsl includes ${include}, which does not exist.`,
        'Check the Includes line.',
      );
    }
    return `\n// ---- shared/${include}.wgsl\n${text}`;
  });
  return source + parts.join('');
}
