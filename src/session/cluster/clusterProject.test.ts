import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EncodedDataset } from '../../core/encodedDataset.ts';
import { roundToHalf } from '../../core/halfFloat.ts';
import { buildStages } from '../../core/plan/stages.ts';
import { parameterTensors } from '../../core/plan/tensors.ts';
import { randomU32, shuffle, uniform } from '../../core/random.ts';
import { readSafetensors } from '../../core/safetensors.ts';
import { SURROGATES } from '../../core/surrogate.ts';
import { NO_AUGMENTATION, type TrainingConfig } from '../../core/trainingConfig.ts';
import { defaultSession, expectedMeta, type Session, toTrainingConfig } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import { readWeightsFile } from '../weights/weightsFile.ts';
import { clusterProject, FRAMES_NAME, pythonConfig } from './clusterProject.ts';
import { framesFile } from './frames.ts';

/** A Python with PyTorch, or '' where this machine has none. */
const PYTHON = (() => {
  for (const name of [process.env.PYTHON ?? 'python3', '/usr/bin/python3']) {
    try {
      execFileSync(name, ['-c', 'import torch, numpy'], { stdio: 'ignore', timeout: 60_000 });
      return name;
    } catch {
      // The next one.
    }
  }
  return '';
})();
const GOLDEN = new URL('../../../../shared/golden/', import.meta.url);
const hasGolden = existsSync(GOLDEN);
const TIMEOUT_MS = 240_000;

const small: Session = Object.entries({
  layers: '4C3b-AP2-8FCd0.25',
  height: 12,
  width: 10,
  T: 6,
  k: 4,
  n: 1,
  batch: 4,
  epochs: 2,
  shift: 1,
  flip: true,
  classes: 3,
}).reduce<Session>((session, [name, value]) => applySetting(session, name, value), defaultSession());

const dataset = (): EncodedDataset => {
  const words = Math.ceil((2 * 12 * 10) / 32);
  const count = 10;
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  return {
    kind: 'events',
    name: 'noise',
    fingerprint: 'f'.repeat(64),
    synthetic: true,
    shape: { channels: 2, height: 12, width: 10 },
    stepCount: 6,
    classNames: ['a', 'b', 'c'],
    bits: Uint32Array.from({ length: count * 6 * words }, (_, i) => {
      const last = i % words === words - 1;
      return (randomU32(1, 'test', 1, i) & randomU32(2, 'test', 1, i) & (last ? 0xffff : 0xffffffff)) >>> 0;
    }),
    pixels: null,
    labels,
    split: Uint8Array.from(labels, (_, i) => (i < 7 ? 0 : 1)),
  };
};

function weightsOf(config: TrainingConfig) {
  const graph = buildStages(config.network, config.schedule.blockSize);
  return parameterTensors(graph).map(({ name, shape }, tensor) => ({
    name,
    shape,
    values: Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => 0.5 * uniform(3, 'test', tensor, i) - 0.2,
    ),
  }));
}

async function project(session: Session = small): Promise<Record<string, Uint8Array>> {
  const config = toTrainingConfig(session, expectedMeta(session));
  const digest = 'd'.repeat(64);
  const run = { session, config, dataset: dataset(), tensors: weightsOf(config), digest, epoch: 0 };
  return { ...clusterProject(run), [FRAMES_NAME]: await framesFile(dataset()) };
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spikelet-cluster-'));
  for (const [name, bytes] of Object.entries(await project())) writeFileSync(join(folder, name), bytes);
});
/** Programs that are running: none outlives this test, not even one that waits for a peer that is gone. */
const running = new Set<ChildProcess>();
const endAll = () => {
  for (const child of running) child.kill('SIGKILL');
};
process.once('exit', endAll);
afterAll(async () => {
  endAll();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) =>
  execFileSync(PYTHON, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Runs a Python program beside others. @returns What it wrote. */
function start(args: string[], more: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, OMP_NUM_THREADS: '1', ...more };
    const child = spawn(PYTHON, args, { cwd: folder, env });
    running.add(child);
    let text = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('close', (code) => {
      running.delete(child);
      if (code === 0) resolve(text);
      else reject(new Error(`${text}\n${errors}`));
    });
  });
}

