import { z } from 'zod';
import type { FigureOfMeritWeights } from '../../core/costModel.ts';
import { DEFAULT_FOM_WEIGHTS } from '../../core/costModel.ts';
import { AppError, toErrorData } from '../../core/errors.ts';
import type { ClassifierKind } from '../../core/network.ts';
import type { UpdateRule } from '../../core/trainingConfig.ts';
import { decodeLink } from '../linkCodec.ts';
import { checkSession, defaultSession, type Session, sessionSchema, showValue } from '../session.ts';
import { applySetting, findField } from '../sessionFields.ts';

/** Caps on what one sweep may hold. */
export const SWEEP_LIMITS = { runs: 2000, axisValues: 64, nameLength: 120, fileBytes: 1024 * 1024 } as const;

/** The axes of a sweep, in the order of the columns of its table, with the session field that each one sets. */
export const SWEEP_AXES = [
  { axis: 'truncationInterval', path: 'schedule.truncationInterval', short: 'k' },
  { axis: 'blockSize', path: 'schedule.blockSize', short: 'n' },
  { axis: 'classifier', path: 'network.classifier.kind', short: 'classifier' },
  { axis: 'update', path: 'update', short: 'update' },
  { axis: 'seed', path: 'seed', short: 'seed' },
] as const;

type AxisName = (typeof SWEEP_AXES)[number]['axis'];

/** A list of different values, at least one. */
function valuesOf<Value extends z.ZodType>(each: Value, allowed: string) {
  const error = `allowed is a list of 1 to ${SWEEP_LIMITS.axisValues} different values, each ${allowed}`;
  return z
    .array(each, { error })
    .min(1, { error })
    .max(SWEEP_LIMITS.axisValues, { error })
    .refine((list) => new Set(list).size === list.length, { error });
}

function integer(low: number, high: number) {
  const error = `allowed is a whole number from ${low} to ${high}`;
  return z.number({ error }).int({ error }).min(low, { error }).max(high, { error });
}

const weight = z
  .number()
  .min(0, { error: 'allowed is a number from 0' })
  .max(1000, { error: 'allowed is at most 1000' });

/**
 * What a sweep trains: a base session, and the values that replace five of its fields. Plain data, version 1; it
 * survives JSON, a link and a reload. Runs are a function of it, as a single run is of its session.
 */
export const sweepSpecSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().max(SWEEP_LIMITS.nameLength, { error: 'allowed is at most 120 characters' }),
  /** Everything that the axes do not set, the number of epochs among it. */
  base: sessionSchema,
  axes: z.strictObject({
    truncationInterval: valuesOf(integer(1, 2000), 'a whole number from 1 to 2000'),
    blockSize: valuesOf(integer(1, 1000), 'a whole number from 1 to 1000'),
    classifier: valuesOf(z.enum(['trainable', 'random']), 'trainable or random'),
    update: valuesOf(z.enum(['interval', 'sequence']), 'interval or sequence'),
    seed: valuesOf(integer(0, 0xffffffff), 'a whole number from 0 to 4294967295'),
  }),
  /** Successive halving: points that are behind after few epochs are not trained to the end. Null = all are. */
  halving: z
    .strictObject({
      /** Of `factor` points, one goes on. */
      factor: integer(2, 10),
      /** Epochs that every point gets before the first cut; each further stage has `factor` times as many. */
      firstEpochs: integer(1, 10_000),
    })
    .nullable(),
  /** Bytes of GPU memory (the plan's, whole batch) above which a point is left out. Null = no limit. */
  memoryLimit: integer(1, Number.MAX_SAFE_INTEGER).nullable(),
  /** Runs only the points that a search for the smallest figure of merit asks for. Null = all of them. */
  search: z
    .strictObject({
      /** Points that may be trained, each with all seeds. */
      maxPoints: integer(1, SWEEP_LIMITS.runs),
    })
    .nullable(),
  /** Weights of the figure of merit (Eq. 18). */
  weights: z.strictObject({
    accuracyLoss: weight,
    memory: weight,
    access: weight,
    additions: weight,
    macs: weight,
  }),
});

