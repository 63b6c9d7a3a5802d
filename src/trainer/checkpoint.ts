import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { Schedule } from '../core/schedule.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { type ParameterStore, saveParameters } from './carryOver.ts';
import { countSchema as count, epochSchema, figuresSchema as figures } from './epochSchema.ts';
import type { EpochMetrics } from './messages.ts';
import type { MeterState } from './progressMeter.ts';
import type { Run, RunProgress } from './run.ts';

/*
 * The complete state of a run: from it, the same configuration and the same data set the training goes on to the same bits.
 * In a file (storage/runFiles.ts, in two slots) the body is the tensors one after the other, raw little-endian bytes as they
 * lie in the GPU buffers; the facts are below.
 */

/** Epochs whose figures are kept. */
export const MAX_KEPT_EPOCHS = 500;

/** State of a run between two batches, in memory. */
export interface Checkpoint {
  progress: RunProgress;
  /** (k, n) at this moment; everything else of the configuration stays as the run was made with. */
  schedule: Schedule;
  /** Optimizer updates; Adam's bias correction counts them. */
  updates: number;
  meter: MeterState;
  epochs: EpochMetrics[];
  /** Weights and optimizer state of this and of earlier (k, n), by {@link ParameterStore} name. */
  parameters: ParameterStore;
}

/** Where a checkpoint stands, for the page. */
export interface CheckpointPlace {
  iteration: number;
  epoch: number;
}

/** Reads weights and optimizer state back. Nothing of the run changes but its parameter store. */
export async function captureCheckpoint(run: Run): Promise<Checkpoint> {
  await saveParameters(run.engine, run.store);
  const { iteration, epoch, epochIteration, epochSeconds, evaluated, learningRate } = run;
  return {
    progress: { iteration, epoch, epochIteration, epochSeconds, evaluated, learningRate },
    schedule: run.config.schedule,
    updates: run.engine.updates,
    meter: run.meter.state(),
    epochs: [...run.epochs],
    // The arrays are replaced by the next capture, never written to.
    parameters: new Map(run.store),
  };
}

const finite = z.number();

const factsSchema = z.object({
  /** What the state belongs to: all of the configuration but (k, n), as canonical JSON, and the data. */
  system: z.string(),
  fingerprint: z.string(),
  progress: z.object({
    iteration: count,
    epoch: count,
    epochIteration: count,
    epochSeconds: finite,
    evaluated: z.boolean(),
    learningRate: finite,
  }),
  schedule: z.object({ truncationInterval: count, blockSize: count }),
  updates: count,
  meter: z.object({
    epochLoss: figures,
    epochIterations: count,
    correct: z.array(finite),
    samples: count,
    secondsPerIteration: finite,
    samplesPerSecond: finite,
  }),
  epochs: z.array(epochSchema).max(MAX_KEPT_EPOCHS),
  tensors: z.array(z.object({ name: z.string(), bytes: count })),
});

export type CheckpointFacts = z.infer<typeof factsSchema>;

/** JSON with the keys of every object in order: equal data give equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item) =>
    item && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

function systemOf({ schedule: _, ...system }: TrainingConfig): string {
  return canonical(system);
}

/** What a file says of a checkpoint, and its body in pieces. */
export function encodeCheckpoint(
  checkpoint: Checkpoint,
  config: TrainingConfig,
  fingerprint: string,
): { facts: CheckpointFacts; pieces: Uint8Array[] } {
  const { parameters, ...state } = checkpoint;
  const tensors = [...parameters].map(([name, { length: bytes }]) => ({ name, bytes }));
  return {
    facts: { system: systemOf(config), fingerprint, ...state, tensors },
    pieces: [...parameters.values()],
  };
}

function unusable(why: string, hint: string): AppError {
  return new AppError('checkpoint-unusable', `The stored checkpoint cannot be used: ${why}.`, hint);
}

/**
 * The checkpoint that a file holds, validated.
 * @param config,fingerprint The run that is to go on; its (k, n) may differ, the checkpoint's is taken.
 * @throws AppError `checkpoint-unusable`
 */
export function decodeCheckpoint(
  value: unknown,
  body: Uint8Array<ArrayBuffer>,
  config: TrainingConfig,
  fingerprint: string,
): Checkpoint {
  const parsed = factsSchema.safeParse(value);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw unusable(`${path.join('.') || 'it'} is invalid (${message})`, 'Start the run anew.');
  }
  const { system, fingerprint: of, tensors, ...state } = parsed.data;
  if (of !== fingerprint) {
    throw unusable(
      `it was made with other recordings (fingerprint ${of.slice(0, 8)}, not ${fingerprint.slice(0, 8)})`,
      'Load the recordings of the run, or start a new run.',
    );
  }
  if (system !== systemOf(config))
    throw unusable('it belongs to other settings', 'Open the run from the list of runs.');
  const parameters: ParameterStore = new Map();
  let at = 0;
  for (const { name, bytes } of tensors) {
    parameters.set(name, body.slice(at, at + bytes));
    at += bytes;
  }
  if (at !== body.length)
    throw unusable(`its tensors have ${at} bytes, its body ${body.length}`, 'Start the run anew.');
  return { ...state, parameters };
}
