import { INSTRUCTIONS, LOOP_BUDGET } from './loopBudget.ts';

/**
 * The kernels that can find a layer's weight gradients. All of them add the same products in the same order wherever there is a
 * choice, so that which one runs changes no bit of the result.
 *
 * `positions` asks at every position which inputs are set; it serves every layer. `spikes` goes through the spikes of every
 * input channel: its cost follows how much fires. `masks` takes whole short rows, whatever fires;
 * with `quadMasks` the invocations of a quad share the gamma that they load.
 */
export const WEIGHT_GRADIENT_VARIANTS = ['positions', 'spikes', 'masks', 'quadMasks'] as const;
export type WeightGradientVariant = (typeof WEIGHT_GRADIENT_VARIANTS)[number];

const KERNELS: Record<WeightGradientVariant, string> = {
  positions: 'weightGrad',
  spikes: 'weightGradSpikes',
  masks: 'weightGradMasks',
  quadMasks: 'weightGradQuads',
};

/** What decides which variants serve a layer, and in what form: its window and what it reads. */
export interface GradientShape {
  kernelHeight: number;
  kernelWidth: number;
  stride: number;
  padding: number;
  inChannels: number;
  inHeight: number;
  inWidth: number;
  outHeight: number;
  outWidth: number;
  inPlanes: number;
  /** Value of one count. */
  inScale: number;
  isFrames: boolean;
}

/** Input channels: with more, a word of `positions` holds little else than the bits of one position. */
const MAX_CHANNELS = 8;
/**
 * Sums (vectors) that one invocation of `spikes` keeps, each with a load of its own. With 25 the loop over spikes outgrew what a
 * processor keeps decoded and took a quarter longer than two of 15; 49 took 20 s to compile.
 */
const MAX_SUMS = 15;
/** Bits of a frame that f32 counts with room for a half. */
const MAX_FRAME_BITS = 2 ** 20;
/** Additions of vectors that one invocation of `masks` has written out: more would take long to compile. */
const MAX_ADDITIONS = 340;
/** Columns whose gamma `masks` keeps at hand. */
const MAX_ROW = 16;

/** One plane worth a power of 2: a sum may then be scaled as a whole, to the same bits. */
function scalesExactly({ inPlanes, inScale }: GradientShape): boolean {
  return inPlanes === 1 && Number.isInteger(Math.log2(inScale));
}

/** Whether a variant can run a layer. */
export function servesWeightGradient(variant: WeightGradientVariant, shape: GradientShape): boolean {
  if (variant === 'positions') return true;
  const { kernelWidth, stride, inChannels, inHeight, inWidth, outWidth } = shape;
  // Several positions per row: else every spike meets one position, and `positions` reads it with its whole word.
  if (shape.isFrames || stride !== 1 || outWidth === 1 || inChannels > MAX_CHANNELS) return false;
  if (variant === 'spikes')
    return kernelWidth <= MAX_SUMS && inHeight * inWidth * inChannels < MAX_FRAME_BITS;
  return scalesExactly(shape) && outWidth <= MAX_ROW && kernelWidth * outWidth <= MAX_ADDITIONS;
}

/** The variant for a layer that asks for none: the fastest on most adapters at the densities of most layers. */
function standardWeightGradient(shape: GradientShape): WeightGradientVariant {
  return servesWeightGradient('spikes', shape) ? 'spikes' : 'positions';
}

/** The variant that was asked for, where it serves the layer and gives the same bits as the standard one. */
export function chooseWeightGradient(
  asked: WeightGradientVariant | undefined,
  shape: GradientShape,
): WeightGradientVariant {
  if (asked && scalesExactly(shape) && servesWeightGradient(asked, shape)) return asked;
  return standardWeightGradient(shape);
}

/**
 * Kernel and overrides of a variant for a layer that it serves.
 * @returns `perVector`: invocations per vector of output channels and group of samples.
 */
