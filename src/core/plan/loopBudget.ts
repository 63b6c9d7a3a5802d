/**
 * What operations of four invocations in step cost on SwiftShader, in instructions, counted in its machine code or fitted to
 * times (docs/performance.md). They decide how much the loops of some kernels have written out; results never depend on it.
 */
export const INSTRUCTIONS = {
  /** A vector out of a buffer. */
  vectorLoad: 180,
  scalarLoad: 44,
  /** A vector of another invocation of the quad. */
  quadBroadcast: 35,
  /** The product of two vectors, added to a sum in an expression. */
  product: 9,
  /** A vector under a mask, added to a sum in an expression. */
  maskedVector: 16,
  /** All bits of a word from one of another. */
  mask: 5,
  /** A scalar that a loop carries. */
  set: 13,
} as const;

/**
 * Instructions that a loop may have: a processor keeps some 4,000 decoded, and everything in a longer loop takes about
 * twice as long.
 */
export const LOOP_BUDGET = 4400;
