import type { AccuracyMean } from '../../core/claims/accuracyMeans.ts';
import { bestChoiceFigure, fomFigure, macsFigure } from '../../core/cost/barFigures.ts';
import { DEFAULT_COST_OPTIONS } from '../../core/cost/costReport.ts';
import { type FigureSubject, presetSubject, sessionSubject } from '../../core/cost/figureSubjects.ts';
import { type Figure, type FigureNumber, lineFigure, type MeasuredPoint } from '../../core/cost/figures.ts';
import { findPreset, type PresetName } from '../../core/presets.ts';
import { expectedMeta, type Session, toTrainingConfig } from '../session.ts';

/** What a figure is drawn from besides the paper's own networks. */
export interface FigureRequest {
  number: FigureNumber;
  /** The network beside the paper's: a preset, the session's own, or none. */
  beside: PresetName | 'session' | 'none';
  session: Session;
  /** Bytes of the run on the device, of the session's network. */
  measured: MeasuredPoint[];
  /** Accuracies of the session's network from a sweep. */
  means: AccuracyMean[];
}

function besideOf({ beside, session }: FigureRequest): FigureSubject | null {
  if (beside === 'none') return null;
  if (beside !== 'session') return presetSubject(beside);
  return sessionSubject(toTrainingConfig(session, expectedMeta(session)));
}

/** @throws AppError as {@link toTrainingConfig} where the session's network does not work out. */
export function makeFigure(request: FigureRequest): Figure {
  const { number, session, measured, means, beside } = request;
  const own = besideOf(request);
  const options = DEFAULT_COST_OPTIONS;
  const { schedule } =
    beside === 'session' || beside === 'none' ? session : { schedule: findPreset(beside).bestSchedule.value };
  const best = {
    k: schedule.truncationInterval,
    n: schedule.blockSize,
    classifier: 'trainable',
  } as const;
  switch (number) {
    case 13:
      return macsFigure(options, own);
    case 14:
      return fomFigure(options, own, means);
    case 15:
      return bestChoiceFigure(options, own, best, means);
    default:
      return lineFigure(number, options, own, measured);
  }
}
