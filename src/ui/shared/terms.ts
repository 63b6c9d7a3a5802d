import { blockCount, type Session } from '../../session/session.ts';
import type { AnchorId } from './anchors.ts';

/** A word of docs/glossary.md as the page explains it. */
export interface Term {
  /** The word as it stands in docs/glossary.md. */
  word: string;
  question: string;
  /** In a few sentences, with the numbers of the settings shown. */
  text: (settings: Session) => string;
  /** What of the page shows it. */
  anchor?: AnchorId;
}

const steps = (count: number) => (count === 1 ? '1 step' : `${count} steps`);

/** Every explanation of a word, once; ids are the short names of settings where the word is one. */
export const TERMS = {
  k: {
    word: 'truncation interval',
    question: 'What is k?',
    text: ({ schedule: { truncationInterval: k }, encoding: { stepCount } }) =>
      `The truncation interval: after every k time steps the network stops, compares its spikes with the label, sends errors back through those k steps only, and changes its weights. Neurons keep their state across the border; errors do not cross it. Now k = ${k}: ${Math.ceil(stepCount / k)} intervals in ${steps(stepCount)}. k = T = ${stepCount} is ordinary backpropagation through time.`,
    anchor: 'k',
  },
  n: {
    word: 'local block size',
    question: 'What is n?',
    text: (settings) =>
      `The local block size: every n layers form a block with a small classifier of its own, and errors stay inside the block. A block that has learned its interval frees its memory before the next one starts. Now n = ${settings.schedule.blockSize}: ${blockCount(settings)} ${blockCount(settings) === 1 ? 'block, as usual' : 'blocks'}.`,
    anchor: 'n',
  },
  bptt: {
    word: 'full BPTT',
    question: 'What is full backpropagation through time?',
    text: ({ encoding: { stepCount } }) =>
      `The ordinary way: run all ${steps(stepCount)} of a sample through all layers, keep everything that happened, then send errors back through all of it. Exact for the surrogate gradient, and hungry for memory. It is k = T and n = L here.`,
    anchor: 'grid',
  },
  block: {
    word: 'local block',
    question: 'What is a local block?',
    text: () =>
      'Neighbouring layers that learn together from one local classifier. Spikes pass from block to block, errors do not: each block is trained as if it were a network of its own.',
    anchor: 'grid',
  },
  classifier: {
    word: 'classifier',
    question: 'What is a local classifier?',
    text: ({ network }) =>
      `A linear layer of spiking neurons, one per class, at the end of a block: its spike counts against the label are the block’s loss. The last block’s classifier gives the prediction. Now they are ${network.classifier.kind === 'random' ? 'random: drawn once and never changed' : 'trainable: they learn along'}.`,
    anchor: 'grid',
  },
  membrane: {
    word: 'membrane potential',
    question: 'What is a membrane potential?',
    text: ({ neuron: { beta, threshold } }) =>
      `What a neuron remembers: in every step it keeps ${beta} of what it had, adds its weighted input, and fires a spike where it goes above ${threshold}.`,
    anchor: 'grid',
  },
  beta: {
    word: 'leak factor',
    question: 'What is beta?',
    text: ({ neuron: { beta } }) =>
      `The leak factor: the share of its membrane potential that a neuron keeps from one step to the next. At ${beta} an input has faded to a tenth after ${beta > 0 && beta < 1 ? `${Math.ceil(Math.log(0.1) / Math.log(beta))} steps` : beta === 0 ? '1 step' : 'no number of steps'}; gradients fade with it, which is why a short k can be enough.`,
    anchor: 'settings',
  },
  threshold: {
    word: 'firing threshold',
    question: 'What is the threshold?',
    text: ({ neuron: { threshold } }) =>
      `A neuron fires in the steps in which its membrane potential is above ${threshold}. Lower: more spikes; higher: layers may fall silent.`,
    anchor: 'settings',
  },
  theta: {
    word: 'what a spike subtracts',
    question: 'What is theta?',
    text: ({ neuron: { theta } }) =>
      `What a spike subtracts from the membrane potential in the next step, ${theta} now: the soft reset. What is left above the threshold is not lost.`,
    anchor: 'settings',
  },
  reset: {
    word: 'reset',
    question: 'What is the reset?',
    text: ({ neuron: { reset } }) =>
      `What a spike does to the membrane potential in the next step: soft subtracts theta, hard starts again from 0. Now it is ${reset}.`,
    anchor: 'settings',
  },
  surrogate: {
    word: 'surrogate derivative',
    question: 'What is a surrogate derivative?',
    text: () =>
      'A spike is a jump, and a jump has no useful slope: no error could pass. Backward, the slope of a smooth bump around the threshold is taken in its place. Forward, spikes stay spikes.',
    anchor: 'settings',
  },
  surrogateWidth: {
    word: 'parameter of the surrogate',
    question: 'What is the surrogate width?',
    text: ({ neuron: { surrogateWidth } }) =>
      `How far from the threshold a membrane potential may lie and still learn: the parameter a, ${surrogateWidth} now. Too narrow: few neurons get an error; too wide: the error says little.`,
    anchor: 'settings',
  },
  detachReset: {
    word: 'gradient through the reset left out',
    question: 'What is a detached reset?',
    text: () =>
      'The reset depends on the spike before, so errors could travel through it too. Kept is the exact gradient of the equations; detached leaves this path out, as many programs do.',
    anchor: 'settings',
  },
  T: {
    word: 'time steps per sample',
    question: 'What is T?',
    text: ({ encoding: { stepCount, stepDurationUs } }) =>
      `The number of time steps per sample: ${stepCount} frames of ${stepDurationUs / 1000} ms, ${(stepCount * stepDurationUs) / 1000} ms of a recording. What comes later is not seen.`,
    anchor: 'frames',
  },
  dt: {
    word: 'duration of one frame',
    question: 'What is dt?',
    text: ({ encoding: { stepDurationUs } }) =>
      `The duration of one frame, ${stepDurationUs / 1000} ms: events of that time fall into one step. Shorter steps show fast movements and cost more of them.`,
    anchor: 'frames',
  },
  event: {
    word: 'event',
    question: 'What is an event?',
    text: () =>
      'What an event camera sends: this pixel became brighter (ON) or darker (OFF), at this microsecond. Nothing is sent where nothing changes, so that there are no pictures, only changes.',
    anchor: 'recording',
  },
  update: {
    word: 'update',
    question: 'When do weights change?',
    text: ({ update, schedule, encoding }) =>
      update === 'interval'
        ? `After every interval: ${Math.ceil(encoding.stepCount / schedule.truncationInterval)} updates per batch now, with the newest weights for what comes next.`
        : 'Once per batch, after all intervals: their gradients are added up and used together.',
    anchor: 'settings',
  },
  loss: {
    word: 'loss',
    question: 'What is the loss?',
    text: ({ loss }) =>
      loss === 'mse'
        ? 'How wrong a block is: the squared difference between the firing rates of its classifier and the label (1 for the right class, 0 for all others).'
        : 'How wrong a block is: the cross-entropy of its classifier’s firing rates against the label.',
    anchor: 'accuracy',
  },
  testAccuracy: {
    word: 'test accuracy',
    question: 'What is test accuracy?',
    text: ({ data: { classCount } }) =>
      `The share of recordings recognised that were never trained on, with fixed weights, after each epoch. Guessing gives ${(100 / classCount).toFixed(classCount > 20 ? 1 : 0)} % with ${classCount} classes.`,
    anchor: 'accuracy',
  },
  epochs: {
    word: 'epoch',
    question: 'What is an epoch?',
    text: ({ data: { trainCount }, batchSize }) =>
      `All training samples once: ${Math.ceil(trainCount / batchSize)} batches of ${batchSize} now.`,
    anchor: 'transport',
  },
  lr: {
    word: 'learning rate',
    question: 'What is the learning rate?',
    text: ({ optimizer: { learningRate } }) =>
      `How far weights move along their gradient in one update, ${learningRate} now. Too large: the loss jumps; too small: nothing happens. It can be changed while training runs.`,
    anchor: 'settings',
  },
  precision: {
    word: 'precision of the weights that kernels read',
    question: 'What are f16 weights?',
    text: ({ weightPrecision }) =>
      `Mixed precision: forward and backward pass read a copy of the weights in 16 bits, 11 of them for the digits, while updates go on in f32. Fewer bytes are read, 2 more per weight are held, and results change a little: every weight is off by up to 0.05 % of itself. Now it is ${weightPrecision}.`,
    anchor: 'settings',
  },
  history: {
    word: 'history',
    question: 'What is spike history?',
    text: () =>
      'What the backward pass needs to know about the forward one. Here it is two bits per neuron and step: did it fire, and was it close enough to the threshold to learn. Programs that keep numbers need 32 bits for each.',
    anchor: 'forecast',
  },
  firingRate: {
    word: 'firing rate',
    question: 'What is a firing rate?',
    text: () =>
      'Spikes of a neuron per step, between 0 and 1. A layer near 0 is silent and passes nothing on; a layer near 1 always says the same.',
    anchor: 'charts',
  },
  access: {
    word: 'access',
    question: 'What is memory access?',
    text: () =>
      'How many 32-bit words are read and written for one batch, by the paper’s equations. On real chips moving a word costs far more energy than adding it.',
    anchor: 'cost',
  },
  additions: {
    word: 'additions',
    question: 'Why additions?',
    text: () =>
      'A spike is 0 or 1: a weight times a spike needs no multiplication, it is added or not. Forward passes and weight gradients are therefore counted as additions, and only where there are spikes.',
    anchor: 'cost',
  },
  macs: {
    word: 'multiply-accumulates',
    question: 'What are MACs?',
    text: () =>
      'Multiply-accumulate operations: sending errors down through a layer’s weights needs real multiplications. With n = 1 errors never pass through a layer, only through its classifier: almost all MACs go away.',
    anchor: 'cost',
  },
  fom: {
    word: 'figure of merit',
    question: 'What is the FoM?',
    text: () =>
      'The paper’s figure of merit: loss of accuracy, memory, access, additions and MACs, each as a share of full BPTT’s, weighted and added. 1 is full BPTT, smaller is better.',
    anchor: 'cost',
  },
} as const satisfies Record<string, Term>;

export type TermId = keyof typeof TERMS;

/** The term that explains a setting, by the setting's short name; undefined where its name says it all. */
export function termOf(setting: string): TermId | undefined {
  return setting in TERMS ? (setting as TermId) : undefined;
}
