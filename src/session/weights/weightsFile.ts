import { AppError } from '../../core/errors.ts';
import { buildStages } from '../../core/plan/stages.ts';
import { classifierName } from '../../core/plan/tensorNames.ts';
import { readSafetensors, writeSafetensors } from '../../core/safetensors.ts';
import type { NamedTensor } from '../../trainer/messages.ts';
import { formatLayers } from '../layerNotation.ts';
import { decodeLink, encodeLink, isFragment } from '../linkCodec.ts';
import { expectedMeta, type Session, toNetworkSpec } from '../session.ts';
import { type TakenWeights, withStartWeights } from './startWeights.ts';

const FORMAT = 'spikelet-weights';

const LAYOUT =
  'Row-major float32, little-endian. Convolution weights [out][in][kernel height][kernel width] (cross-correlation), ' +
  'linear weights [out][in] on the input flattened in channel, height, width order, bias [out]. Batch norm: weight, bias, ' +
  'running_mean, running_var [channels], epsilon 1e-5. l<i> is entry i of the body, c<j> the classifier of local block j; ' +
  'the last one is the output of the network.';

const NEURON =
  'Per time step: u = beta*u + I - theta*s (s: spike of the step before; hard reset: u = beta*u*(1 - s) + I), ' +
  's = 1 where u >= threshold. State 0 before every sample. Read-out: spikes of the last classifier summed over all steps, argmax.';

/** What is known of weights besides their values. */
export interface WeightsFacts {
  session: Session;
  /** sha256 (hex) of all weights, as the page shows it. */
  digest: string;
  epoch: number;
}

/**
 * Weights as a safetensors file that explains itself: `__metadata__` says what network they belong to, with which
 * constants and layouts it computes, from which session they come, and their digest.
 * @param tensors In the documented order and interface layout.
 */
export function writeWeightsFile(
  tensors: readonly NamedTensor[],
  { session, digest, epoch }: WeightsFacts,
): Uint8Array<ArrayBuffer> {
  const { blocks } = buildStages(toNetworkSpec(session, expectedMeta(session)), session.schedule.blockSize);
  const { channels, height, width, stepCount } = session.encoding;
  return writeSafetensors({
    tensors: new Map(tensors.map(({ name, shape, values }) => [name, { dtype: 'F32', shape, values }])),
    metadata: {
      format: FORMAT,
      version: '1',
      network: formatLayers(session.network.layers),
      input: `${channels}x${height}x${width} (channel, height, width), ${stepCount} steps; events: channel 0 is OFF, 1 is ON`,
      classes: String(session.data.classCount),
      neuron: JSON.stringify(session.neuron),
      equations: NEURON,
      layout: LAYOUT,
      order: tensors.map(({ name }) => name).join(' '),
      classifiers: JSON.stringify(Object.fromEntries(blocks.map(({ layers }, j) => [`c${j}`, layers.stop]))),
      epoch: String(epoch),
      digest,
      digestRule: 'sha256 over the values of the tensors in "order", one after the other',
      session: JSON.stringify(session),
      link: `#${encodeLink(session)}`,
    },
  });
}

/** Classifier name -> how many body entries are below it, from the file; those of the session's blocks where it says nothing. */
function classifierStops(metadata: Record<string, string>, session: Session): Map<string, number> {
  const own = new Map(
    buildStages(toNetworkSpec(session, expectedMeta(session)), session.schedule.blockSize).blocks.map(
      ({ layers }, j) => [`c${j}`, layers.stop] as const,
    ),
  );
  try {
    const stated: unknown = JSON.parse(metadata.classifiers ?? '');
    if (typeof stated !== 'object' || stated === null) return own;
    const entries = Object.entries(stated).filter((pair): pair is [string, number] =>
      Number.isInteger(pair[1]),
    );
    return new Map(entries);
  } catch {
    return own;
  }
}

/**
 * Takes the weights of a safetensors file for the session; where they are weights of another network and the file says
 * of which, that network's settings are taken too.
 * @throws AppError `safetensors-invalid`, `weights-mismatch`.
 */
export function readWeightsFile(fileName: string, bytes: Uint8Array, session: Session): TakenWeights {
  const { tensors, metadata } = readSafetensors(bytes);
  const take = (target: Session): TakenWeights => {
    const stops = classifierStops(metadata, target);
    const named = [...tensors].flatMap(([name, { dtype, shape, values }]): NamedTensor[] => {
      if (dtype !== 'F32') return [];
      const dot = name.indexOf('.');
      const stop = stops.get(name.slice(0, dot));
      const portable = stop === undefined ? name : classifierName(stop, name.slice(dot + 1));
      return [{ name: portable, shape, values: values as Float32Array }];
    });
    return withStartWeights(target, fileName, named);
  };
  try {
    return take(session);
  } catch (error) {
    const stated = statedSession(metadata);
    if (!(error instanceof AppError) || !stated) throw error;
    const taken = take(withNetworkOf(session, stated));
    return {
      ...taken,
      remarks: [
        `The weights are of another network (${formatLayers(stated.network.layers)}); its settings were taken from the file.`,
        ...taken.remarks,
      ],
    };
  }
}

function statedSession({ link = '' }: Record<string, string>): Session | null {
  if (!isFragment(link.slice(1))) return null;
  const { session, problems } = decodeLink(link);
  return problems.length === 0 ? session : null;
}

/** The session with the network of another, what that network computes on, and how it learns; its data stay. */
function withNetworkOf(session: Session, { data, ...other }: Session): Session {
  return { ...session, ...other, data: { ...session.data, classCount: data.classCount } };
}
