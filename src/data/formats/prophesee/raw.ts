import { AppError } from '../../../core/errors.ts';
import { checkWholeRecords, forEachChunk } from '../chunks.ts';
import type { FormatDecoder } from '../decoder.ts';
import { createEventWriter } from '../eventBuffer.ts';
import { inferSensor } from '../sensors.ts';
import { createEvt2Parser } from './evt2.ts';
import { createEvt3Parser } from './evt3.ts';
import { createEvt21Parser } from './evt21.ts';
import {
  GEOMETRY_CANDIDATES,
  type PropheseeHeader,
  type PropheseeKind,
  propheseeKind,
  readPropheseeHeader,
} from './header.ts';
import type { EmitEvent, WordParser } from './wordParser.ts';

const PARSERS: Partial<Record<PropheseeKind, (emit: EmitEvent, header: PropheseeHeader) => WordParser>> = {
  evt2: (emit) => createEvt2Parser(emit),
  evt21: (emit, { fields }) => createEvt21Parser(emit, fields.get('endianness') === 'legacy'),
  evt3: (emit, { sensor }) => createEvt3Parser(emit, sensor?.width ?? Number.POSITIVE_INFINITY),
};

function rawDecoder(id: string, label: string, kind: PropheseeKind): FormatDecoder {
  return {
    id,
    label,
    detect: (head) => propheseeKind(head) === kind,
    async decode(source, sink, options) {
      const header = await readPropheseeHeader(source);
      const createParser = PARSERS[header.kind];
      if (!createParser || header.fields.get('endianness') === 'big') {
        throw new AppError(
          'unsupported-variant',
          `${source.name} is encoded as ${header.encoding}${createParser ? ', big-endian' : ''}; EVT2, EVT2.1 and EVT3 (little-endian) can be read.`,
          'Export the recording as EVT3 or EVT2.',
        );
      }
      const sensor = header.sensor ?? options.sensor;
      if (sensor) sink.sensor(sensor, 'identity');
      const writer = createEventWriter(sink);
      let maxX = 0;
      let maxY = 0;
      const parser = createParser((tUs, x, y, polarity) => {
        if (x > maxX) maxX = x;
        if (y > maxY) maxY = y;
        writer.push(tUs, x, y, polarity);
      }, header);
      const range = { start: header.dataStart, stop: source.size, recordBytes: parser.wordBytes };
      await forEachChunk(source, range, options, (bytes) => parser.parse(bytes));
      writer.flush();
      if (!sensor) sink.sensor(inferSensor(maxX, maxY, GEOMETRY_CANDIDATES), 'identity');
      if (parser.untimed > 0)
        sink.warn(`${parser.untimed} events before the first time stamp are left out.`, header.dataStart);
      checkWholeRecords(source, header.dataStart, source.size, parser.wordBytes);
    },
  };
}

export const propheseeEvt2 = rawDecoder('prophesee-evt2', 'Prophesee RAW EVT2', 'evt2');
export const propheseeEvt21 = rawDecoder('prophesee-evt21', 'Prophesee RAW EVT2.1', 'evt21');
export const propheseeEvt3 = rawDecoder('prophesee-evt3', 'Prophesee RAW EVT3', 'evt3');
/** Refuses RAW encodings that cannot be read, by their name. */
export const propheseeOther = rawDecoder('prophesee-raw', 'Prophesee RAW', 'other');
