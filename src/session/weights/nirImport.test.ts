import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../data/byteSource.ts';
import { type NirGraph, type NirNode, type NirValue, readNir, writeNir } from '../../data/nir/nirFile.ts';
import { formatLayers } from '../layerNotation.ts';
import { defaultSession } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import { takeNir } from './nirImport.ts';

const array = (shape: number[], ...data: number[]): NirValue => ({ shape, data: Float64Array.from(data) });
const node = (name: string, type: string, values: Record<string, NirValue> = {}): NirNode => ({
  name,
  type,
  values: new Map(Object.entries(values)),
});
const chain = (...nodes: NirNode[]): NirGraph => ({
  version: '1.0',
  nodes,
  edges: nodes.slice(1).map(({ name }, i) => [nodes[i].name, name]),
});
const fire = (name: string, size: number, more: Record<string, NirValue> = {}) =>
  node(name, 'IF', {
    r: array([size], ...new Array(size).fill(1)),
    v_threshold: array([size], ...new Array(size).fill(1)),
    ...more,
  });

/** 4 inputs - 2 neurons - 2 outputs. */
const tiny = (hidden: NirNode) =>
  chain(
    node('in', 'Input', { shape: array([1], 4) }),
    node('a', 'Linear', { weight: array([2, 4], 1, 2, 3, 4, 5, 6, 7, 8) }),
    hidden,
    node('b', 'Affine', { weight: array([2, 2], 1, 2, 3, 4), bias: array([2], 0.5, -0.5) }),
    fire('out1', 2),
    node('out', 'Output', { shape: array([1], 2) }),
  );

const session = applySetting(defaultSession(), 'dt', 1000);

describe('NIR graphs as networks', () => {
  it('turn IF into LIF with beta 1, and keep the session’s reset where the file says nothing', () => {
    const { session: taken, weights, remarks } = takeNir('x.nir', tiny(fire('h', 2)), session);
    expect(formatLayers(taken.network.layers)).toBe('2FC');
    expect(taken.network.classifier).toEqual({ kind: 'trainable', bias: true });
    expect(taken.neuron).toMatchObject({ beta: 1, threshold: 1, theta: 1, reset: 'soft' });
    expect(taken.encoding).toMatchObject({ channels: 1, height: 1, width: 4 });
    expect(taken.data.classCount).toBe(2);
    expect(weights.tensors.map(({ name, shape, values }) => [name, shape, [...values]])).toEqual([
      ['l0.weight', [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]],
      ['classifier@1.weight', [2, 2], [1, 2, 3, 4]],
      ['classifier@1.bias', [2], [0.5, -0.5]],
    ]);
    expect(remarks.join(' ')).toContain("The session's reset is kept: soft");
  });

  it('work leak, resistance and time constants into weights, biases and beta', () => {
    const lif = node('h', 'LIF', {
      tau: array([2], 0.004, 0.004),
      r: array([2], 2, 1),
      v_leak: array([2], 0, 0.4),
      v_threshold: array([2], 1, 2),
    });
    const { session: taken, weights } = takeNir('x.nir', tiny(lif), session);
    // dt/tau = 1/4; the second neuron's threshold of 2 becomes 1 by halving what drives it.
    expect(taken.network.layers[0]).toEqual({
      kind: 'linear',
      out: 2,
      bias: true,
      neuron: { beta: 0.75, threshold: 1, theta: 1 },
    });
    expect([...weights.tensors[0].values]).toEqual([0.5, 1, 1.5, 2, 0.625, 0.75, 0.875, 1]);
    expect(weights.tensors[1].values[0]).toBe(0);
    expect(weights.tensors[1].values[1]).toBeCloseTo(0.05, 7);
  });

  it('take a stated reset to 0 as the hard reset', () => {
    const graph = tiny(fire('h', 2, { v_reset: array([2], 0, 0) }));
    graph.nodes[4].values.set('v_reset', array([2], 0, 0));
    expect(takeNir('x.nir', graph, session).session.neuron.reset).toBe('hard');
  });

  it.each([
    ['another neuron', tiny(node('h', 'CubaLIF')), 'node h is of type CubaLIF'],
    ['another reset', tiny(fire('h', 2, { v_reset: array([1], 0.5) })), 'h is reset to another value than 0'],
    [
      'a step longer than tau',
      tiny(
        node('h', 'LIF', {
          tau: array([1], 1e-4),
          r: array([1], 1),
          v_leak: array([1], 0),
          v_threshold: array([1], 1),
        }),
      ),
      'the time constant of h is 0.0001 s',
    ],
    [
      'recurrence',
      { ...tiny(fire('h', 2)), edges: [...tiny(fire('h', 2)).edges, ['h', 'a'] as [string, string]] },
      'node a has several inputs',
    ],
    ['no input', chain(node('out', 'Output')), 'it has 0 inputs'],
  ])('with %s are refused by name', (_case, graph, message) => {
    expect(() => takeNir('x.nir', graph, session)).toThrow(message);
  });

  it('survive a file', async () => {
    const graph = tiny(fire('h', 2));
    const bytes = await writeNir(graph);
    const read = await readNir(memorySource('x.nir', bytes));
    const sorted = (nodes: NirNode[]) =>
      nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((each) => [each.name, each.type]);
    expect(sorted(read.nodes)).toEqual(sorted(graph.nodes));
    expect(read.edges).toEqual(graph.edges);
    expect(takeNir('x.nir', read, session).weights).toEqual(takeNir('x.nir', graph, session).weights);
  });

  const folder = new URL('../../../../shared/data/nir/', import.meta.url);
  const open = async (name: string) => readNir(memorySource(name, readFileSync(new URL(name, folder))));

  it.skipIf(!existsSync(folder))('of Sinabs become a runnable network (needs ../shared)', async () => {
    const { session: taken, weights } = takeNir('cnn.nir', await open('cnn_sinabs.nir'), session);
    expect(formatLayers(taken.network.layers)).toBe('16C5s2p1b-16C3p1b-AP2plain-8C3p1b-AP2plain-256FCb');
    expect(taken.encoding).toMatchObject({ channels: 2, height: 34, width: 34 });
    expect(taken.data.classCount).toBe(10);
    // The weights behind a 2x2 sum pool: four times those of the file, on the average.
    const second = weights.tensors.find(({ name }) => name === 'l3.weight');
    expect(second?.values[0]).toBe(Math.fround(4 * 0.11908170580863953));
  });

  it.skipIf(!existsSync(folder)).each([
    ['lif_norse.nir', 'one layer of neurons'],
    ['two_lif_neurons.nir', 'it has 1 output neuron'],
  ])('%s: what cannot be trained is said (needs ../shared)', async (name, message) => {
    const graph = await open(name);
    expect(() => takeNir(name, graph, session)).toThrow(message);
  });

  it('that are cut short are refused', async () => {
    const bytes = await writeNir(tiny(fire('h', 2)));
    for (const share of [0, 0.1, 0.5, 0.9])
      await expect(
        readNir(memorySource('x.nir', bytes.slice(0, bytes.length * share))),
      ).rejects.toMatchObject({
        code: expect.stringMatching(/^(damaged-file|nir-invalid)$/),
      });
  });
});
