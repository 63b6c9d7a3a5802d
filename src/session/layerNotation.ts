import { AppError } from '../core/errors.ts';
import type { LayerSpec } from '../core/network.ts';

/**
 * The short notation of a network body, as papers write it: `6C5-AP2-16C5-AP2-120C5-84FC`.
 *
 *   6C5       convolution, 6 channels out, 5x5 kernel; stride 1, padding 0
 *   AP2 MP2   average or max pool, kernel and stride 2, with its own LIF
 *   84FC      linear layer, 84 neurons
 *   64SEW     spike-element-wise residual unit, 64 channels
 *
 * Options follow in any order: `s2` stride, `p1` padding, `b` bias, `n` batch norm, `d0.5` dropout, `plain` for a
 * pool without LIF. Constants of single layers (`neuron`) have no notation.
 */
const LAYER = /^(?:(\d+)(C)(\d+)|(AP|MP)(\d+)|(\d+)(FC|SEW))(.*)$/i;
const OPTION = /^(?:(plain)|(s)(\d+)|(p)(\d+)|(d)(\d*\.?\d+)|(b)|(n))/i;

interface Options {
  plain: boolean;
  stride: number | undefined;
  padding: number | undefined;
  dropout: number | undefined;
  bias: boolean;
  batchNorm: boolean;
}

function refuse(part: string, why: string): never {
  throw new AppError(
    'layers-invalid',
    `"${part}" is not a layer: ${why}.`,
    'Write for example 6C5 (convolution), AP2 (average pool) or 84FC (linear), joined by "-".',
  );
}

function parseOptions(part: string, text: string, allowed: string): Options {
  const options: Options = {
    plain: false,
    stride: undefined,
    padding: undefined,
    dropout: undefined,
    bias: false,
    batchNorm: false,
  };
  let rest = text;
  while (rest.length > 0) {
    const match = OPTION.exec(rest);
    if (!match) refuse(part, `"${rest}" is not an option`);
    const letter = match[0][0].toLowerCase();
    if (!allowed.includes(match[1] ? '!' : letter))
      refuse(part, `the option "${match[0]}" does not apply here`);
    if (match[1]) options.plain = true;
    else if (letter === 's') options.stride = Number(match[3]);
    else if (letter === 'p') options.padding = Number(match[5]);
    else if (letter === 'd') options.dropout = Number(match[7]);
    else if (letter === 'b') options.bias = true;
    else options.batchNorm = true;
    rest = rest.slice(match[0].length);
  }
  return options;
}

function parseLayer(part: string): LayerSpec {
  const match = LAYER.exec(part);
  if (!match) refuse(part, 'it has none of the forms 6C5, AP2, MP2, 84FC, 64SEW');
  const tail = match[8];
  if (match[2]) {
    const options = parseOptions(part, tail, 'spbnd');
    return {
      kind: 'conv',
      out: Number(match[1]),
      kernel: Number(match[3]),
      stride: options.stride ?? 1,
      padding: options.padding ?? 0,
      ...trainableOptions(options),
    };
  }
  if (match[4]) {
    const options = parseOptions(part, tail, 's!');
    const kernel = Number(match[5]);
    return {
      kind: match[4].toUpperCase() === 'AP' ? 'avgPool' : 'maxPool',
      kernel,
      stride: options.stride ?? kernel,
      neuron: options.plain ? 'none' : 'lif',
    };
  }
  if (match[7].toUpperCase() === 'FC') {
    const options = parseOptions(part, tail, 'bnd');
    return { kind: 'linear', out: Number(match[6]), ...trainableOptions(options) };
  }
  const options = parseOptions(part, tail, 'sn');
  const batchNorm = options.batchNorm ? { batchNorm: true } : {};
  return { kind: 'sew', out: Number(match[6]), stride: options.stride ?? 1, ...batchNorm };
}

function trainableOptions(options: Options) {
  return {
    bias: options.bias,
    ...(options.batchNorm ? { batchNorm: true } : {}),
    ...(options.dropout ? { dropout: options.dropout } : {}),
  };
}

/**
 * Reads the notation; sizes are checked later, against the input, by `inferShapes`.
 * @throws AppError `layers-invalid` naming the part that cannot be read.
 */
export function parseLayers(text: string): LayerSpec[] {
  return text
    .trim()
    .split(/\s*[-,]\s*|\s+/)
    .map(parseLayer);
}

/** Writes the notation; `parseLayers` gives the same layers back, but for per-layer neuron constants. */
export function formatLayers(layers: readonly LayerSpec[]): string {
  return layers.map(formatLayer).join('-');
}

function formatLayer(spec: LayerSpec): string {
  const stride = (usual: number) => ('stride' in spec && spec.stride !== usual ? `s${spec.stride}` : '');
  switch (spec.kind) {
    case 'conv': {
      const padding = spec.padding ? `p${spec.padding}` : '';
      return `${spec.out}C${spec.kernel}${stride(1)}${padding}${formatTrainable(spec)}`;
    }
    case 'linear':
      return `${spec.out}FC${formatTrainable(spec)}`;
    case 'avgPool':
    case 'maxPool': {
      const plain = spec.neuron === 'none' ? 'plain' : '';
      return `${spec.kind === 'avgPool' ? 'AP' : 'MP'}${spec.kernel}${stride(spec.kernel)}${plain}`;
    }
    case 'sew':
      return `${spec.out}SEW${stride(1)}${spec.batchNorm ? 'n' : ''}`;
  }
}

function formatTrainable(spec: { bias: boolean; batchNorm?: boolean; dropout?: number }): string {
  return `${spec.bias ? 'b' : ''}${spec.batchNorm ? 'n' : ''}${spec.dropout ? `d${spec.dropout}` : ''}`;
}
