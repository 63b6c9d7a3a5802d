import type { SensorSize } from '../../../core/eventStream.ts';
import type { ByteSource } from '../../byteSource.ts';
import { latin1 } from '../latin1.ts';
import { readTextHeader } from '../textHeader.ts';

/** Kinds of file that begin with Prophesee's text header; `other` is a RAW encoding that cannot be read. */
export type PropheseeKind = 'dat' | 'evt2' | 'evt21' | 'evt3' | 'other';

export interface PropheseeHeader {
  kind: PropheseeKind;
  /** What the header calls the encoding, for messages. */
  encoding: string;
  /** Keys in lower case. */
  fields: Map<string, string>;
  /** Undefined for old files that do not say it; see {@link GEOMETRY_CANDIDATES}. */
  sensor: SensorSize | undefined;
  dataStart: number;
}

export const GEOMETRY_CANDIDATES: readonly SensorSize[] = [
  { width: 320, height: 320 },
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
];

/** Splits `% key value` and the `;key=value` list of the format line. */
function parseFields(lines: string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const match = /^%\s*(\S+)\s*(.*?)\s*$/.exec(line);
    if (!match) continue;
    const [first, ...rest] = match[2].split(';');
    fields.set(match[1].toLowerCase(), first);
    for (const part of rest) {
      const [key, value] = part.split('=');
      if (value !== undefined) fields.set(key.trim().toLowerCase(), value.trim());
    }
  }
  return fields;
}

function kindOf(fields: Map<string, string>): { kind: PropheseeKind; encoding: string } {
  const format = fields.get('format')?.toUpperCase();
  const evt = fields.get('evt');
  const encoding = format ?? (evt === undefined ? 'DAT' : `EVT${evt}`);
  const known: Record<string, PropheseeKind> = {
    DAT: 'dat',
    EVT2: 'evt2',
    'EVT2.0': 'evt2',
    EVT21: 'evt21',
    'EVT2.1': 'evt21',
    EVT3: 'evt3',
    'EVT3.0': 'evt3',
  };
  return { kind: known[encoding] ?? 'other', encoding };
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 && value <= 0x7fff ? value : undefined;
}

function sensorOf(fields: Map<string, string>): SensorSize | undefined {
  const width = positive(fields.get('width'));
  const height = positive(fields.get('height'));
  if (width !== undefined && height !== undefined) return { width, height };
  const geometry = /^(\d+)x(\d+)$/.exec(fields.get('geometry') ?? '');
  const [geometryWidth, geometryHeight] = [positive(geometry?.[1]), positive(geometry?.[2])];
  if (geometryWidth !== undefined && geometryHeight !== undefined)
    return { width: geometryWidth, height: geometryHeight };
  const generation = fields.get('sensor_generation') ?? fields.get('generation') ?? '';
  const camera = `${fields.get('plugin_name') ?? ''} gen${generation}`;
  const system = fields.get('system_id');
  if (/genx320|gen320/i.test(camera)) return GEOMETRY_CANDIDATES[0];
  if (/gen4|imx636/i.test(camera) || system === '48' || system === '49') return GEOMETRY_CANDIDATES[2];
  if (/gen3/i.test(camera) || system === '21') return GEOMETRY_CANDIDATES[1];
  return undefined;
}

export async function readPropheseeHeader(source: ByteSource): Promise<PropheseeHeader> {
  // With the blank: 0x25 alone may be the first byte of the data.
  const { lines, end } = await readTextHeader(source, '% ', (line) => /^%\s*end\s*$/i.test(line));
  const fields = parseFields(lines);
  return { ...kindOf(fields), fields, sensor: sensorOf(fields), dataStart: end };
}

/** Kind by the first bytes of a file; undefined without the header. */
export function propheseeKind(head: Uint8Array): PropheseeKind | undefined {
  const text = latin1(head);
  if (!text.startsWith('% ')) return undefined;
  const lines = text.split('\n');
  const stop = lines.findIndex((line) => !line.startsWith('% '));
  return kindOf(parseFields(stop < 0 ? lines : lines.slice(0, stop))).kind;
}
