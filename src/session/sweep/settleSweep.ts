import type { PointCost } from './pointCosts.ts';
import { searchStep } from './searchPoints.ts';
import type { CellRecord } from './sweepResults.ts';
import type { SweepSpec } from './sweepSpec.ts';
import type { SweepState } from './sweepState.ts';
import { figureOfMeritAt, isWithinLimit, recordsByPoint, referencePoint } from './sweepSummary.ts';

/** The next run: to be trained from its start, for so many epochs. */
export interface SweepTask {
  record: CellRecord;
  epochs: number;
}

export interface SettledSweep {
  state: SweepState;
  /** Null when nothing is left to train. */
  task: SweepTask | null;
}

/** Epochs after which points are compared, and those of a whole run at last. */
export function stageEpochs({ halving, base }: SweepSpec): number[] {
  const stages: number[] = [];
  if (halving)
    for (let epochs = halving.firstEpochs; epochs < base.epochs; epochs *= halving.factor)
      stages.push(epochs);
  return [...stages, base.epochs];
}

/**
 * What follows from the results so far: which runs early stopping, search and memory limit leave out, and which run comes
 * next. A function of the sweep, its costs and its results alone: an interrupted sweep goes on as it would have.
 */
export function settleSweep(state: SweepState, costs: readonly PointCost[]): SettledSweep {
  const costOf = new Map(costs.map((cost) => [cost.point.id, cost]));
  const { memoryLimit } = state.spec;
  const cells = state.cells.map((record): CellRecord => {
    const isOpen = record.status === 'stopped' || record.status === 'skipped';
    const fresh: CellRecord = { ...record, status: isOpen ? 'waiting' : record.status, note: '' };
    const cost = costOf.get(record.cell.point.id);
    if (fresh.status !== 'waiting' || !cost || isWithinLimit(cost, state.spec)) return fresh;
    const note = `needs ${cost.planBytes} bytes, the limit is ${memoryLimit}`;
    return { ...fresh, status: 'skipped', note };
  });
  const limited = { ...state, cells };
  if (state.spec.search) return settleSearch(limited, costs);
  return settleStages(limited, costs);
}

function settleSearch(state: SweepState, costs: readonly PointCost[]): SettledSweep {
  const { next } = searchStep(state, costs);
  if (next) return { state, task: { record: next, epochs: state.spec.base.epochs } };
  const cells = state.cells.map(
    (record): CellRecord =>
      record.status === 'waiting'
        ? { ...record, status: 'skipped', note: 'the search did not ask for it' }
        : record,
  );
  return { state: { ...state, cells }, task: null };
}

const epochsOf = ({ result }: CellRecord) => result?.epochs ?? 0;
const isOpen = ({ status }: CellRecord) => status === 'waiting' || status === 'running';

function settleStages(state: SweepState, costs: readonly PointCost[]): SettledSweep {
  const stages = stageEpochs(state.spec);
  let current = state;
  for (const [index, epochs] of stages.entries()) {
    const behind = new Map(
      current.cells
        .filter((record) => isOpen(record) && epochsOf(record) < epochs)
        .map((each) => [each.cell.id, each]),
    );
    const id = current.queue.find((each) => behind.has(each));
    const record = id === undefined ? undefined : behind.get(id);
    if (record) return { state: current, task: { record, epochs } };
    if (index < stages.length - 1) current = cutStage(current, costs, epochs, stages[index + 1]);
  }
  return { state: current, task: null };
}

/** Stops the points that are behind after so many epochs; one of `factor` goes on, and the reference. */
function cutStage(
  state: SweepState,
  costs: readonly PointCost[],
  epochs: number,
  nextEpochs: number,
): SweepState {
  const { spec } = state;
  const groups = recordsByPoint(state.cells);
  const accuracyAt = (id: string): number | null => {
    const values = (groups.get(id) ?? []).flatMap(({ status, result }) => {
      const value = status === 'stopped' ? undefined : result?.accuracyByEpoch[epochs - 1];
      return value === undefined ? [] : [value];
    });
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const referenceId = referencePoint(spec, costs)?.point.id ?? '';
  const reference = accuracyAt(referenceId);
  const ranked = costs
    .flatMap((cost) => {
      const accuracy = accuracyAt(cost.point.id);
      if (accuracy === null) return [];
      // Without a reference there is no loss to speak of: accuracies are compared as they are.
      const figure = figureOfMeritAt(cost, accuracy, reference ?? 1, spec);
      return [{ id: cost.point.id, figure, accuracy }];
    })
    .sort((a, b) => a.figure - b.figure);
  const keep = Math.max(1, Math.ceil(ranked.length / (spec.halving?.factor ?? 1)));
  const notes = new Map(
    ranked.flatMap(({ id, figure }, place) =>
      place < keep || id === referenceId
        ? []
        : [
            [
              id,
              `stopped after ${epochs} of ${spec.base.epochs} epochs: place ${place + 1} of ${ranked.length} ` +
                `with a figure of merit of ${figure.toFixed(3)}, ${keep} went on to ${nextEpochs}`,
            ],
          ],
    ),
  );
  const cells = state.cells.map((record): CellRecord => {
    const note = notes.get(record.cell.point.id);
    return note !== undefined && record.status === 'waiting'
      ? { ...record, status: 'stopped', note }
      : record;
  });
  return { ...state, cells };
}
