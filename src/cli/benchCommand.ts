import { AppError } from '../core/errors.ts';
import { KERNEL_VARIANTS } from '../core/plan/kernelVariants.ts';
import { boundOf } from '../session/speed/roofline.ts';
import type { AdapterLimits, KernelReport } from '../trainer/messages.ts';
import type { PassProfile } from '../trainer/passProfile.ts';
import { readArguments, readInteger, readPrecision, readVariant } from './arguments.ts';
import { WORKLOAD_A_FIRST_LOSS, WORKLOAD_STEPS } from './bench/workload.ts';
import type { CommandHost } from './host.ts';
import type { SoakMark } from './pageApi.ts';

const USAGE =
  'npm run bench -- [--workload A] [--k K] [--n N] [--batch B] [--steps T] [--rounds R] [--inference] [--profile] ' +
  `[--variant auto|${KERNEL_VARIANTS.join('|')}] [--precision f32|f16] [--soak ITERATIONS]`;
const LAYERS = 4;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A pass with what it reaches, and what bounds it: operations as if every input fired, so that a kernel that skips zeros may exceed the adapter. */
function withRates(pass: PassProfile, limits: AdapterLimits | null) {
  const seconds = pass.ms / 1000;
  const bound = limits && boundOf(pass, limits);
  return {
    ...pass,
    gigabytesPerSecond: seconds > 0 ? pass.bytes / seconds / 1e9 : 0,
    denseGigaOperationsPerSecond: seconds > 0 ? pass.denseOperations / seconds / 1e9 : 0,
    ...(bound && { boundBy: bound.by, shareOfLimit: bound.share }),
  };
}

/** `copy 2.1 GB/s (16 MiB), product 3.2 GFLOP/s (512 x 512)` */
function rooflineText({
  bytesPerSecond,
  operationsPerSecond,
  copyBytes,
  productRows,
}: AdapterLimits): string {
  const rate = (perSecond: number) => (perSecond / 1e9).toPrecision(3);
  return (
    `copy ${rate(bytesPerSecond)} GB/s (${copyBytes / 2 ** 20} MiB), ` +
    `product ${rate(operationsPerSecond)} GFLOP/s (${productRows} x ${productRows})`
  );
}

/** Milliseconds per layer: of its neurons, its weights and their update. */
function perLayer(passes: readonly PassProfile[]): Record<string, number> {
  const layers: Record<string, number> = {};
  for (const { label, ms } of passes) {
    const stage = label.slice(label.indexOf('/') + 1);
    layers[stage] = (layers[stage] ?? 0) + ms;
  }
  return layers;
}

/** `conv2: word-sparse, 3.1x`: the variant, and how many times faster it is than the slowest that was measured. */
function variantText({ kind, layer, variant, ratio }: KernelReport['layers'][number]): string {
  const name = variant.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const place = { forward: layer, backward: `${layer} errors`, weightGradient: `${layer} gradients` }[kind];
  return `${place}: ${name}${ratio !== null && ratio > 1 ? `, ${ratio.toFixed(1)}x` : ''}`;
}

/** The last mark over the first one: 1 where nothing has grown. Processor time: the medians of a quarter of the marks at either end. */
function soakGrowth(marks: readonly SoakMark[]): Record<string, number> {
  const first = marks[0];
  const last = marks.at(-1);
  if (!first || !last) return {};
  const costs = marks.slice(1).map(({ gpuSeconds }, i) => gpuSeconds - marks[i].gpuSeconds);
  const quarter = Math.max(1, costs.length >> 2);
  return {
    liveBytes: last.liveBytes / first.liveBytes,
    heapBytes: last.heapBytes / first.heapBytes,
    msPerIteration: last.msPerIteration / first.msPerIteration,
    gpuSeconds: median(costs.slice(-quarter)) / median(costs.slice(0, quarter)),
  };
}

/**
 * `npm run bench`: times iterations of workload A (input [20][B][2][34][34], or more steps; LeNet with biases) and prints JSON.
 * @returns 1 when the first loss of the standard setting is not what every correct implementation finds.
 */
export async function benchCommand(args: string[], host: CommandHost): Promise<number> {
  const { values } = readArguments(
    args,
    {
      workload: { type: 'string', default: 'A' },
      steps: { type: 'string', default: String(WORKLOAD_STEPS) },
      k: { type: 'string' },
      n: { type: 'string', default: String(LAYERS) },
      batch: { type: 'string', default: '16' },
      rounds: { type: 'string', default: '5' },
      inference: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      variant: { type: 'string' },
      precision: { type: 'string', default: 'f32' },
      soak: { type: 'string', default: '0' },
    },
    USAGE,
  );
  if (values.workload !== 'A') {
    throw new AppError('arguments-invalid', `There is no workload ${values.workload}.`, `Usage: ${USAGE}`);
  }
  const stepCount = readInteger('steps', values.steps, 1, 1000);
  const request = {
    stepCount,
    truncationInterval: readInteger('k', values.k ?? values.steps, 1, stepCount),
    blockSize: readInteger('n', values.n, 1, LAYERS),
    batchSize: readInteger('batch', values.batch, 1, 4096),
    rounds: readInteger('rounds', values.rounds, 1, 1000),
    inferenceOnly: values.inference,
    profile: values.profile,
    variant: values.variant === 'auto' ? ('auto' as const) : readVariant(values.variant, USAGE),
    precision: readPrecision(values.precision, USAGE),
    soak: readInteger('soak', values.soak, 0, 1_000_000),
  };
  const page = await host.openPage();
  const soak: SoakMark[] = [];
  const outcome = await page.call('bench', request, async (event) => {
    if (event.type !== 'soakMark') return;
    soak.push({ ...event.mark, ...(await page.measure()) });
    host.progress(
      event.mark.iteration / request.soak,
      `iterations of the soak, ${event.mark.iteration} done`,
    );
  });
  const { timesMs, peakBytes, dispatches, submits, passes, limits, kernels, ...rest } = outcome;
  const middle = median(timesMs);
  const report = {
    workload: 'A',
    ...request,
    msPerIteration: { median: middle, min: Math.min(...timesMs), max: Math.max(...timesMs) },
    samplesPerSecond: (1000 * request.batchSize) / middle,
    peakBytes,
    dispatchesPerIteration: dispatches,
    submitsPerIteration: submits,
    variant: kernels.map(variantText).join(', '),
    ...rest,
    ...(limits && { roofline: rooflineText(limits) }),
    ...(request.profile
      ? { passes: passes.map((pass) => withRates(pass, limits)), layers: perLayer(passes) }
      : {}),
    ...(request.soak > 0 ? { soak, soakGrowth: soakGrowth(soak) } : {}),
  };
  host.print(`${JSON.stringify(report, null, 2)}\n`);
  // Rounded weights give another loss.
  const isStandard =
    request.stepCount === WORKLOAD_STEPS &&
    request.truncationInterval === WORKLOAD_STEPS &&
    request.blockSize === LAYERS &&
    request.batchSize === 16 &&
    request.precision !== 'f16';
  if (isStandard && Math.abs(outcome.loss - WORKLOAD_A_FIRST_LOSS) > 1e-6) {
    host.note(
      `The first loss is ${outcome.loss}, every correct implementation finds ${WORKLOAD_A_FIRST_LOSS}.`,
    );
    return 1;
  }
  return 0;
}
