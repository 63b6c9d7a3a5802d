import { halvesDown } from '../../core/cost/figureSubjects.ts';
import { DEFAULT_FOM_WEIGHTS, type FigureOfMeritWeights } from '../../core/costModel.ts';
import { AppError, toErrorData } from '../../core/errors.ts';
import { bodyLayerCount, type ClassifierKind } from '../../core/network.ts';
import type { UpdateRule } from '../../core/trainingConfig.ts';
import { claimIntervals } from '../claims/claimSweeps.ts';
import type { Outcome } from '../forecast.ts';
import { expectedMeta, type Session, toNetworkSpec } from '../session.ts';
import { newSweep, parseSweep, SWEEP_LIMITS, type SweepSpec } from './sweepSpec.ts';

/** How the runs of a sweep are chosen. */
export type SweepMethod = 'grid' | 'halving' | 'search';

/** What the visitor types to define a sweep: text where it is a list or may be left empty. */
export interface SweepForm {
  k: string;
  n: string;
  classifier: ClassifierKind[];
  update: UpdateRule[];
  firstSeed: string;
  seedCount: string;
  /** MiB; empty = no limit. */
  memoryLimit: string;
  method: SweepMethod;
  factor: string;
  firstEpochs: string;
  maxPoints: string;
  weights: FigureOfMeritWeights;
}

/** Number of body layers of the session's network; 1 where it does not work out, which the sweep's own check says. */
function layersOf(session: Session): number {
  try {
    return Math.max(1, bodyLayerCount(toNetworkSpec(session, expectedMeta(session))));
  } catch {
    return 1;
  }
}

/** A grid over the session's (k, n) that shows their effect: three seeds, and k and n from their largest down to 1. */
export function startingForm(session: Session): SweepForm {
  return {
    k: claimIntervals(session.encoding.stepCount).join(', '),
    n: halvesDown(layersOf(session)).join(', '),
    classifier: [session.network.classifier.kind],
    update: [session.update],
    firstSeed: '1',
    seedCount: '3',
    memoryLimit: '',
    method: 'grid',
    factor: '3',
    firstEpochs: '1',
    maxPoints: '8',
    weights: { ...DEFAULT_FOM_WEIGHTS },
  };
}

function numbersOf(name: string, text: string): number[] {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const values = words.map(Number);
  const wrong = words.find((_, i) => !Number.isInteger(values[i]));
  if (wrong !== undefined || values.length === 0) {
    throw new AppError(
      'sweep-invalid',
      `${name} is ${text.trim() === '' ? 'empty' : `"${text}"`}; allowed is a list of whole numbers.`,
      'Write for example 20, 5, 1.',
    );
  }
  return values;
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new AppError(
    'sweep-invalid',
    `${name} is ${text.trim() || 'empty'}; allowed is a whole number from ${low} to ${high}.`,
    `Write for example ${low}.`,
  );
}

const BYTES_PER_MIB = 1024 * 1024;

function limitOf(text: string): number | null {
  if (text.trim() === '') return null;
  const value = Number(text);
  if (value > 0 && value <= 1e6) return Math.ceil(value * BYTES_PER_MIB);
  throw new AppError(
    'sweep-invalid',
    `The memory limit is ${text}; allowed is a number of MiB above 0, or nothing.`,
    'Leave it empty for no limit.',
  );
}

/** The sweep that a form describes, of the session as it is; the first thing that is wrong otherwise. */
export function sweepOfForm(form: SweepForm, session: Session): Outcome<SweepSpec> {
  try {
    const firstSeed = wholeNumber('The first seed', form.firstSeed, 0, 0xffffffff);
    const seeds = wholeNumber('The number of seeds', form.seedCount, 1, SWEEP_LIMITS.axisValues);
    const whole = newSweep(session, {
      truncationInterval: numbersOf('k', form.k),
      blockSize: numbersOf('n', form.n),
      classifier: form.classifier,
      update: form.update,
      seed: Array.from({ length: seeds }, (_, i) => firstSeed + i),
    });
    const { method, weights } = form;
    const spec = {
      ...whole,
      name: `${session.data.name}, k ${form.k}; n ${form.n}`.slice(0, SWEEP_LIMITS.nameLength),
      memoryLimit: limitOf(form.memoryLimit),
      halving:
        method === 'halving'
          ? {
              factor: wholeNumber('The factor', form.factor, 2, 10),
              firstEpochs: wholeNumber('The first cut', form.firstEpochs, 1, 10_000),
            }
          : null,
      search:
        method === 'search'
          ? { maxPoints: wholeNumber('The number of points', form.maxPoints, 1, SWEEP_LIMITS.runs) }
          : null,
      weights,
    };
    return { value: parseSweep(spec) };
  } catch (error) {
    return { problem: toErrorData(error) };
  }
}
