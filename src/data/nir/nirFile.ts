import { AppError } from '../../core/errors.ts';
import type { ByteSource } from '../byteSource.ts';
import { loadHdf5, withHdf5File } from '../formats/hdf5/hdf5Library.ts';

/** A parameter of a node: numbers with their shape ([] for a scalar), or text. */
export type NirValue = { shape: number[]; data: Float64Array } | string;

export interface NirNode {
  name: string;
  /** LIF, IF, Conv2d, Affine, Input ... */
  type: string;
  values: Map<string, NirValue>;
}

/** A graph of the Neuromorphic Intermediate Representation: https://neuroir.org. */
export interface NirGraph {
  version: string;
  nodes: NirNode[];
  edges: [from: string, to: string][];
}

export const NIR_LIMITS = { nodes: 1000, edges: 4000, values: 50_000_000 } as const;
export const NIR_VERSION = '1.0';

function refuse(message: string): never {
  throw new AppError(
    'nir-invalid',
    message,
    'Write the file again with the nir package, as one graph without sub-graphs.',
  );
}

interface Group {
  keys(): string[];
  get(name: string): unknown;
}

const isGroup = (value: unknown): value is Group =>
  typeof value === 'object' && value !== null && 'keys' in value && 'get' in value;

interface Dataset {
  shape: number[];
  dtype: unknown;
  value: unknown;
}

const isDataset = (value: unknown): value is Dataset =>
  typeof value === 'object' && value !== null && 'shape' in value && 'dtype' in value;

function numbersOf(value: unknown): Float64Array | null {
  if (typeof value === 'number' || typeof value === 'bigint') return Float64Array.of(Number(value));
  if (ArrayBuffer.isView(value) && 'length' in value) {
    const list = value as unknown as ArrayLike<number | bigint>;
    return Float64Array.from({ length: list.length }, (_, i) => Number(list[i]));
  }
  return null;
}

function readValue(node: string, name: string, dataset: Dataset): NirValue {
  const size = (dataset.shape ?? []).reduce((product, side) => product * side, 1);
  if (size > NIR_LIMITS.values)
    refuse(`${name} of node ${node} has ${size} values, at most ${NIR_LIMITS.values} are read.`);
  const { value } = dataset;
  if (typeof value === 'string') return value;
  const data = numbersOf(value);
  if (!data) refuse(`${name} of node ${node} is neither numbers nor text.`);
  return { shape: [...(dataset.shape ?? [])], data };
}

function readNode(name: string, group: Group): NirNode {
  const values = new Map<string, NirValue>();
  let type = '';
  for (const key of group.keys()) {
    const child = group.get(key);
    // Sub-graphs and metadata are groups; a node of a type that has them is refused by its type.
    if (!isDataset(child)) continue;
    const value = readValue(name, key, child);
    if (key === 'type' && typeof value === 'string') type = value;
    else values.set(key, value);
  }
  if (type === '') refuse(`Node ${name} does not say of which type it is.`);
  return { name, type, values };
}

function readEdges(value: unknown): [string, string][] {
  const list = (Array.isArray(value) ? value.flat() : []) as unknown[];
  if (list.length % 2 !== 0 || !list.every((each) => typeof each === 'string'))
    refuse('The edges are not pairs of names.');
  if (list.length / 2 > NIR_LIMITS.edges)
    refuse(`The graph has ${list.length / 2} edges, at most ${NIR_LIMITS.edges} are read.`);
  const names = list as string[];
  return Array.from({ length: names.length / 2 }, (_, i) => [names[2 * i], names[2 * i + 1]]);
}

/** @throws AppError `nir-invalid`, `damaged-file`, `file-too-large`. */
export function readNir(source: ByteSource): Promise<NirGraph> {
  return withHdf5File(source, undefined, async (file) => {
    const root = file as unknown as Group;
    const node = root.get('node');
    const nodes = isGroup(node) ? node.get('nodes') : null;
    if (!isGroup(node) || !isGroup(nodes)) refuse('The HDF5 file holds no NIR graph (node/nodes).');
    const names = nodes.keys();
    if (names.length > NIR_LIMITS.nodes)
      refuse(`The graph has ${names.length} nodes, at most ${NIR_LIMITS.nodes} are read.`);
    const edges = node.get('edges');
    const version = root.get('version');
    return {
      version: isDataset(version) && typeof version.value === 'string' ? version.value : '',
      edges: readEdges(isDataset(edges) ? edges.value : null),
      nodes: names.map((name) => {
        const child = nodes.get(name);
        return isGroup(child) ? readNode(name, child) : refuse(`Node ${name} is no group.`);
      }),
    };
  });
}

/** Writes a graph as an HDF5 file, float32, as the nir package reads it. */
export async function writeNir({ nodes, edges, version }: NirGraph): Promise<Uint8Array<ArrayBuffer>> {
  const { library, fs } = await loadHdf5();
  const path = `network-${crypto.randomUUID()}.nir`;
  const file = new library.File(path, 'w');
  try {
    const text = (place: { create_dataset: typeof file.create_dataset }, name: string, value: string) =>
      place.create_dataset({ name, data: value, shape: [], dtype: `S${Math.max(1, value.length)}` });
    text(file, 'version', version);
    const graph = file.create_group('node');
    text(graph, 'type', 'NIRGraph');
    const longest = Math.max(...nodes.map(({ name }) => name.length));
    graph.create_dataset({
      name: 'edges',
      data: edges.flat(),
      shape: [edges.length, 2],
      dtype: `S${longest}`,
    });
    const all = graph.create_group('nodes');
    for (const { name, type, values } of nodes) {
      const group = all.create_group(name);
      text(group, 'type', type);
      for (const [key, value] of values) {
        if (typeof value === 'string') text(group, key, value);
        else if (isIndex(key))
          group.create_dataset({
            name: key,
            data: BigInt64Array.from(value.data, (each) => BigInt(each)),
            shape: value.shape,
            dtype: '<q',
          });
        else
          group.create_dataset({
            name: key,
            data: Float32Array.from(value.data),
            shape: value.shape,
            dtype: '<f',
          });
      }
    }
    file.flush();
  } finally {
    file.close();
  }
  const bytes = fs.readFile(path) as Uint8Array;
  fs.unlink(path);
  return new Uint8Array(bytes);
}

/** Parameters that are whole numbers in NIR. */
function isIndex(key: string): boolean {
  return [
    'shape',
    'stride',
    'padding',
    'dilation',
    'groups',
    'input_shape',
    'input_type',
    'kernel_size',
    'start_dim',
    'end_dim',
  ].includes(key);
}