/** Starts the script once per rank, as torchrun does, and gives what each wrote. When one fails, so do all. */
async function runTwo(...args: string[]): Promise<string[]> {
  const port = String(await freePort());
  const both = ['0', '1'].map((rank) =>
    start(args, {
      RANK: rank,
      LOCAL_RANK: rank,
      WORLD_SIZE: '2',
      MASTER_ADDR: '127.0.0.1',
      MASTER_PORT: port,
    }),
  );
  return Promise.all(both).catch((error) => {
    endAll();
    throw error;
  });
}

/** In the place of Ray, which is not installed with PyTorch: every combination is trained here, one after the other. */
const RAY_TUNE = `
import functools
import itertools
import types

reported = []

def grid_search(values):
    return list(values)

def with_parameters(function, **given):
    return functools.partial(function, **given)

def with_resources(function, _resources):
    return function

def report(metrics):
    reported.append(metrics)

class Tuner:
    def __init__(self, trainable, param_space):
        self.trainable = trainable
        self.space = param_space

    def fit(self):
        results = []
        for values in itertools.product(*self.space.values()):
            config = dict(zip(self.space, values))
            reported.clear()
            error = None
            try:
                self.trainable(config)
            except Exception as problem:
                error = problem
            metrics = reported[-1] if reported else {}
            results.append(types.SimpleNamespace(config=config, metrics=metrics, error=error))
        return results
`;

/** Halves of given numbers, and the gradients of an iteration: with halves read, from weights that are halves already, and in f32. */
const HALVES = `
import json, pathlib, sys
import numpy as np
import torch
import training
from data import Frames
from network import HalfPrecision
from tensor_file import read_tensors
given = torch.tensor(json.loads(sys.argv[1]), dtype=torch.float64).to(torch.float32)
config = {**json.loads(pathlib.Path("config.json").read_text()), "update": "sequence"}
# So wide that every neuron passes gradient on.
config["network"]["neuron"]["surrogateWidth"] = 50
tensors, _ = read_tensors("weights.safetensors")
device = torch.device("cpu")
rounded = {name: HalfPrecision.apply(torch.from_numpy(np.array(each))).numpy() for name, each in tensors.items()}
frames = Frames("data.safetensors")
places = frames.samples(0)[:4]
labels = torch.from_numpy(np.array([frames.labels[place] for place in places]).astype(np.int64))

def gradients(precision, start):
    trainer = training.Trainer({**config, "weightPrecision": precision}, device)
    trainer.load(start)
    trainer.train_batch(frames.batch(places, device), labels, 0.1)
    return [parameter.grad.flatten().tolist() for block in trainer.blocks for parameter in block.parameters()]

print(json.dumps({
    "halves": HalfPrecision.apply(given).tolist(),
    "read": gradients("f16", tensors),
    "rounded": gradients("f32", rounded),
    "single": gradients("f32", tensors),
}))
`;

/** The session's own combination, trained without a sweep. */
const DIRECTLY = `
import json, pathlib, torch
import sweep, training
from data import Frames
from tensor_file import read_tensors
config = json.loads(pathlib.Path("config.json").read_text())
device = torch.device("cpu")
tensors, _ = read_tensors("weights.safetensors")
start = sweep.with_drawn_classifiers(
    training.Trainer(config, device), tensors, config["initialization"]["gain"], config["seed"])
figures = []
training.run(config, Frames("data.safetensors"), start, device, 2, figures.append)
print(json.dumps(figures[-1]))
`;

