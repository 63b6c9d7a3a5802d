import type { PlannedBuffer, TrainingPlan } from '../plan.ts';
import { type CostQuantity, type CostRow, costQuantity, costRow } from './costQuantity.ts';

/** Row of what belongs to no layer: input batch, metrics, transfers, and the gaps of alignment. */
const SHARED_ROW = 'shared';

/** The buffer that owns each stretch of a slab; null for gaps. */
function* ownedStretches(
  buffers: readonly PlannedBuffer[],
  slabBytes: number,
): Generator<{ owner: PlannedBuffer | null; bytes: number }> {
  const edges = new Set([0, slabBytes]);
  for (const { offset, bytes } of buffers) edges.add(offset).add(offset + bytes);
  const sorted = [...edges].sort((a, b) => a - b);
  for (const [index, start] of sorted.slice(0, -1).entries()) {
    const owner = buffers.find(({ offset, bytes }) => offset <= start && start < offset + bytes) ?? null;
    yield { owner, bytes: sorted[index + 1] - start };
  }
}

/**
 * The plan's bytes per layer: exactly what the run allocates, so the total is `plan.peakBytes`.
 *
 * Buffers whose lifetimes do not overlap share bytes. Shared bytes count for the buffer that was placed there first,
 * the largest: it is the one that makes the memory necessary, what fits into it later costs nothing. So a layer whose
 * buffers all lie in those of others has few bytes of its own.
 *
 * @returns One row per stage that owns bytes, then one named `shared`; terms are buffer categories, and `alignment`.
 */
export function planByteCost(plan: TrainingPlan): CostQuantity {
  const terms = new Map<string, Record<string, number>>();
  const add = (layer: string, term: string, bytes: number) => {
    const row = terms.get(layer) ?? {};
    row[term] = (row[term] ?? 0) + bytes;
    terms.set(layer, row);
  };
  const { stages } = plan.graph;
  const stageOf = (buffer: PlannedBuffer) =>
    stages.find((stage) => buffer.name.slice(0, buffer.name.lastIndexOf('.')) === stage.name);
  for (const [position, slab] of plan.slabs.entries()) {
    const earlier = plan.slabs.slice(0, position).filter(({ heap }) => heap === slab.heap).length;
    const members = plan.buffers.filter((buffer) => buffer.heap === slab.heap && buffer.slab === earlier);
    if (members.length === 0) {
      // Uniforms and the read-back buffer are allocated whole and hold no planned buffers.
      add(SHARED_ROW, 'transfer', slab.bytes);
      continue;
    }
    for (const { owner, bytes } of ownedStretches(members, slab.bytes)) {
      if (owner) add(stageOf(owner)?.name ?? SHARED_ROW, owner.category, bytes);
      else add(SHARED_ROW, 'alignment', bytes);
    }
  }
  const rows: CostRow[] = stages
    .filter((stage) => terms.has(stage.name))
    .map((stage) => costRow(stage.name, stage.block, terms.get(stage.name) ?? {}));
  rows.push(costRow(SHARED_ROW, -1, terms.get(SHARED_ROW) ?? {}));
  return costQuantity(rows);
}
