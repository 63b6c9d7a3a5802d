/**
 * The kernels that can run a layer's forward pass. All of them add the same products in the same order, so that which one
 * runs changes no bit of the result.
 *
 * `eventDriven` walks the input bits of every kernel row; it serves every layer. `wordSparse` gathers a small kernel's bits
 * into few words first. `dense` multiplies a weight with the bits of several steps at once. `subgroup` reads the words that
 * all channels of a position need once per subgroup; the adapter must offer subgroups.
 */
export const FORWARD_VARIANTS = ['eventDriven', 'wordSparse', 'dense', 'subgroup'] as const;
export type ForwardVariant = (typeof FORWARD_VARIANTS)[number];

const KERNELS: Record<ForwardVariant, string> = {
  eventDriven: 'lifForward',
  wordSparse: 'lifForwardWords',
  dense: 'lifForwardDense',
  subgroup: 'lifForwardSubgroup',
};

/** What decides which variants serve a layer: its window on bit planes. */
export interface SynapseShape {
  kernelHeight: number;
  kernelWidth: number;
  stride: number;
  padding: number;
  inChannels: number;
  outChannels: number;
  outWidth: number;
  inPlanes: number;
  isFrames: boolean;
  /** Vectors of 4 output channels of one buffer of weights. */
  vectors: number;
}

/** Words into which `wordSparse` gathers a kernel's bits: more would cost more to unroll than they save. */
const MAX_WORDS = 8;
/** Neurons whose bits are set together: see shared/spikeBits.wgsl. */
const MAX_BITS = 16;
/** Inputs of a neuron from which on `wordSparse` adds two spikes in a turn: with fewer, most turns would have one. */
const MANY_INPUTS = 64;
/** Currents (vectors) that `dense` keeps in registers. */
const MAX_CURRENTS = 20;

function vectorGroup(vectors: number): number {
  return vectors === 1 ? 1 : vectors <= 3 ? 2 : 4;
}

/** Whether a variant can run a layer. */
export function servesForward(variant: ForwardVariant, shape: SynapseShape): boolean {
  if (variant === 'eventDriven') return true;
  if (shape.isFrames) return false;
  return variant !== 'wordSparse' || (shape.inPlanes === 1 && words(shape).WORDS <= MAX_WORDS);
}

/** Invocations per sample of a kernel with these overrides. */
export function forwardInvocations(
  { VECTORS, POSITIONS = 1 }: Readonly<Record<string, number>>,
  { outHeight, outWidth, vectors }: { outHeight: number; outWidth: number; vectors: number },
): number {
  return outHeight * Math.ceil(outWidth / POSITIONS) * Math.ceil(vectors / VECTORS);
}

/** Kernel and overrides of a variant for a layer that it serves. @param steps The longest window of steps. */
export function forwardKernel(
  variant: ForwardVariant,
  shape: SynapseShape,
  steps: number,
): { kernel: string; overrides: Record<string, number> & { VECTORS: number } } {
  const group = vectorGroup(shape.vectors);
  if (variant === 'wordSparse') {
    // Sums of many channels are loads above all, and setting them twice costs more than a load for nothing now and then.
    const SPIKES =
      group === 4 && shape.kernelHeight * shape.kernelWidth * shape.inChannels >= MANY_INPUTS ? 2 : 1;
    return { kernel: KERNELS.wordSparse, overrides: { VECTORS: group, ...words(shape), SPIKES } };
  }
  if (variant === 'dense') {
    const VECTORS = Math.min(group, 2);
    const most = Math.min(steps, MAX_CURRENTS / VECTORS);
    // Equal parts of the window.
    const STEPS = Math.ceil(steps / Math.ceil(steps / most));
    return { kernel: KERNELS.dense, overrides: { VECTORS, STEPS } };
  }
  // As many invocations per position as there are vectors: they share its words.
  if (variant === 'subgroup') return { kernel: KERNELS.subgroup, overrides: { VECTORS: 1 } };
  return { kernel: KERNELS.eventDriven, overrides: { VECTORS: group, SYNAPSE: shape.isFrames ? 1 : 0 } };
}

/**
 * Positions of a row that one invocation of `wordSparse` has: two where it has all their channels and the bits of both fit
 * a word, so that they share reads and atomics.
 */
function neighbours(shape: SynapseShape): { POSITIONS: number; STEP_BITS: number } {
  const { kernelWidth, inChannels, outChannels, outWidth, stride, vectors } = shape;
  const STEP_BITS = stride * inChannels;
  const shares =
    vectors <= 2 &&
    4 * vectors >= outChannels &&
    2 * outChannels <= MAX_BITS &&
    outWidth > 1 &&
    kernelWidth * inChannels + STEP_BITS <= 32;
  return shares ? { POSITIONS: 2, STEP_BITS } : { POSITIONS: 1, STEP_BITS: 0 };
}

function words(shape: SynapseShape) {
  const { kernelHeight, kernelWidth, inChannels, padding } = shape;
  const { POSITIONS, STEP_BITS } = neighbours(shape);
  const runBits = kernelWidth * inChannels;
  const rowWords = Math.ceil(runBits / 32);
  const rows = Math.min(kernelHeight, Math.max(1, Math.floor((32 - STEP_BITS) / runBits)));
  return {
    KERNEL_HEIGHT: kernelHeight,
    RUN_BITS: runBits,
    ROW_WORDS: rowWords,
    ROWS: rows,
    WORDS: Math.ceil(kernelHeight / rows) * rowWords,
    PADDED: padding > 0 ? 1 : 0,
    POSITIONS,
    STEP_BITS,
  };
}

export function forwardKernelName(variant: ForwardVariant): string {
  return KERNELS[variant];
}

/** The variant that a kernel is; null for kernels of other work. */
export function variantOfKernel(kernel: string): ForwardVariant | null {
  return FORWARD_VARIANTS.find((variant) => KERNELS[variant] === kernel) ?? null;
}