describe('the project for a cluster', () => {
  it('holds readable sources, the session, weights and frames', async () => {
    const files = await project();
    expect(Object.keys(files).sort()).toEqual([
      'README.md',
      'check.py',
      'config.json',
      'data.py',
      'data.safetensors',
      'network.py',
      'random_numbers.py',
      'requirements.txt',
      'session.json',
      'sweep.py',
      'tensor_file.py',
      'train.py',
      'training.py',
      'weights.safetensors',
    ]);
    for (const [name, bytes] of Object.entries(files))
      if (name.endsWith('.py')) expect(new TextDecoder().decode(bytes.slice(0, 3)), name).toBe('"""');
    // Ray is asked for where it is used, and nowhere else.
    const importers = Object.entries(files).filter(([, bytes]) =>
      /^\s*(from|import) ray\b/m.test(new TextDecoder().decode(bytes)),
    );
    expect(importers.map(([name]) => name)).toEqual(['sweep.py']);
    expect(pythonConfig(toTrainingConfig(small, expectedMeta(small))).dropoutLayers).toEqual([
      { name: 'l2', dropout: 0.25, stream: 3, shape: [8, 1, 1], isLinear: true },
    ]);
    for (const name of Object.keys(SURROGATES))
      expect(new TextDecoder().decode(files['network.py'])).toContain(`kind == "${name}"`);
  });

  it('says where weights are read in half precision, and hands the choice to the program', async () => {
    const half = applySetting(small, 'precision', 'f16');
    const textOf = async (session: Session, name: string) =>
      new TextDecoder().decode((await project(session))[name]);
    expect(await textOf(half, 'README.md')).toContain('reads weights in half precision');
    expect(await textOf(small, 'README.md')).not.toContain('half precision');
    expect(JSON.parse(await textOf(half, 'config.json')).weightPrecision).toBe('f16');
    expect(JSON.parse(await textOf(small, 'config.json')).weightPrecision).toBeUndefined();
    expect((await project(half))['weights.safetensors'].byteLength).toBeGreaterThanOrEqual(
      4 *
        weightsOf(toTrainingConfig(half, expectedMeta(half))).reduce(
          (sum, each) => sum + each.values.length,
          0,
        ),
    );
  });
});

