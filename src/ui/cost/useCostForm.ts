import { useMemo, useState } from 'react';
import { type CostOptions, DEFAULT_COST_OPTIONS } from '../../core/cost/costReport.ts';
import { type DensityRow, densityRows, measuredDensity } from '../../core/cost/measuredDensity.ts';
import { AppError } from '../../core/errors.ts';
import { bodyLayerCount, type NetworkSpec } from '../../core/network.ts';
import {
  type CostChoice,
  type CostQuestion,
  isAnsweredBy,
  questionConfig,
  startingChoice,
} from '../../session/cost/costQuestion.ts';
import { sameValue } from '../../session/linkCodec.ts';
import { useSession } from '../shared/sessionContext.tsx';

/** Values that cannot be counted leave the form as it was, with the reason beside the field. */
type Commit = (text: string) => string | null;

/** Everything that the cost panel asks, and how it is changed. */
export interface CostForm {
  question: CostQuestion;
  /** Null where the session's own network does not work out. */
  network: NetworkSpec | null;
  layerCount: number;
  options: CostOptions;
  /** Bytes of the run that has these settings; null while there is none. */
  measuredBytes: number | null;
  /** Assumed densities beside those of the latest epoch; empty where the network does not work out. */
  densities: DensityRow[];
  usesMeasuredDensity: boolean;
  /** True when nothing is typed over: the panel follows the session (or shows the preset as it is). */
  isPlain: boolean;
  choosePreset: (name: string | null) => void;
  change: (fields: Partial<CostChoice>) => void;
  setOptions: (options: CostOptions) => void;
  setUsesMeasuredDensity: (uses: boolean) => void;
  reset: () => void;
}

/** A whole number typed into a field of the form. */
export function wholeNumber(low: number, high: number, take: (value: number) => void): Commit {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high)
      return `Allowed is a whole number from ${low} to ${high}.`;
    take(value);
    return null;
  };
}

/** A number typed into a field of the form. */
export function realNumber(low: number, high: number, take: (value: number) => void): Commit {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= low && value <= high)) return `Allowed is ${low} to ${high}.`;
    take(value);
    return null;
  };
}

/** The value, or null where the settings do not work out: the worker says why. */
function orNull<Value>(compute: () => Value): Value | null {
  try {
    return compute();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** Bytes and spikes of the run on the device, where it is a run of what is asked about. */
function useRunFigures(question: CostQuestion, network: NetworkSpec | null) {
  const run = useSession((state) => state.run);
  const peakBytes = useSession((state) => state.iteration?.peakBytes ?? null);
  const epoch = useSession((state) => state.epochs[state.epochs.length - 1]);
  return useMemo(() => {
    if (!run || !network) return { measuredBytes: null, firingRates: [], inputDensity: null };
    const isSameNetwork = sameValue(run.settings.network.layers, network.layers);
    const isSame = orNull(() => isAnsweredBy(question, run.settings)) ?? false;
    const ledger = run.measuredBytes === null ? null : Math.max(run.measuredBytes, peakBytes ?? 0);
    return {
      measuredBytes: isSame ? ledger : null,
      firingRates: isSameNetwork ? (epoch?.firingRates ?? []) : [],
      inputDensity: isSameNetwork ? (run.inputDensity ?? null) : null,
    };
  }, [run, peakBytes, epoch, question, network]);
}

/** State of the cost panel; it follows the session until something is typed over. */
export function useCostForm(): CostForm {
  const session = useSession((state) => state.settings);
  const [preset, setPreset] = useState<string | null>(null);
  const [typed, setTyped] = useState<Partial<CostChoice>>({});
  const [options, setOptions] = useState(DEFAULT_COST_OPTIONS);
  const [usesMeasuredDensity, setUsesMeasuredDensity] = useState(false);

  const question = useMemo<CostQuestion>(() => {
    const { schedule, encoding, batchSize, network } = session;
    const start = orNull(() => startingChoice(preset, session)) ?? {
      ...schedule,
      stepCount: encoding.stepCount,
      batchSize,
      classifier: network.classifier.kind,
    };
    return { preset, session, ...start, ...typed };
  }, [preset, session, typed]);
  const network = useMemo(() => orNull(() => questionConfig(question).network), [question]);
  const { measuredBytes, firingRates, inputDensity } = useRunFigures(question, network);

  const densities = useMemo(
    () =>
      network ? (orNull(() => densityRows(network, firingRates, inputDensity, options.density)) ?? []) : [],
    [network, firingRates, inputDensity, options.density],
  );
  const counted = useMemo(
    () =>
      usesMeasuredDensity && densities.length > 0
        ? { ...options, density: measuredDensity(densities) }
        : options,
    [usesMeasuredDensity, densities, options],
  );

  return {
    question,
    network,
    layerCount: network ? bodyLayerCount(network) : question.blockSize,
    options: counted,
    measuredBytes,
    densities,
    usesMeasuredDensity,
    isPlain: Object.keys(typed).length === 0,
    choosePreset(name) {
      setPreset(name);
      setTyped({});
    },
    change: (fields) => setTyped((before) => ({ ...before, ...fields })),
    setOptions,
    setUsesMeasuredDensity,
    reset: () => setTyped({}),
  };
}
