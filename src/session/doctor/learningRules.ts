import { bodyLayerCount } from '../../core/network.ts';
import type { StageGraph } from '../../core/plan/stages.ts';
import { SURROGATES } from '../../core/surrogate.ts';
import { defaultOptimizer, expectedMeta, toNetworkSpec } from '../session.ts';
import { lowerLearningRate } from './activityRules.ts';
import { type Finding, type Patient, type Remedy, rounded, share } from './findings.ts';
import { fittingGain, gainOf } from './initialGain.ts';

/** A layer stands still when its weights move less than this share of their size in an epoch ... */
export const STILL_CHANGE = 1e-3;
/** ... and less than this share of what the layer that moves most in its block does. */
export const STILL_SHARE = 0.01;
/** A loss is stuck when it is this near to that of a classifier without spikes, as a share of it. */
export const STUCK_SHARE = 0.01;
/** Weights that move less than this share of their size per epoch hardly learn; more than the other, they are thrown about. */
const SLOW_CHANGE = 0.01;
const FAST_CHANGE = 1;
/** Trained epochs after which chance is no longer an answer. */
export const PATIENT_EPOCHS = 2;

/** The run was stopped by a weight that is no number. */
export function notFinite(patient: Patient): Finding[] {
  const { failure, epochs, settings } = patient;
  const latest = epochs[epochs.length - 1];
  const isNaNLoss = latest?.lossPerBlock.some((loss) => !Number.isFinite(loss)) ?? false;
  if (failure?.code !== 'not-finite' && !isNaNLoss) return [];
  return [
    {
      code: 'not-finite',
      subjects: [],
      title: 'A weight became infinite, or no number at all (NaN).',
      evidence:
        failure?.code === 'not-finite'
          ? 'The optimizer found it while it wrote the weights, and the run was stopped.'
          : 'The loss is no number.',
      cause: causeOfExplosion(settings.optimizer),
      remedies: [lowerLearningRate(patient, 10)],
    },
  ];
}

function causeOfExplosion({ learningRate, weightDecay }: Patient['settings']['optimizer']): string {
  if (learningRate * weightDecay > 2)
    return `Learning rate times weight decay is ${rounded(learningRate * weightDecay)}; above 2 every update turns a weight round and makes it larger.`;
  return `The updates grow from one to the next: the learning rate of ${learningRate} is too large for these gradients.`;
}

/**
 * Trained layers that hardly move while others do: no gradient reaches them. Layers that are silent or saturated, and
 * their neighbours, stand still for that reason and are left to those findings.
 */
export function vanishingGradients(graph: StageGraph, patient: Patient): Finding[] {
  const latest = patient.epochs[patient.epochs.length - 1];
  if (!latest || latest.epoch < 1 || patient.settings.optimizer.learningRate === 0) return [];
  const changes = latest.weightChanges ?? [];
  const stageOf = (layer: string) => graph.stages.find(({ name }) => name === layer);
  const mostOf = (block: number) =>
    changes
      .filter(({ layer }) => stageOf(layer)?.block === block)
      .reduce((a, b) => (a.change > b.change ? a : b));
  const still = changes.filter(({ layer, change }) => {
    const stage = stageOf(layer);
    if (!stage || stage.isClassifier) return false;
    return change < STILL_CHANGE && change < STILL_SHARE * mostOf(stage.block).change;
  });
  if (still.length === 0) return [];
  const names = still.map(({ layer }) => layer);
  const least = Math.min(...still.map(({ change }) => change));
  const mover = mostOf(stageOf(names[0])?.block ?? 0);
  return [
    {
      code: 'vanishing-gradient',
      subjects: names,
      title: `Hardly any gradient reaches ${names.join(', ')}.`,
      evidence: `In the last epoch ${names.length === 1 ? 'its weights' : 'their weights'} moved by ${share(least)} of their size, those of ${mover.layer} by ${share(mover.change)}.`,
      ...cureOfVanishing(graph, names, patient),
    },
  ];
}

