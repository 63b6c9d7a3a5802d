import { AppError } from '../core/errors.ts';
import { KERNEL_VARIANTS } from '../core/plan/kernelVariants.ts';
import { readArguments, readPrecision, readVariant } from './arguments.ts';
import type { CommandHost } from './host.ts';
import type { GoldenOutcome } from './pageApi.ts';

const USAGE = `npm run golden -- [--variant ${KERNEL_VARIANTS.join('|')}] [--precision f32|f16] <file or folder> [<file or folder> ...]`;

/** One line per case: its verdict and the worst error of every quantity. Exported for tests. */
export function goldenLine({ name, status, quantities, reason }: GoldenOutcome): string {
  const worst = quantities.map(({ quantity, relativeError, worst: share }) =>
    share === 0 ? `${quantity} exact` : `${quantity} ${relativeError.toExponential(1)}`,
  );
  const failures = quantities
    .filter((each) => each.worst > 1)
    .map(
      ({ quantity, worst: share, at }) =>
        `\n    ${quantity}: ${share.toPrecision(3)} times what is allowed at ${at}`,
    );
  const detail = [...worst, reason].filter(Boolean).join(', ');
  return `${status.padEnd(7)} ${name.padEnd(28)} ${detail}${failures.join('')}`;
}

/**
 * `npm run golden`: runs oracle cases (safetensors files) through the real GPU path. Prints a line per case with the
 * worst error of each quantity relative to its largest magnitude, then `N passed, N failed, N not yet`. With half precision the
 * cases fail where it changes more than f32 may: their lines then measure it.
 * @returns 1 when any case failed.
 */
export async function goldenCommand(args: string[], host: CommandHost): Promise<number> {
  const { positionals, values } = readArguments(
    args,
    { variant: { type: 'string' }, precision: { type: 'string' } },
    USAGE,
  );
  const variant = readVariant(values.variant, USAGE);
  const precision = readPrecision(values.precision, USAGE);
  const shared = (await Promise.all(positionals.map((path) => host.share(path)))).flat();
  const cases = shared.filter(({ path }) => path.endsWith('.safetensors'));
  if (cases.length === 0) {
    throw new AppError('arguments-invalid', 'No .safetensors file was named or found.', `Usage: ${USAGE}`);
  }
  const page = await host.openPage();
  const totals: Record<GoldenOutcome['status'], number> = { passed: 0, failed: 0, 'not yet': 0 };
  for (const [index, { path, url }] of cases.entries()) {
    const name = path.replace(/^.*\//, '').replace(/\.safetensors$/, '');
    host.progress(index / cases.length, `cases, now ${name}`);
    const outcome = await page.call('golden', {
      url,
      name,
      ...(variant && { variant }),
      ...(precision && { precision }),
    });
    totals[outcome.status]++;
    host.print(`${goldenLine(outcome)}\n`);
  }
  host.print(`${totals.passed} passed, ${totals.failed} failed, ${totals['not yet']} not yet\n`);
  return totals.failed > 0 ? 1 : 0;
}
