import type { EncodedDataset } from '../../core/encodedDataset.ts';
import { buildStages } from '../../core/plan/stages.ts';
import type { TrainingConfig } from '../../core/trainingConfig.ts';
import type { NamedTensor } from '../../trainer/messages.ts';
import { formatLayers } from '../layerNotation.ts';
import { encodeLink } from '../linkCodec.ts';
import type { Session } from '../session.ts';
import { writeWeightsFile } from '../weights/weightsFile.ts';

const SOURCES = import.meta.glob<string>('./python/*.py', { query: '?raw', import: 'default', eager: true });

/** File of the encoded frames in a project. */
export const FRAMES_NAME = 'data.safetensors';

/** What a project is made of. */
export interface ClusterRun {
  session: Session;
  config: TrainingConfig;
  dataset: EncodedDataset;
  /** Weights to begin with, in the documented order and interface layout, and their digest. */
  tensors: readonly NamedTensor[];
  digest: string;
  /** Epochs that the weights have been trained. */
  epoch: number;
}

/** The configuration as the Python code reads it. */
export function pythonConfig(config: TrainingConfig): Record<string, unknown> {
  const { stages } = buildStages(config.network, config.schedule.blockSize);
  return {
    ...config,
    dropoutLayers: stages
      .filter(({ dropout }) => dropout > 0)
      .map(({ id, layer, dropout, outputShape, isLinear }) => ({
        name: `l${layer}`,
        dropout,
        /** Stream of the random numbers within an iteration. */
        stream: id,
        shape: [outputShape.channels, outputShape.height, outputShape.width],
        isLinear,
      })),
  };
}

/**
 * A Python project that goes on with a run in PyTorch: its files by name. `train.py` trains on one device or, under torchrun,
 * on many; `sweep.py` sweeps (k, n) with Ray Tune; what it writes the page reads back. Its frames, {@link FRAMES_NAME}, are
 * written apart, see frames.ts.
 */
export function clusterProject(run: ClusterRun): Record<string, Uint8Array<ArrayBuffer>> {
  const { session, config, tensors, digest, epoch } = run;
  const text = (value: string) => new TextEncoder().encode(value);
  const files: Record<string, Uint8Array<ArrayBuffer>> = {
    'README.md': text(readme(run)),
    'requirements.txt': text('torch>=1.13\nnumpy>=1.21\n# For sweep.py only:\n# ray[tune]>=2.44\n'),
    'config.json': text(`${JSON.stringify(pythonConfig(config), null, 2)}\n`),
    'session.json': text(`${JSON.stringify(session, null, 2)}\n`),
    'weights.safetensors': writeWeightsFile(tensors, { session, digest, epoch }),
  };
  for (const [path, source] of Object.entries(SOURCES)) files[path.slice('./python/'.length)] = text(source);
  return files;
}

function readme({ session, config, dataset, digest, epoch }: ClusterRun): string {
  const { truncationInterval: k, blockSize: n } = config.schedule;
  const { channels, height, width } = dataset.shape;
  return `# ${dataset.name}: continued in PyTorch

This project trains the network of a Spikelet session by the same rules: temporally-truncated local backpropagation through
time, k = ${k} of ${config.stepCount} steps, blocks of n = ${n} layers.

- Network: \`${formatLayers(config.network.layers)}\` on ${channels}x${height}x${width}, ${config.network.classCount} classes.
- Weights to begin with: \`weights.safetensors\`, after ${epoch} epochs, sha256 \`${digest.slice(0, 16)}\`.
- Frames: \`data.safetensors\`, as the page encoded them (fingerprint \`${dataset.fingerprint.slice(0, 16)}\`).
- The session as a link: open the page with \`#${encodeLink(session)}\`.

## Train

    pip install -r requirements.txt
    python train.py                                # ${config.epochs} epochs, on a GPU where there is one
    torchrun --nproc_per_node=4 train.py           # the same batches divided among four processes
    torchrun --nnodes=2 --nproc_per_node=4 --rdzv_backend=c10d --rdzv_endpoint=HOST:29400 train.py

\`out/weights.safetensors\` is what the page reads back: drop it on the page, and train on there. \`out/epochs.jsonl\` holds the
figures of every epoch.

PyTorch 1.13 under Python 3.11 (Debian 12) stops torchrun with \`'NoneType' object has no attribute 'get'\`: it looks for a flag
of value 0, which Python 3.11 no longer lists. Add \`--redirects 1 --tee 1\`.

Instead of torchrun, processes can be started by hand with RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT set.

## Sweep

    pip install "ray[tune]"
    python sweep.py --k 1 ${k} ${config.stepCount} --n 1 ${n} --epochs 5

## What is the same, and what is not

The order of the samples, the displacement of images and the dropout masks come from the page's own generator and are equal.
Sums are added in another order than on the page's GPU, so that weights agree to rounding, not to the last bit; \`check.py\`
compares the first iteration with a reference of the page, where the project has one (\`reference.safetensors\`). Batch norm takes its
statistics over the whole batch, whatever the number of processes.${
    config.weightPrecision === 'f16'
      ? `

The session reads weights in half precision, and so does this project: forward and backward pass use weights rounded as the page
rounds them (nearest, ties to even, at most 65504), updates are f32, and \`weights.safetensors\` holds the f32 weights.`
      : ''
  }

## Files

| file | what it is |
|---|---|
| \`network.py\` | neurons, layers, blocks |
| \`training.py\` | an iteration, evaluation, epochs |
| \`data.py\` | the encoded frames as batches |
| \`random_numbers.py\` | the page's generator |
| \`tensor_file.py\` | safetensors, read and written |
| \`train.py\`, \`sweep.py\`, \`check.py\` | what is run |
`;
}
