/** Bits of the history that kernels read as one run of neighbouring neurons. */
export const RUN_BITS = 32;

/**
 * Whether neurons keep one bit of history and a pass does nothing but their recursion, soft reset and all: what the kernels do
 * that work on several vectors together. `poolBackward` and `errorBackward` do everything.
 * @param form The overrides of the pass.
 */
export function isPlainRecursion(form: Readonly<Record<string, number>>): boolean {
  return form.LIF === 1 && form.HISTORY === 1 && !form.RESET && form.SUM_STEPS === 0 && form.ACCUMULATE === 0;
}
