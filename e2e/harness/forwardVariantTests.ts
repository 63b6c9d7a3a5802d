import { frameSize } from '../../src/core/encodedDataset.ts';
import { type ForwardVariant, forwardKernel, servesForward } from '../../src/core/plan/forwardVariants.ts';
import { dropoutMask } from '../../src/reference/dropoutMask.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import { DYADIC_NEURON, type LayerCase, SYNAPSE_CASES, sameWords, TestNumbers } from './kernelCase.ts';
import { expect, test } from './kernelTest.ts';
import { expectActivity, expectLif, type LifVariant, runLif } from './lifCase.ts';

const byName = (name: string) => SYNAPSE_CASES.find((layer) => layer.name === name) ?? SYNAPSE_CASES[0];
const ODD = byName('odd channels, padding 1');

function shapeOf({ field, planes }: LayerCase) {
  const { kernelHeight, kernelWidth, stride, padding, inputShape, outputShape } = field;
  const vectors = Math.ceil(outputShape.channels / 4);
  return {
    kernelHeight,
    kernelWidth,
    stride,
    padding,
    inChannels: inputShape.channels,
    outChannels: outputShape.channels,
    outWidth: outputShape.width,
    inPlanes: planes,
    isFrames: false,
    vectors,
  };
}

/** Kernel and overrides of a variant for a layer, with what a case adds. */
function variantOf(variant: ForwardVariant, layer: LayerCase, extra: LifVariant = {}): LifVariant {
  const { kernel, overrides } = forwardKernel(variant, shapeOf(layer), layer.steps);
  return { ...extra, kernel, overrides: { ...overrides, ...extra.overrides } };
}

/** Tests of one variant's kernel against the twin, and against the bits of the event-driven kernel. */
export function testForwardVariant(variant: Exclude<ForwardVariant, 'eventDriven'>): void {
  const serves = SYNAPSE_CASES.filter((layer) => servesForward(variant, shapeOf(layer)));

  test.describe(`${variant} equals the twin`, () => {
    for (const layer of serves) {
      test(layer.name, async ({ kernels }) => {
        const outcome = await runLif(kernels, layer, variantOf(variant, layer));
        expectLif(outcome);
        if (frameSize(layer.field.outputShape) > 1) expectActivity(outcome);
      });
    }

    for (const layer of serves) {
      test(`weights in half precision, ${layer.name}`, async ({ kernels }) => {
        const outcome = await runLif(kernels, layer, variantOf(variant, layer, { half: true }));
        expectLif(outcome);
        if (frameSize(layer.field.outputShape) > 1) expectActivity(outcome);
      });
    }

    test('in the middle of a sample and of the history, without bias, several groups of steps', async ({
      kernels,
    }) => {
      const cells = ODD.batchSize * frameSize(ODD.field.outputShape);
      const membrane = Float64Array.from(new TestNumbers(9).dyadic(cells));
      const spikes = membrane.map((u) => (u >= DYADIC_NEURON.threshold ? 1 : 0));
      const outcome = await runLif(
        kernels,
        ODD,
        variantOf(variant, ODD, {
          overrides: variant === 'dense' ? { STEPS: 2 } : {},
          before: { input: 3, history: 2 },
          state: { membrane, spikes },
          hasBias: false,
        }),
      );
      expectLif(outcome);
    });

    test('hard reset with membranes kept', async ({ kernels }) => {
      const outcome = await runLif(
        kernels,
        ODD,
        variantOf(variant, ODD, {
          overrides: { HISTORY: 2, RESET: 1 },
          neuron: { ...DYADIC_NEURON, reset: 'hard' },
        }),
      );
      expectLif(outcome, TOLERANCES.exact, 2);
      expectActivity(outcome);
    });

    test('dropout from the counter generator', async ({ kernels }) => {
      const shape = ODD.field.outputShape;
      const sampleStart = 3;
      const draw = { seed: 123456789, iteration: 77, stream: 9, dropout: 0.3 };
      const outcome = await runLif(
        kernels,
        ODD,
        variantOf(variant, ODD, {
          overrides: { DROPOUT: 1 },
          params: { dropout: draw.dropout, dropoutStream: draw.stream, sampleStart },
          window: { seed: draw.seed, iteration: draw.iteration },
          keep: dropoutMask(shape, sampleStart + ODD.batchSize, draw).slice(sampleStart * frameSize(shape)),
        }),
      );
      expectLif(outcome);
    });

    test('free numbers: the bits of the event-driven kernel', async ({ kernels }) => {
      const free: LifVariant = {
        neuron: { ...DYADIC_NEURON, beta: 0.83, theta: 0.29, threshold: 0.41 },
        weights: (numbers, length) => numbers.normal(length).map((value) => 0.3 * value),
        params: { inScale: 0.7 },
      };
      const found = await runLif(kernels, ODD, variantOf(variant, ODD, free));
      const plain = await runLif(kernels, ODD, variantOf('eventDriven', ODD, free));
      for (const buffer of ['membrane', 'spikes', 'surrogateHistory']) {
        expect(sameWords(found.found[buffer], plain.found[buffer]), buffer).toBe(true);
      }
      expectActivity(found);
    });

    if (variant !== 'wordSparse') {
      test('counts in several planes', async ({ kernels }) => {
        const layer = byName('three planes');
        expectLif(await runLif(kernels, layer, variantOf(variant, layer, { params: { inScale: 0.25 } })));
      });
    }
  });
}