describe.skipIf(PYTHON === '')('the project for a cluster, in PyTorch (needs python3-torch)', () => {
  it('draws the page’s numbers', () => {
    const script = [
      'import json, numpy as np, random_numbers as r',
      'print(json.dumps([r.shuffle(range(50), 7, 3), [float(x) for x in r.uniform(9, "dropout", 1027, np.arange(5))]]))',
    ].join('\n');
    const [order, numbers] = JSON.parse(run('-c', script));
    expect(order).toEqual(
      shuffle(
        Array.from({ length: 50 }, (_, i) => i),
        7,
        'shuffle',
        3,
      ),
    );
    expect(numbers).toEqual([0, 1, 2, 3, 4].map((i) => uniform(9, 'dropout', 1027, i)));
  });

  it(
    'trains, alone and as two processes to the same figures, and writes weights that the page takes',
    async () => {
      run('train.py', '--device', 'cpu', '--out', 'alone');
      await runTwo('train.py', '--device', 'cpu', '--out', 'two');
      const figures = (name: string) =>
        readFileSync(join(folder, name, 'epochs.jsonl'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
      const [alone, two] = [figures('alone'), figures('two')];
      expect(alone.map(({ epoch }) => epoch)).toEqual([1, 2]);
      for (const [i, { loss, testAccuracyPerBlock }] of alone.entries()) {
        expect(two[i].loss).toBeCloseTo(loss, 5);
        expect(two[i].testAccuracyPerBlock).toEqual(testAccuracyPerBlock);
      }
      const bytes = new Uint8Array(readFileSync(join(folder, 'alone', 'weights.safetensors')));
      const start = weightsOf(toTrainingConfig(small, expectedMeta(small)));
      const { tensors, metadata } = readSafetensors(bytes);
      expect([...tensors.keys()]).toEqual(start.map(({ name }) => name));
      expect(metadata.epoch).toBe('2');
      const taken = readWeightsFile('weights.safetensors', bytes, small);
      expect(taken.remarks).toEqual([]);
      expect(taken.weights.tensors[0].values).not.toEqual(start[0].values);
      const together = readSafetensors(
        new Uint8Array(readFileSync(join(folder, 'two', 'weights.safetensors'))),
      );
      for (const [name, { values }] of tensors) {
        const other = together.tensors.get(name)?.values ?? [];
        for (const [i, value] of values.entries()) expect(other[i]).toBeCloseTo(value, 4);
      }
    },
    TIMEOUT_MS,
  );

  it('reads weights as the page rounds them, and learns as if nothing had been rounded', () => {
    const numbers = [
      0.1,
      -1 / 3,
      1.00048828125,
      1.00146484375,
      2 ** -25,
      3e-8,
      1e-5,
      65519,
      65520,
      -1e30,
      2049,
    ];
    const { halves, read, rounded, single } = JSON.parse(run('-c', HALVES, JSON.stringify(numbers)));
    expect(halves).toEqual(numbers.map(roundToHalf));
    expect(read).toEqual(rounded);
    expect(read).not.toEqual(single);
    // Every trained tensor has a gradient: nothing is cut by the rounding.
    for (const gradient of read) expect(gradient.some((value: number) => value !== 0)).toBe(true);
  });

  it(
    'is started by torchrun, to the same figures',
    async () => {
      // Both options are for PyTorch 1.13 under Python 3.11, see the project's README; others take them too.
      const launcher = ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node=2'];
      await start([
        ...launcher,
        '--redirects',
        '1',
        '--tee',
        '1',
        'train.py',
        '--device',
        'cpu',
        '--out',
        'launched',
      ]);
      const lines = readFileSync(join(folder, 'launched', 'epochs.jsonl'), 'utf8')
        .trim()
        .split('\n');
      expect(lines).toHaveLength(2);
      const alone = readFileSync(join(folder, 'alone', 'epochs.jsonl'), 'utf8')
        .trim()
        .split('\n');
      const [last, expected] = [lines, alone].map((each) => JSON.parse(each[1]));
      expect(last.loss).toBeCloseTo(expected.loss, 5);
      expect(last.testAccuracyPerBlock).toEqual(expected.testAccuracyPerBlock);
    },
    TIMEOUT_MS,
  );

  it(
    'sweeps (k, n): every combination is trained, by what Ray Tune would call',
    async () => {
      mkdirSync(join(folder, 'stand-in', 'ray'), { recursive: true });
      writeFileSync(join(folder, 'stand-in', 'ray', '__init__.py'), '');
      writeFileSync(join(folder, 'stand-in', 'ray', 'tune.py'), RAY_TUNE);
      const { truncationInterval: k, blockSize: n } = small.schedule;
      const choices = ['--k', '2', String(k), '--n', String(n), '2', '--seed', String(small.seed)];
      await start(['sweep.py', ...choices, '--epochs', '2'], { PYTHONPATH: join(folder, 'stand-in') });
      const [head, ...lines] = readFileSync(join(folder, 'sweep.csv'), 'utf8').trim().split(/\r?\n/);
      expect(head).toBe('k,n,seed,learningRate,epoch,loss,trainAccuracy,testAccuracy');
      const rows = lines.map((line) => line.split(','));
      expect(rows.map(([kOf, nOf]) => `${kOf} ${nOf}`)).toEqual(['2 1', '2 2', `${k} 1`, `${k} 2`]);
      expect(rows.map((row) => row[4])).toEqual(['2', '2', '2', '2']);
      expect(new Set(rows.map((row) => row[5])).size).toBe(4);
      // Those of a run from the same weights, without the sweep around it.
      const { loss, testAccuracyPerBlock } = JSON.parse(
        await start(['-c', DIRECTLY], { PYTHONPATH: join(folder, 'stand-in') }),
      );
      expect(rows[2].slice(5, 8).map(Number)).toEqual([
        loss,
        expect.any(Number),
        testAccuracyPerBlock.at(-1),
      ]);
      // What fails is said at the end, and the rest is in the table: there are no intervals of 0 steps.
      const broken = ['sweep.py', '--k', '2', '0', '--n', '1', '--epochs', '1', '--out', 'broken.csv'];
      const failed = start(broken, { PYTHONPATH: join(folder, 'stand-in') });
      await expect(failed).rejects.toThrow('1 of 2 combinations failed');
      expect(readFileSync(join(folder, 'broken.csv'), 'utf8').trim().split(/\r?\n/)).toHaveLength(3);
    },
    TIMEOUT_MS,
  );

  /** Puts an oracle's case beside its configuration, as an exported project has them. */
  function referenceOf(name: string, change: (config: ReturnType<typeof oracleConfig>) => object): string {
    const bytes = readFileSync(new URL(`${name}.safetensors`, GOLDEN));
    const { metadata } = readSafetensors(new Uint8Array(bytes));
    const own = mkdtempSync(join(folder, name));
    writeFileSync(
      join(own, 'config.json'),
      JSON.stringify(change(oracleConfig(JSON.parse(metadata.config)))),
    );
    writeFileSync(join(own, 'reference.safetensors'), bytes);
    return join(own, 'reference.safetensors');
  }

  const cases = [
    'lenet_k4_n2',
    'bn_conv_fc',
    'sew_identity_down',
    'lenet_k4_n2_seq_adam',
    'static_direct',
    'maxpool_lif',
    'net_fast_sigmoid',
    'lenet_kT_n2_random',
  ];
  it.skipIf(!hasGolden)(
    'computes losses, spikes and gradients of the oracle, alone and as two processes (needs ../shared)',
    async () => {
      const references = cases.map((name) => referenceOf(name, (config) => config));
      const results = (text: string) =>
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
      const alone = results(run('check.py', ...references));
      const [first, second] = (await runTwo('check.py', ...references)).map(results);
      for (const [i, name] of cases.entries()) {
        expect(alone[i], name).toMatchObject({ passed: true, processes: 1, 'spikes that differ': 0 });
        expect(alone[i].gradient, name).toBeGreaterThan(0);
        for (const two of [first, second])
          expect(two[i], name).toMatchObject({ passed: true, processes: 2, 'spikes that differ': 0 });
      }
    },
    TIMEOUT_MS,
  );

  it.skipIf(!hasGolden)('notices another neuron (needs ../shared)', () => {
    const reference = referenceOf('lenet_k4_n2', ({ network, ...config }) => ({
      ...config,
      network: { ...network, neuron: { ...network.neuron, beta: 0.79 } },
    }));
    expect(() => run('check.py', reference)).toThrow();
  });
});

// biome-ignore lint/suspicious/noExplicitAny: the oracle's own file, whose format another test validates.
function oracleConfig(oracle: any) {
  const kinds: Record<string, string> = {
    conv: 'conv',
    fc: 'linear',
    avgpool: 'avgPool',
    maxpool: 'maxPool',
    sew: 'sew',
  };
  const surrogates: Record<string, string> = {
    rect: 'rectangular',
    triangle: 'triangular',
    arctan: 'atan',
    fast_sigmoid: 'fastSigmoid',
    sigmoid: 'sigmoid',
  };
  const { neuron, optimizer: given } = oracle;
  const [channels, height, width] = oracle.input.shape;
  const optimizer =
    given.type === 'sgd'
      ? { kind: 'sgd', learningRate: given.lr, momentum: given.momentum, weightDecay: given.weight_decay }
      : {
          kind: 'adam',
          learningRate: given.lr,
          beta1: given.betas[0],
          beta2: given.betas[1],
          epsilon: given.eps,
          weightDecay: given.weight_decay,
        };
  return {
    network: {
      input: {
        kind: oracle.input.kind === 'event' ? 'events' : 'frames',
        shape: { channels, height, width },
      },
      // biome-ignore lint/suspicious/noExplicitAny: see above.
      layers: oracle.layers.map(({ type, bn, lif, ...rest }: any) => ({
        kind: kinds[type],
        bias: false,
        padding: 0,
        stride: 1,
        ...rest,
        batchNorm: bn === true,
        neuron: type.endsWith('pool') ? (lif ? 'lif' : 'none') : {},
      })),
      classCount: oracle.num_classes,
      classifier: {
        kind: oracle.classifier.trainable ? 'trainable' : 'random',
        bias: oracle.classifier.bias === true,
      },
      neuron: {
        beta: neuron.tau,
        reset: 'soft',
        theta: neuron.theta,
        threshold: neuron.u_th,
        surrogate: surrogates[neuron.surrogate],
        surrogateWidth: neuron.a,
        detachReset: false,
      },
    },
    schedule: { truncationInterval: oracle.k, blockSize: oracle.n },
    stepCount: oracle.T,
    batchSize: oracle.B,
    loss: oracle.loss === 'mse' ? 'mse' : 'crossEntropy',
    update: oracle.update,
    optimizer,
    augmentation: NO_AUGMENTATION,
    seed: 0,
    dropoutLayers: [],
  };
}
