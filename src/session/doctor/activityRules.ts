import { PAPER_NEURON } from '../../core/neuron.ts';
import type { Stage, StageGraph } from '../../core/plan/stages.ts';
import { defaultOptimizer } from '../session.ts';
import { type Finding, type Patient, type Remedy, rounded, share } from './findings.ts';
import { densityOfInput, drivenBy, fittingGain, gainOf } from './initialGain.ts';

/** Below this mean rate (spikes per neuron and step) a layer is called silent: nothing gets through it. */
export const SILENT_RATE = 0.0005;
/**
 * Above it, saturated. Weights of mean 0 excite half of the neurons and inhibit the others: when they are far too large, the
 * one half fires at every step and the other never, and spikes tell nothing apart.
 */
export const SATURATED_RATE = 0.5;
/** What a layer that was driven there by training began with, at most. */
const UNSATURATED_RATE = 0.35;

/** A classifier that has learnt fires for one class in N_c; that is no saturation, even of two classes. */
export function saturationLimit({ isClassifier }: Stage, classCount: number): number {
  return isClassifier ? Math.max(SATURATED_RATE, 1 / classCount + 0.25) : SATURATED_RATE;
}

interface LayerRate {
  stage: Stage;
  rate: number;
  /** Rate before any training; null where it was not measured. */
  firstRate: number | null;
}

function layerRates(graph: StageGraph, { epochs }: Patient): LayerRate[] {
  const latest = epochs[epochs.length - 1];
  const first = epochs.find(({ epoch }) => epoch === 0);
  return graph.stages.flatMap((stage) => {
    const rate = latest?.firingRates.find(({ layer }) => layer === stage.name)?.rate;
    if (rate === undefined) return [];
    return [
      { stage, rate, firstRate: first?.firingRates.find(({ layer }) => layer === stage.name)?.rate ?? null },
    ];
  });
}

/**
 * Layers of the body that do not fire: the lowest one is the finding, those above it follow from it. Classifiers may
 * begin silent and learn; one that stays so shows as a stuck loss.
 */
export function silentLayers(graph: StageGraph, patient: Patient): Finding[] {
  const body = layerRates(graph, patient).filter(({ stage }) => !stage.isClassifier);
  const silent = body.filter(({ rate }) => rate < SILENT_RATE);
  if (silent.length === 0) return [];
  const [lowest] = silent;
  const { name } = lowest.stage;
  const others = silent.slice(1).map(({ stage }) => stage.name);
  const density = densityOfInput(graph, lowest.stage, patient);
  if (density === 0 && graph.activations[lowest.stage.inputs[0]].producer < 0) {
    return [
      {
        code: 'silent-layer',
        subjects: silent.map(({ stage }) => stage.name),
        title: `${name} is silent: its input frames are empty.`,
        evidence: 'Not one event lies in the first steps of the test samples.',
        cause:
          'The recordings hold nothing in the time that the steps cover, or in the part of the sensor that is used.',
        remedies: [],
      },
    ];
  }
  const { remedies, cause } = cureOfSilence(graph, lowest, patient);
  return [
    {
      code: 'silent-layer',
      subjects: silent.map(({ stage }) => stage.name),
      title: `${name} is silent${others.length > 0 ? `, and with it ${others.join(', ')}` : ''}.`,
      evidence: `It fires in ${share(lowest.rate)} of neuron steps; less than ${share(SILENT_RATE)} carries nothing on.`,
      cause,
      remedies,
    },
  ];
}

