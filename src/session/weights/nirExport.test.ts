import { describe, expect, it } from 'vitest';
import { buildStages } from '../../core/plan/stages.ts';
import { parameterTensors } from '../../core/plan/tensors.ts';
import { uniform } from '../../core/random.ts';
import { memorySource } from '../../data/byteSource.ts';
import { readNir, writeNir } from '../../data/nir/nirFile.ts';
import type { NamedTensor } from '../../trainer/messages.ts';
import { formatLayers } from '../layerNotation.ts';
import { defaultSession, expectedMeta, type Session, toNetworkSpec } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import { toNir } from './nirExport.ts';
import { takeNir } from './nirImport.ts';

const sessionOf = (values: Record<string, unknown>): Session =>
  Object.entries(values).reduce<Session>(
    (session, [name, value]) => applySetting(session, name, value),
    defaultSession(),
  );

function weightsOf(session: Session): NamedTensor[] {
  const network = toNetworkSpec(session, expectedMeta(session));
  return parameterTensors(buildStages(network, session.schedule.blockSize)).map(
    ({ name, shape }, tensor) => ({
      name,
      shape,
      values: Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        (_, i) => 0.1 + uniform(1, 'test', tensor, i),
      ),
    }),
  );
}

const exported = (session: Session, tensors = weightsOf(session)) =>
  toNir(
    toNetworkSpec(session, expectedMeta(session)),
    session.schedule.blockSize,
    tensors,
    session.encoding.stepDurationUs / 1e6,
  );

describe('networks as NIR graphs', () => {
  it('come back from a file as the same network with the same weights', async () => {
    const session = sessionOf({
      layers: '4C3s2p1b-AP2-8FCb',
      height: 12,
      width: 10,
      classes: 3,
      classifierBias: true,
      beta: 0.75,
      threshold: 0.5,
      theta: 0.5,
      surrogateWidth: 1,
      reset: 'hard',
      dt: 1000,
    });
    const tensors = weightsOf(session);
    const bytes = await writeNir(exported(session, tensors).graph);
    const { session: back, weights } = takeNir('x.nir', await readNir(memorySource('x.nir', bytes)), session);
    expect(formatLayers(back.network.layers)).toBe(formatLayers(session.network.layers));
    expect(back.network.classifier).toEqual(session.network.classifier);
    for (const key of ['threshold', 'reset', 'surrogateWidth'] as const)
      expect(back.neuron[key]).toBe(session.neuron[key]);
    expect(back.neuron.beta).toBeCloseTo(0.75, 6);
    for (const { name, values } of tensors) {
      const portable = name.replace(/^c\d+/, 'classifier@3');
      const other = weights.tensors.find((tensor) => tensor.name === portable)?.values ?? [];
      expect(other.length, name).toBe(values.length);
      for (const [i, value] of values.entries()) expect(other[i]).toBeCloseTo(value, 5);
    }
  });

  it('have batch norm worked into their weights', () => {
    const session = sessionOf({ layers: '4FCn', height: 1, width: 2, classes: 2, beta: 1 });
    const tensors = weightsOf(session);
    const { graph } = exported(session, tensors);
    const of = (name: string) => tensors.find((tensor) => tensor.name === name)?.values ?? new Float32Array();
    const gain = of('l0.bn.weight')[1] / Math.sqrt(of('l0.bn.running_var')[1] + 1e-5);
    const affine = graph.nodes.find(({ name }) => name === 'fc1_weights')?.values;
    const [weight, bias] = [affine?.get('weight'), affine?.get('bias')];
    if (typeof weight !== 'object' || typeof bias !== 'object') throw new Error('no numbers');
    expect(weight.data[4]).toBeCloseTo(of('l0.weight')[4] * gain, 6);
    expect(bias.data[1]).toBeCloseTo(of('l0.bn.bias')[1] - of('l0.bn.running_mean')[1] * gain, 6);
    expect(graph.nodes.map(({ type }) => type)).toContain('IF');
  });

  it('say what the file is not: the soft reset', () => {
    const { remarks } = exported(sessionOf({ layers: '4FC', height: 4, width: 4 }));
    expect(remarks[0]).toContain('soft reset by a constant of its own (theta = 0.3)');
    expect(
      exported(sessionOf({ layers: '4FC', height: 4, width: 4, reset: 'hard' })).remarks.join(),
    ).not.toContain('soft');
  });

  it('refuse what NIR has no node for', () => {
    expect(() => exported(sessionOf({ layers: '4C3-MP2', height: 8, width: 8 }))).toThrow(
      'NIR has no maximum pool',
    );
  });

  it('write a residual unit as two edges into one node', () => {
    const session = sessionOf({ layers: '4C3p1-4SEW', height: 6, width: 6, classes: 2 });
    const { graph } = exported(session);
    const into = graph.edges.filter(([, to]) => to === 'classifier1_flatten').map(([from]) => from);
    expect(into).toEqual(['sew2_lif2', 'conv1']);
  });
});
