import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { isRunId } from '../../storage/runFiles.ts';
import {
  countSchema as count,
  type EpochMetrics,
  epochSchema,
  figuresSchema as figures,
  type IterationMetrics,
} from '../../trainer/messages.ts';
import type { MetricsHistory } from '../metricsHistory.ts';
import { parseSession, type Session } from '../session.ts';
import type { ScheduleMark } from '../sessionStore.ts';

/** Longest name and note of a run. */
export const RUN_TEXT_LIMITS = { name: 120, note: 2000 } as const;

/** What the list shows of a run; every field is plain data, and read from storage or a file it is validated. */
export interface RunSummary {
  id: string;
  name: string;
  note: string;
  /** Milliseconds since 1970. */
  createdMs: number;
  updatedMs: number;
  /** True when the visitor asked for it: it is never removed to make room for newer runs. */
  isKept: boolean;
  /** `training`: it was going on when this was written. */
  status: 'training' | 'paused' | 'finished';
  settings: Session;
  memoryBudget: number | null;
  datasetName: string;
  synthetic: boolean;
  fingerprint: string;
  classCount: number;
  trainSamples: number;
  testSamples: number;
  inputDensity: number | null;
  forecastBytes: number | null;
  measuredBytes: number | null;
  parameterCount: number | null;
  /** Names of dropped files that the recordings came from, the first ones, and how many there were. */
  files: string[];
  fileCount: number;
  iteration: number;
  /** Of the last epoch with figures; null before the first. */
  epoch: number | null;
  testAccuracy: number | null;
  trainAccuracy: number | null;
  loss: number | null;
  digest: string | null;
}

/** What is shown of a run besides its summary. */
export interface RunFigures {
  iteration: IterationMetrics | null;
  epochs: EpochMetrics[];
  history: MetricsHistory;
  marks: ScheduleMark[];
}

export interface RunRecord {
  summary: RunSummary;
  figures: RunFigures;
}

const finite = z.number();

const summarySchema = z.object({
  id: z.custom<string>(isRunId, 'not the id of a run'),
  name: z.string().max(RUN_TEXT_LIMITS.name),
  note: z.string().max(RUN_TEXT_LIMITS.note),
  createdMs: finite,
  updatedMs: finite,
  isKept: z.boolean(),
  status: z.enum(['training', 'paused', 'finished']),
  settings: z.unknown(),
  memoryBudget: finite.nullable(),
  datasetName: z.string().max(500),
  synthetic: z.boolean(),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  classCount: count,
  trainSamples: count,
  testSamples: count,
  inputDensity: finite.nullable(),
  forecastBytes: finite.nullable(),
  measuredBytes: finite.nullable(),
  parameterCount: finite.nullable(),
  files: z.array(z.string().max(500)).max(50),
  fileCount: count,
  iteration: count,
  epoch: count.nullable(),
  testAccuracy: finite.nullable(),
  trainAccuracy: finite.nullable(),
  loss: finite.nullable(),
  digest: z.string().nullable(),
});

const iterationSchema = z.object({
  iteration: count,
  epoch: count,
  epochIteration: count,
  epochIterations: count,
  lossPerBlock: figures,
  runningAccuracyPerBlock: figures,
  samplesPerSecond: finite,
  secondsLeft: finite,
  liveBytes: finite,
  peakBytes: finite,
});

const pointSchema = z.object({
  epoch: finite,
  iteration: count,
  lossPerBlock: figures,
  runningAccuracyPerBlock: figures,
  samplesPerSecond: finite,
  liveBytes: finite,
  peakBytes: finite,
});

const recordFigures = z.object({
  iteration: iterationSchema.nullable(),
  epochs: z.array(epochSchema).max(1000),
  history: z.object({
    capacity: z.number().int().min(2).max(10_000),
    stride: z.number().int().min(1),
    points: z.array(pointSchema).max(10_000),
    pending: z.array(pointSchema).max(100_000),
  }),
  marks: z.array(z.object({ epoch: finite, label: z.string() })).max(200),
});

function invalid(what: string, error: z.ZodError): AppError {
  const [{ path, message }] = error.issues;
  return new AppError(
    'run-record-invalid',
    `${what} cannot be read: ${path.join('.') || 'it'} is invalid (${message}).`,
    'Delete it, or import it again from the file that it was exported to.',
  );
}

/** @throws AppError `run-record-invalid`, `session-invalid` */
export function parseSummary(value: unknown): RunSummary {
  const parsed = summarySchema.safeParse(value);
  if (!parsed.success) throw invalid('The record of a run', parsed.error);
  return { ...parsed.data, settings: parseSession(parsed.data.settings) };
}

/** @throws AppError `run-record-invalid` */
export function parseFigures(value: unknown): RunFigures {
  const parsed = recordFigures.safeParse(value);
  if (!parsed.success) throw invalid('The figures of a run', parsed.error);
  return parsed.data;
}

/** A new id: 20 letters and digits. */
export function newRunId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join('');
}
