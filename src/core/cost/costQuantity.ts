/** Share of one layer in one quantity. */
export interface CostRow {
  /** Body entry (`conv1`, `sew2.lif1`), `classifier1` for block 1's classifier, or `workspace`. */
  layer: string;
  /** Block index from 0; -1 for what belongs to no block. */
  block: number;
  value: number;
  /** The parts of `value` by name; they sum to it. */
  terms: Record<string, number>;
}

/** A quantity in total and per layer; the rows sum to the total. */
export interface CostQuantity {
  total: number;
  perLayer: CostRow[];
}

export function costRow(layer: string, block: number, terms: Record<string, number>): CostRow {
  return { layer, block, value: sum(Object.values(terms)), terms };
}

export function costQuantity(perLayer: CostRow[]): CostQuantity {
  return { total: sum(perLayer.map((row) => row.value)), perLayer };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