export type SweepSpec = z.infer<typeof sweepSpecSchema>;

/** One place of the grid: what is compared. Its runs differ in the seed alone. */
export interface SweepPoint {
  /** `k5-n2-trainable-interval`; unique in a sweep. */
  id: string;
  /** k. */
  truncationInterval: number;
  /** n. */
  blockSize: number;
  classifier: ClassifierKind;
  update: UpdateRule;
}

/** One training run of a sweep. */
export interface SweepCell {
  /** `k5-n2-trainable-interval-s0`. */
  id: string;
  point: SweepPoint;
  seed: number;
}

/** The points of a sweep in the order of its table: k outermost, then n, classifier and update. */
export function sweepPoints({ axes }: Pick<SweepSpec, 'axes'>): SweepPoint[] {
  return axes.truncationInterval.flatMap((k) =>
    axes.blockSize.flatMap((n) =>
      axes.classifier.flatMap((classifier) =>
        axes.update.map((update) => ({
          id: `k${k}-n${n}-${classifier}-${update}`,
          truncationInterval: k,
          blockSize: n,
          classifier,
          update,
        })),
      ),
    ),
  );
}

/** The runs of one point, one per seed. */
export function cellsOf(point: SweepPoint, { axes }: Pick<SweepSpec, 'axes'>): SweepCell[] {
  return axes.seed.map((seed) => ({ id: `${point.id}-s${seed}`, point, seed }));
}

/** All runs of a sweep in the order of its table. */
export function sweepCells(spec: Pick<SweepSpec, 'axes'>): SweepCell[] {
  return sweepPoints(spec).flatMap((point) => cellsOf(point, spec));
}

/** The session of a point: the base with k, n, classifier kind and update rule replaced. */
export function pointSession(base: Session, point: SweepPoint): Session {
  return {
    ...base,
    schedule: { truncationInterval: point.truncationInterval, blockSize: point.blockSize },
    network: { ...base.network, classifier: { ...base.network.classifier, kind: point.classifier } },
    update: point.update,
  };
}

/** The session of a run: opened in the page, it trains to the same bits as the sweep did. */
export function cellSession(base: Session, cell: SweepCell): Session {
  return { ...pointSession(base, cell.point), seed: cell.seed };
}

/** A sweep over the (k, n) that are given; the rest as the session has it. One seed, no halving, no limit. */
export function newSweep(base: Session, axes: Partial<SweepSpec['axes']> = {}): SweepSpec {
  return {
    version: 1,
    name: '',
    base,
    axes: {
      truncationInterval: [base.schedule.truncationInterval],
      blockSize: [base.schedule.blockSize],
      classifier: [base.network.classifier.kind],
      update: [base.update],
      seed: [base.seed],
      ...axes,
    },
    halving: null,
    memoryLimit: null,
    search: null,
    weights: { ...DEFAULT_FOM_WEIGHTS } satisfies FigureOfMeritWeights,
  };
}

/**
 * Rules that span fields: every point is a session that can be trained, and there are not too many runs.
 * @throws AppError `sweep-invalid`, naming the first point that cannot be trained and why.
 */
export function checkSweep(spec: SweepSpec): void {
  const cells = sweepCells(spec).length;
  if (cells > SWEEP_LIMITS.runs) {
    throw new AppError(
      'sweep-invalid',
      `The sweep has ${cells} runs, at most ${SWEEP_LIMITS.runs} are allowed.`,
      'Take fewer values, or fewer seeds.',
    );
  }
  if (spec.halving && spec.search) {
    throw new AppError(
      'sweep-invalid',
      'The sweep asks for early stopping and for a search at once.',
      'Choose one of them: a search already leaves out what cannot win.',
    );
  }
  if (spec.halving && spec.halving.firstEpochs >= spec.base.epochs) {
    throw new AppError(
      'sweep-invalid',
      `Early stopping would cut after ${spec.halving.firstEpochs} epochs, but a run has ${spec.base.epochs}.`,
      `Cut earlier, after 1 to ${spec.base.epochs - 1} epochs, or train longer.`,
    );
  }
  for (const point of sweepPoints(spec)) {
    try {
      checkSession(pointSession(spec.base, point));
    } catch (error) {
      const { message, hint } = toErrorData(error);
      throw new AppError(
        'sweep-invalid',
        `The point k = ${point.truncationInterval}, n = ${point.blockSize} cannot be trained: ${message}`,
        hint,
      );
    }
  }
}