function cureOfVanishing(
  graph: StageGraph,
  names: readonly string[],
  patient: Patient,
): Pick<Finding, 'cause' | 'remedies'> {
  const { settings } = patient;
  const { surrogate, surrogateWidth: a, threshold } = settings.neuron;
  const { defaultWidth, label } = SURROGATES[surrogate];
  const isWindow = surrogate === 'rectangular' || surrogate === 'triangular';
  const fitting = isWindow ? Math.max(defaultWidth, 2 * threshold) : defaultWidth;
  const remedies: Remedy[] = [];
  const causes: string[] = [];
  if (isWindow ? a < 0.75 * fitting : a > 1.5 * fitting) {
    remedies.push({
      action: isWindow ? "Widen the surrogate's window a" : "Make the surrogate's slope a gentler",
      values: { surrogateWidth: rounded(fitting) },
    });
    causes.push(
      `The surrogate (${label}, a = ${a}) lets gradient through only close to the threshold, and every layer on the way down takes its share away`,
    );
  }
  const layerCount = bodyLayerCount(toNetworkSpec(settings, expectedMeta(settings)));
  const { blockSize } = settings.schedule;
  const block = graph.blocks.find(({ body }) => body.some((id) => names.includes(graph.stages[id].name)));
  if (block && blockSize > 1 && layerCount > 1) {
    remedies.push({
      action: 'Train smaller blocks: every layer then has an error of its own close by',
      values: { n: Math.max(1, Math.floor(blockSize / 2)) },
    });
    causes.push('The error comes down through all layers of a block, and shrinks in each');
  }
  if (remedies.length === 2) {
    remedies.unshift({
      action: 'Both: gentler surrogate, smaller blocks',
      values: { ...remedies[0].values, ...remedies[1].values },
    });
  }
  if (remedies.length === 0) {
    const stage = graph.stages.find(({ name }) => name === names[0]) ?? graph.stages[0];
    const gain = gainOf(stage, patient);
    remedies.push({
      action: 'Raise the initial gain',
      values: { [gain.name]: Math.max(fittingGain(stage, null), rounded(2 * gain.value)) },
    });
    causes.push("Few of its membranes come into the surrogate's window");
  }
  return { cause: `${causes.join('. ')}.`, remedies };
}

/**
 * Blocks whose loss is that of a classifier without a spike: 1 / N_c for the squared error (every rate is 0, one target in
 * N_c is 1), ln N_c for the cross-entropy.
 * @param root What was found below, where something was: its cure is this one's too.
 */
export function stuckLoss(graph: StageGraph, patient: Patient, root: Finding | undefined): Finding[] {
  const { epochs, settings, classCount } = patient;
  const latest = epochs[epochs.length - 1];
  if (!latest || latest.epoch < 1) return [];
  const isSquared = settings.loss === 'mse';
  const stuckAt = isSquared ? 1 / classCount : Math.log(classCount);
  const blocks = latest.lossPerBlock.flatMap((loss, block) =>
    Math.abs(loss - stuckAt) < STUCK_SHARE * stuckAt ? [block] : [],
  );
  if (blocks.length === 0) return [];
  const names = blocks.map((block) => `block ${block + 1}`);
  const top = graph.stages[graph.blocks[blocks[0]]?.classifier ?? 0];
  const rate = latest.firingRates.find(({ layer }) => layer === top.name)?.rate;
  const formula = isSquared ? `1/N_c = ${rounded(stuckAt)}` : `ln N_c = ${rounded(stuckAt)}`;
  return [
    {
      code: 'loss-stuck',
      subjects: names,
      title: `The loss of ${names.join(', ')} stands at ${formula}.`,
      evidence: `It is ${latest.lossPerBlock[blocks[0]].toFixed(4)}, that of a classifier that never fires${rate === undefined ? '' : `; ${top.name} fires in ${share(rate)} of neuron steps`}.`,
      ...(root ? following(root) : cureOfStuckLoss(graph, blocks[0], patient)),
    },
  ];
}

/** A finding that is cured with another one. */
export function following(root: Finding): Pick<Finding, 'cause' | 'remedies' | 'followsFrom'> {
  const { title, remedies, code } = root;
  return { cause: `It follows from the above: ${title}`, remedies, followsFrom: code };
}

function cureOfStuckLoss(
  graph: StageGraph,
  block: number,
  patient: Patient,
): Pick<Finding, 'cause' | 'remedies'> {
  const { settings, epochs } = patient;
  const slow = tooSlow(patient);
  if (slow) return slow;
  const classifier = graph.stages[graph.blocks[block]?.classifier ?? 0];
  const first = epochs.find(({ epoch }) => epoch === 0);
  const firstRate = first?.firingRates.find(({ layer }) => layer === classifier.name)?.rate ?? 0;
  if (firstRate > 0.05) {
    return {
      cause: `${classifier.name} fired at first (${share(firstRate)}): updates that were too large have silenced it, and without spikes near the threshold no gradient brings it back.`,
      remedies: [lowerLearningRate(patient, 5)],
    };
  }
  const remedies: Remedy[] = [];
  const { surrogate, surrogateWidth, threshold } = settings.neuron;
  // The resting membrane (u = 0) lies inside the window only where that reaches further down than the threshold is high.
  const reach = surrogate === 'rectangular' ? surrogateWidth / 2 : surrogateWidth;
  if ((surrogate === 'rectangular' || surrogate === 'triangular') && reach <= threshold) {
    remedies.push({
      action: "Widen the surrogate's window a, so that resting neurons get gradient",
      values: { surrogateWidth: rounded(2.5 * threshold) },
    });
  }
  const gain = gainOf(classifier, patient);
  remedies.push({
    action: 'Raise the initial gain of the layers above the first',
    values: { gain: Math.max(fittingGain(classifier, null), rounded(2 * gain.value)) },
  });
  return {
    cause: `The classifier's membranes stay outside the surrogate's window around the threshold of ${threshold}: without spikes and without gradient it cannot begin to learn.`,
    remedies,
  };
}

