import { parseArgs } from 'node:util';
import { AppError } from '../core/errors.ts';
import { KERNEL_VARIANTS, type KernelVariant } from '../core/plan/kernelVariants.ts';
import type { WeightPrecision } from '../core/trainingConfig.ts';

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/**
 * Reads a command line strictly.
 * @param usage One line that shows the command, for the hint.
 * @throws AppError `arguments-invalid` saying which argument is wrong.
 */
export function readArguments<const Known extends Options>(args: string[], options: Known, usage: string) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // Node's own text says which argument and why; its first sentence is the useful one.
    const message = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new AppError('arguments-invalid', `${message}.`, `Usage: ${usage}`);
  }
}

/** @throws AppError `arguments-invalid` unless the text is a whole number from `low` to `high`. */
export function readInteger(option: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
    throw new AppError(
      'arguments-invalid',
      `--${option} is ${text || 'empty'}, allowed is ${low} to ${high}.`,
      `Give a whole number, for example --${option} ${low}.`,
    );
  }
  return value;
}

/** @throws AppError `arguments-invalid` unless the text is f32 or f16, or absent. */
export function readPrecision(text: string | undefined, usage: string): WeightPrecision | undefined {
  if (text === undefined || text === 'f32' || text === 'f16') return text;
  throw new AppError('arguments-invalid', `--precision is ${text}, allowed is f32, f16.`, `Usage: ${usage}`);
}

/** @throws AppError `arguments-invalid` unless the text names a kernel's variant, or is absent. */
export function readVariant(text: string | undefined, usage: string): KernelVariant | undefined {
  if (text === undefined) return undefined;
  const variant = KERNEL_VARIANTS.find((name) => name === text);
  if (variant) return variant;
  throw new AppError(
    'arguments-invalid',
    `There is no variant ${text}; there are ${KERNEL_VARIANTS.join(', ')}.`,
    `Usage: ${usage}`,
  );
}