/** The base of a sweep file: a session, a share link, or an object of settings by their short names. */
function readBase(value: unknown): unknown {
  if (typeof value === 'string') {
    const { session, problems } = decodeLink(value.slice(value.indexOf('#') + 1));
    if (problems.length > 0)
      throw new AppError(
        'sweep-invalid',
        `The base link is not whole: ${problems[0].message}`,
        problems[0].hint,
      );
    return session;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || 'version' in value) return value;
  return Object.entries(value).reduce(
    (session, [name, setting]) => applySetting(session, name, setting),
    defaultSession(),
  );
}

/** Axes by any of their names: that of this type, of the session's field (`schedule.blockSize`), or its short one (`n`). */
function readAxes(value: unknown, base: Session): Record<string, unknown> {
  const axes: Record<string, unknown> = { ...newSweep(base).axes };
  if (value === undefined) return axes;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError(
      'sweep-invalid',
      `axes is ${showValue(value)}; allowed is an object of lists.`,
      'Write for example "axes": {"k": [1, 5], "n": [1, 2], "seed": [0, 1, 2]}.',
    );
  }
  for (const [name, list] of Object.entries(value)) {
    const path = findField(name)?.path;
    const known = SWEEP_AXES.find((each) => each.axis === name || each.path === path);
    if (!known) {
      throw new AppError(
        'sweep-invalid',
        `There is no axis named ${showValue(name)}.`,
        `The axes are ${SWEEP_AXES.map(({ short }) => short).join(', ')}.`,
      );
    }
    axes[known.axis satisfies AxisName] = list;
  }
  return axes;
}

/**
 * Validates plain data (sweep.json, a link, storage) as a sweep. What is left out takes its default: an axis the value
 * that the base has, halving, memory limit and search none, the weights those of the page.
 * @throws AppError `sweep-invalid` naming the first field that is wrong, or as {@link checkSweep}.
 */
export function parseSweep(value: unknown): SweepSpec {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError(
      'sweep-invalid',
      `The sweep is ${showValue(value)}; allowed is an object.`,
      'Write for example {"base": {"data": "movingGestures"}, "axes": {"k": [1, 5], "n": [1, 2]}}.',
    );
  }
  const given = value as Record<string, unknown>;
  const base = sessionSchema.safeParse('base' in given ? readBase(given.base) : defaultSession());
  if (!base.success) throw invalid(base.error, given.base, 'base');
  const defaults = newSweep(base.data);
  const weights =
    typeof given.weights === 'object' ? { ...defaults.weights, ...given.weights } : given.weights;
  const whole = {
    ...defaults,
    ...given,
    base: base.data,
    axes: readAxes(given.axes, base.data),
    weights: weights ?? defaults.weights,
  };
  const result = sweepSpecSchema.safeParse(whole);
  if (!result.success) throw invalid(result.error, whole, '');
  checkSweep(result.data);
  return result.data;
}

function invalid(error: z.ZodError, value: unknown, prefix: string): AppError {
  const issue = error.issues[0];
  const found = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  const path = [prefix, ...issue.path].filter((part) => part !== '').join('.') || 'the sweep';
  return new AppError(
    'sweep-invalid',
    `${path} is ${showValue(found)}; ${issue.message}.`,
    'Correct this field, or leave it out to use its default.',
  );
}