export function weightGradientKernel(
  variant: WeightGradientVariant,
  shape: GradientShape,
  hasBias: boolean,
): { kernel: string; overrides: Record<string, number>; perVector: number } {
  const { kernelHeight: KERNEL_HEIGHT, kernelWidth: KERNEL_WIDTH, inChannels: CHANNELS } = shape;
  const kernel = KERNELS[variant];
  if (variant === 'spikes') {
    const SCALED = scalesExactly(shape) ? 0 : 1;
    const groups = Math.ceil(KERNEL_HEIGHT / Math.floor(MAX_SUMS / KERNEL_WIDTH));
    const ROWS = Math.ceil(KERNEL_HEIGHT / groups);
    const overrides = { KERNEL_HEIGHT, ROWS, KERNEL_WIDTH, CHANNELS, PLANES: shape.inPlanes, SCALED };
    return { kernel, overrides, perVector: Math.ceil(KERNEL_HEIGHT / ROWS) * CHANNELS + (hasBias ? 1 : 0) };
  }
  if (variant === 'masks') {
    const { inWidth: IN_WIDTH, outWidth: OUT_WIDTH, padding: PADDING } = shape;
    const GROUP = largestDivisor(CHANNELS, Math.floor(MAX_ADDITIONS / (KERNEL_WIDTH * OUT_WIDTH)));
    const WORDS = Math.ceil(((IN_WIDTH - 1) * CHANNELS + GROUP) / 32);
    const overrides = { KERNEL_WIDTH, CHANNELS, GROUP, IN_WIDTH, OUT_WIDTH, PADDING, WORDS };
    return { kernel, overrides, perVector: (KERNEL_HEIGHT * CHANNELS) / GROUP };
  }
  if (variant === 'quadMasks') {
    const overrides = quadGroup(shape);
    const shares = (KERNEL_HEIGHT * CHANNELS) / overrides.GROUP;
    return { kernel, overrides, perVector: 4 * Math.ceil(shares / 4) + (hasBias ? 1 : 0) };
  }
  const SYNAPSE = shape.isFrames ? 1 : 0;
  const words = KERNEL_HEIGHT * Math.ceil((KERNEL_WIDTH * CHANNELS) / 32);
  const ONE_POSITION = !shape.isFrames && shape.outHeight * shape.outWidth === 1 ? 1 : 0;
  const overrides = { SYNAPSE, EVENTS: 1 - SYNAPSE, ONE_POSITION, SEVERAL: 1 - ONE_POSITION };
  return { kernel, overrides, perVector: words + (hasBias ? 1 : 0) };
}

/** Input channels of one invocation of `quadMasks`: what takes the fewest instructions in all. */
function quadGroup(shape: GradientShape) {
  const { kernelHeight: KERNEL_HEIGHT, kernelWidth: KERNEL_WIDTH, inChannels: CHANNELS } = shape;
  const { inWidth: IN_WIDTH, outWidth: OUT_WIDTH, padding: PADDING } = shape;
  const LOADS = Math.ceil(OUT_WIDTH / 4);
  const { vectorLoad, scalarLoad, quadBroadcast, mask, maskedVector, set } = INSTRUCTIONS;
  const forms = Array.from({ length: CHANNELS }, (_, i) => CHANNELS - i)
    .filter((GROUP) => CHANNELS % GROUP === 0)
    .map((GROUP) => {
      const WORDS = Math.ceil(((IN_WIDTH - 1) * CHANNELS + GROUP) / 32);
      const body =
        LOADS * vectorLoad +
        OUT_WIDTH * quadBroadcast +
        (WORDS + 1) * scalarLoad +
        GROUP * (IN_WIDTH * mask + KERNEL_WIDTH * (OUT_WIDTH * maskedVector + 4 * set));
      const quads = Math.ceil((KERNEL_HEIGHT * CHANNELS) / GROUP / 4);
      return { GROUP, WORDS, body, instructions: quads * body };
    });
  const short = forms.filter(({ body }) => body <= LOOP_BUDGET);
  const least = (short.length > 0 ? short : forms.slice(-1)).reduce((a, b) =>
    b.instructions < a.instructions ? b : a,
  );
  const { GROUP, WORDS } = least;
  return { KERNEL_HEIGHT, KERNEL_WIDTH, CHANNELS, GROUP, IN_WIDTH, OUT_WIDTH, LOADS, PADDING, WORDS };
}

/** The largest divisor of a count that is at most `most`. */
function largestDivisor(count: number, most: number): number {
  let divisor = Math.min(count, most);
  while (count % divisor !== 0) divisor--;
  return divisor;
}

/** The variant that a kernel is; null for kernels of other work. */
export function gradientVariantOfKernel(kernel: string): WeightGradientVariant | null {
  return WEIGHT_GRADIENT_VARIANTS.find((variant) => KERNELS[variant] === kernel) ?? null;
}