function cureOfSilence(
  graph: StageGraph,
  { stage, firstRate }: LayerRate,
  patient: Patient,
): { cause: string; remedies: Remedy[] } {
  const driver = drivenBy(graph, stage);
  const { neuron } = stage;
  const gain = gainOf(driver, patient);
  const fitting = fittingGain(driver, densityOfInput(graph, driver, patient));
  const remedies: Remedy[] = [];
  if (firstRate !== null && firstRate >= 4 * SILENT_RATE) {
    remedies.push(lowerLearningRate(patient, 5));
    return {
      cause: `It fired at first (${share(firstRate)}); updates that were too large have pushed its weights down, and a layer that never nears the threshold gets no gradient to come back.`,
      remedies,
    };
  }
  if (
    neuron.threshold > 2 * PAPER_NEURON.threshold &&
    patient.settings.neuron.threshold === neuron.threshold
  ) {
    remedies.push({
      action: 'Lower the threshold',
      values: { threshold: PAPER_NEURON.threshold, theta: PAPER_NEURON.theta },
    });
  }
  const wanted =
    fitting > 1.2 * gain.value ? fitting : rounded(Math.min(100, 2 * Math.max(gain.value, 0.05)));
  remedies.push({
    action:
      gain.name === 'gain'
        ? 'Raise the initial gain of the layers above the first'
        : 'Raise the initial gain of the first layer',
    values: { [gain.name]: wanted },
  });
  return {
    cause: `Its weights are too small for its input: the membrane does not reach the threshold of ${neuron.threshold}, and a membrane that stays outside the surrogate's window gets no gradient, so this does not mend itself.`,
    remedies,
  };
}

/** Layers that fire in more than every other neuron step, classifiers included. */
export function saturatedLayers(graph: StageGraph, patient: Patient): Finding[] {
  const saturated = layerRates(graph, patient).filter(
    ({ stage, rate }) => rate > saturationLimit(stage, patient.classCount),
  );
  if (saturated.length === 0) return [];
  const [lowest] = saturated;
  const wasDriven = lowest.firstRate !== null && lowest.firstRate < UNSATURATED_RATE;
  const driver = drivenBy(graph, lowest.stage);
  const gain = gainOf(driver, patient);
  const fitting = fittingGain(driver, densityOfInput(graph, driver, patient));
  const remedies: Remedy[] = [];
  if (wasDriven) remedies.push(lowerLearningRate(patient, 5));
  else {
    const { threshold, theta } = lowest.stage.neuron;
    if (threshold < PAPER_NEURON.threshold / 2 && patient.settings.neuron.threshold === threshold) {
      remedies.push({
        action: 'Raise the threshold',
        values: { threshold: PAPER_NEURON.threshold, theta: Math.max(theta, PAPER_NEURON.theta) },
      });
    }
    remedies.push({
      action:
        gain.name === 'gain'
          ? 'Lower the initial gain of the layers above the first'
          : 'Lower the initial gain of the first layer',
      values: { [gain.name]: fitting < gain.value / 1.5 ? fitting : rounded(gain.value / 3) },
    });
  }
  const names = saturated.map(({ stage }) => stage.name);
  return [
    {
      code: 'saturated-layer',
      subjects: names,
      title: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} saturated.`,
      evidence: `${lowest.stage.name} fires in ${share(lowest.rate)} of neuron steps; above ${share(saturationLimit(lowest.stage, patient.classCount))} they tell hardly anything apart.`,
      cause: wasDriven
        ? `It began at ${share(lowest.firstRate ?? 0)}: updates that were too large have driven its neurons far from the threshold, where gradient no longer passes.`
        : `Its weights are too large for its threshold of ${lowest.stage.neuron.threshold}: half of its neurons fire at every step and the others never, and gradient passes through neither.`,
      remedies,
    },
  ];
}

/** @param factor What the learning rate is divided by; one that is far above the usual comes down to that at once. */
export function lowerLearningRate({ settings }: Patient, factor: number): Remedy {
  const { kind, learningRate } = settings.optimizer;
  const usual = defaultOptimizer(kind).learningRate;
  const lr = learningRate > 4 * usual ? Math.min(usual, learningRate / factor) : learningRate / factor;
  return { action: 'Lower the learning rate', values: { lr: rounded(lr) } };
}