/** Where a learning rate far below the usual one explains that nothing moves. */
function tooSlow(patient: Patient): Pick<Finding, 'cause' | 'remedies'> | null {
  const { settings, epochs } = patient;
  const { kind, learningRate } = settings.optimizer;
  const usual = defaultOptimizer(kind).learningRate;
  const moved = largestChange(epochs[epochs.length - 1]);
  if (moved >= SLOW_CHANGE || learningRate >= usual / 4) return null;
  return {
    cause: `No layer's weights moved by more than ${share(moved)} of their size in the last epoch: the learning rate of ${learningRate} is too small.`,
    remedies: [{ action: 'Raise the learning rate', values: { lr: usual } }],
  };
}

function largestChange(epoch: Patient['epochs'][number] | undefined): number {
  return Math.max(0, ...(epoch?.weightChanges ?? []).map(({ change }) => change));
}

/** Accuracy that chance gives as well, in both splits, though training had its time. */
export function accuracyAtChance(patient: Patient): Finding[] {
  const { epochs, classCount } = patient;
  const trained = epochs.filter(({ epoch }) => epoch >= 1);
  const latest = trained[trained.length - 1];
  if (!latest || latest.epoch < PATIENT_EPOCHS) return [];
  const chance = 1 / classCount;
  const last = (list: readonly number[]) => list[list.length - 1] ?? 0;
  // Two standard deviations of guessing.
  const limit = (samples: number) => chance + 2 * Math.sqrt((chance * (1 - chance)) / Math.max(1, samples));
  const test = last(latest.testAccuracyPerBlock);
  const train = last(latest.trainAccuracyPerBlock);
  const testLimit = limit(latest.testSamples);
  if (test > testLimit || train > limit(latest.trainSamplesEvaluated)) return [];
  return [
    {
      code: 'accuracy-at-chance',
      subjects: [],
      title: `After ${latest.epoch} epochs the network guesses.`,
      evidence: `It reads ${share(test)} of the test samples right; ${share(chance)} is chance, and up to ${share(testLimit)} is luck.`,
      ...cureOfChance(patient),
    },
  ];
}

function cureOfChance(patient: Patient): Pick<Finding, 'cause' | 'remedies'> {
  const { settings, epochs } = patient;
  const { kind, learningRate } = settings.optimizer;
  const slow = tooSlow(patient);
  if (slow) return slow;
  const moved = largestChange(epochs[epochs.length - 1]);
  if (moved > FAST_CHANGE || learningRate > 4 * defaultOptimizer(kind).learningRate) {
    return {
      cause: `With a learning rate of ${learningRate} the weights are thrown about (by ${share(moved)} of their size in the last epoch), and nothing settles.`,
      remedies: [lowerLearningRate(patient, 10)],
    };
  }
  const { stepCount } = settings.encoding;
  const { truncationInterval: k, blockSize: n } = settings.schedule;
  const remedies: Remedy[] = [];
  if (k < stepCount)
    remedies.push({
      action: 'Look further back in time',
      values: { k: Math.min(stepCount, Math.max(2 * k, Math.ceil(stepCount / 2))) },
    });
  const layerCount = bodyLayerCount(toNetworkSpec(settings, expectedMeta(settings)));
  if (n < layerCount)
    remedies.push({ action: 'Train larger blocks', values: { n: Math.min(layerCount, 2 * n) } });
  return {
    cause:
      remedies.length > 0
        ? `The weights move (${share(moved)} of their size per epoch), but what tells the classes apart may lie further back in time than k = ${k} steps, or take more layers than n = ${n}.`
        : `The weights move (${share(moved)} of their size per epoch), but the frames may not hold what tells the classes apart: look at them in the view Recording.`,
    remedies,
  };
}
