import { describe, expect, it } from 'vitest';
import { buildStages } from '../../core/plan/stages.ts';
import { parameterTensors } from '../../core/plan/tensors.ts';
import { randomU32 } from '../../core/random.ts';
import type { NamedTensor } from '../../trainer/messages.ts';
import { decodeLink } from '../linkCodec.ts';
import { defaultSession, expectedMeta, type Session, toNetworkSpec } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import { wantedWeights } from './weightsActions.ts';
import { readWeightsFile, writeWeightsFile } from './weightsFile.ts';

const small = ['4C3b-AP2-8FCn', 12, 10].reduce<Session>(
  (session, value, i) => applySetting(session, ['layers', 'height', 'width'][i], value),
  defaultSession(),
);

/** Weights of a session's network as the trainer exports them. */
function exported(session: Session, seed = 1): NamedTensor[] {
  const graph = buildStages(toNetworkSpec(session, expectedMeta(session)), session.schedule.blockSize);
  return parameterTensors(graph).map(({ name, shape }, tensor) => ({
    name,
    shape,
    values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
      Math.fround(randomU32(seed, 'test', tensor, i) / 2 ** 32 - 0.5),
    ),
  }));
}

const facts = (session: Session) => ({ session, digest: 'd'.repeat(64), epoch: 3 });

/** A reader of safetensors that knows nothing of ours: length, JSON, bytes. */
function independentReader(bytes: Uint8Array): {
  metadata: Record<string, string>;
  read(name: string): { dtype: string; shape: number[]; values: number[] };
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(bytes.slice(8, 8 + length)).toString('utf8'));
  return {
    metadata: header.__metadata__,
    read(name) {
      const { dtype, shape, data_offsets: offsets } = header[name];
      const values = [];
      for (let at = 8 + length + offsets[0]; at < 8 + length + offsets[1]; at += 4)
        values.push(view.getFloat32(at, true));
      return { dtype, shape, values };
    },
  };
}

describe('weights as safetensors', () => {
  it('are read by another reader, with metadata that say how to use them', () => {
    const tensors = exported(small);
    const { metadata, read } = independentReader(writeWeightsFile(tensors, facts(small)));
    for (const { name, shape, values } of tensors)
      expect(read(name)).toEqual({ dtype: 'F32', shape, values: [...values] });
    expect(metadata).toMatchObject({
      format: 'spikelet-weights',
      network: '4C3b-AP2-8FCn',
      input: expect.stringContaining('2x12x10'),
      order: tensors.map(({ name }) => name).join(' '),
      classifiers: '{"c0":3}',
      digest: 'd'.repeat(64),
    });
    expect(JSON.parse(metadata.neuron)).toEqual(small.neuron);
    expect(decodeLink(metadata.link).session).toEqual(small);
    expect(JSON.parse(metadata.session)).toEqual(small);
  });

  it('come back, and the session names them', () => {
    const tensors = exported(small);
    const file = writeWeightsFile(tensors, facts(small));
    const { session, weights, remarks } = readWeightsFile('w.safetensors', file, small);
    expect(remarks).toEqual([]);
    expect(session).toEqual({
      ...small,
      initialization: { ...small.initialization, weights: weights.digest },
    });
    expect(wantedWeights(session, weights)).toBe(weights.tensors);
    expect(wantedWeights(small, weights)).toBeUndefined();
    expect(() => wantedWeights(session, null)).toThrow('begins with weights from a file');
    const other = readWeightsFile('w.safetensors', writeWeightsFile(exported(small, 2), facts(small)), small);
    expect(other.weights.digest).not.toBe(weights.digest);
  });

  it('keep classifiers with their layer when (k, n) is another, and say which are drawn anew', () => {
    const file = writeWeightsFile(exported(small), facts(small));
    const narrow = applySetting(small, 'n', 1);
    const { weights, remarks } = readWeightsFile('w.safetensors', file, narrow);
    expect(weights.tensors.map(({ name }) => name)).toContain('classifier@3.weight');
    expect(remarks).toEqual(['The file has no weights for 1 of 2 local classifiers; they are drawn anew.']);
  });

  it('of another network bring its settings along, and keep the data', () => {
    const file = writeWeightsFile(exported(small), facts(small));
    const mine = applySetting(defaultSession(), 'dataSeed', 9);
    const { session, remarks } = readWeightsFile('w.safetensors', file, mine);
    expect(session.network).toEqual(small.network);
    expect(session.encoding).toEqual(small.encoding);
    expect(session.data.seed).toBe(9);
    expect(remarks[0]).toContain('4C3b-AP2-8FCn');
  });

  it('name what does not fit', () => {
    const tensors = exported(small)
      .filter(({ name }) => name !== 'l0.bias')
      .map((tensor) => (tensor.name === 'l2.weight' ? { ...tensor, shape: [80, 8] } : tensor));
    const bytes = writeWeightsFile(tensors, facts(small));
    // Another tool's file says nothing of a session.
    const text = new TextDecoder('latin1').decode(bytes).replace('"link":"#v=2', '"link":"#v=9');
    const foreign = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    expect(() => readWeightsFile('w.safetensors', foreign, small)).toThrow(
      'The weights are not of this network: l2.weight is [80, 8], the network’s is [8, 80]; l0.bias [4] is missing.'.replace(
        '’',
        "'",
      ),
    );
  });

  it('with NaN are refused', () => {
    const tensors = exported(small);
    tensors[0].values[2] = Number.NaN;
    expect(() => readWeightsFile('w', writeWeightsFile(tensors, facts(small)), small)).toThrow(
      'l0.weight holds NaN',
    );
  });
});
