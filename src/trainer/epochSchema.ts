import { z } from 'zod';
import type { EpochMetrics } from './messages.ts';

// The page's content policy forbids eval; this keeps the validator from probing for it.
z.config({ jitless: true });

/** A whole number of things. */
export const countSchema = z.number().int().min(0);

// JSON has no NaN; a figure that was one reads as null.
export const figureSchema = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

export const figuresSchema = z.array(figureSchema);

/** The figures of an epoch as they come back from storage or a file. */
export const epochSchema = z.object({
  epoch: countSchema,
  trainAccuracyPerBlock: figuresSchema,
  trainSamplesEvaluated: countSchema,
  testAccuracyPerBlock: figuresSchema,
  testSamples: countSchema,
  earlyReadout: figuresSchema,
  loss: figureSchema,
  lossPerBlock: figuresSchema,
  seconds: z.number(),
  firingRates: z.array(z.object({ layer: z.string(), rate: figureSchema })),
  weightChanges: z.array(z.object({ layer: z.string(), change: figureSchema })).optional(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
}) satisfies z.ZodType<EpochMetrics>;
