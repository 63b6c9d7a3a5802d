import { AppError } from '../../../core/errors.ts';
import type { SensorSize } from '../../../core/eventStream.ts';
import type { ByteSource } from '../../byteSource.ts';
import { CHUNK_BYTES, checkWholeRecords, forEachChunk } from '../chunks.ts';
import type { DecodeOptions, EventSink, FormatDecoder, Orientation } from '../decoder.ts';
import { createEventWriter } from '../eventBuffer.ts';
import { latin1 } from '../latin1.ts';
import { DAVIS240, DAVIS346, DAVIS640, DVS128, inferSensor, sensorOfCamera } from '../sensors.ts';
import { readTextHeader, type TextHeader } from '../textHeader.ts';

/*
 * AEDAT 1.0 and 2.0 (jAER). Text lines that begin with '#', then big-endian records:
 *
 *   1.0  u16 address, u32 time      2.0  u32 address, u32 time      (microseconds; wraps at 2^32)
 *
 * DVS128 address   bit 0 polarity INVERTED (0 = ON), bits 1-7 x, bits 8-14 y, bit 15 special event
 * DAVIS address    bit 31 APS sample or IMU, bit 10 external event; else y bits 22-30, x bits 12-21, bit 11 polarity
 *
 * iniVation's description of the DVS128 polarity says the opposite; isolated noise events, which are leak events and
 * hence ON, have bit 0 clear.
 */
type Chip = 'dvs128' | 'davis';

const DAVIS_SENSORS = [DAVIS240, DAVIS346, DAVIS640];
const WRAP_US = 2 ** 32;

interface Aedat2Header {
  recordBytes: 6 | 8;
  dataStart: number;
  chip: Chip | undefined;
  sensor: SensorSize | undefined;
}

/**
 * The first byte of the data may be '#' too, and what follows have no control character up to a line feed. Such a line,
 * not of ASCII characters as those of headers are, is data where whole records are left only with it.
 */
function withoutRecords(header: TextHeader, recordBytes: number, size: number): TextHeader {
  const { lines, end, lastStart } = header;
  const isWhole = (start: number) => (size - start) % recordBytes === 0;
  const isAscii = /^[\t -~]*$/.test(lines[lines.length - 1] ?? '');
  if (isAscii || isWhole(end) || !isWhole(lastStart)) return header;
  return { ...header, lines: lines.slice(0, -1), end: lastStart };
}

async function readHeader(source: ByteSource): Promise<Aedat2Header> {
  const header = await readTextHeader(source, '#', (line) => /^#\s*End Of (ASCII )?Header/i.test(line));
  const recordBytes = /^#!AER-DAT2/.test(header.lines[0] ?? '') ? 8 : 6;
  const { lines, end } = withoutRecords(header, recordBytes, source.size);
  const isOpen = lines.some((line) => /^#\s*Start of Preferences/i.test(line));
  if (isOpen && end === source.size && !lines.some((line) => /^#\s*End of Preferences/i.test(line))) {
    throw new AppError(
      'truncated-file',
      `${source.name} ends inside the preferences of its header, after line ${lines.length}; there are no events.`,
      'Copy or download the file again.',
      end,
    );
  }
  const camera = lines.map((line) => /AEChip:\s*(\S+)/.exec(line)?.[1]).find((name) => name !== undefined);
  if (camera && /cochlea/i.test(camera)) {
    throw new AppError(
      'no-pixels',
      `${source.name} was recorded by ${camera}, an audio sensor without pixels.`,
      'Choose the recording of a camera.',
    );
  }
  const sensor = camera === undefined ? undefined : sensorOfCamera(camera);
  const chip: Chip | undefined = sensor && (/davis|sbret/i.test(camera ?? '') ? 'davis' : 'dvs128');
  return { recordBytes, dataStart: end, chip: recordBytes === 6 ? 'dvs128' : chip, sensor };
}

/** DVS128 addresses have 16 bits; those of a DAVIS use the upper half for y. Decided on the first chunk. */
async function guessChip(source: ByteSource, dataStart: number): Promise<Chip> {
  const bytes = await source.read(dataStart, CHUNK_BYTES);
  for (let at = 0; at + 8 <= bytes.length; at += 8)
    if (bytes[at] !== 0 || bytes[at + 1] !== 0) return 'davis';
  return 'dvs128';
}

/** CIFAR10-DVS and MNIST-DVS were recorded with the camera on its side; only their file names say so. */
function orientationOf(source: ByteSource, chip: Chip): Orientation {
  const isRotated = chip === 'dvs128' && /(^|\/)(cifar10|mnist)_[^/]*$/i.test(source.name);
  return isRotated ? 'swapFlip' : 'flipXY';
}

async function decodeAedat2(source: ByteSource, sink: EventSink, options: DecodeOptions): Promise<void> {
  const { recordBytes, dataStart, chip: namedChip, sensor: namedSensor } = await readHeader(source);
  const chip = namedChip ?? (await guessChip(source, dataStart));
  const sensor = options.sensor ?? (chip === 'dvs128' ? DVS128 : namedSensor);
  const orientation = orientationOf(source, chip);
  if (sensor) sink.sensor(sensor, orientation);
  const writer = createEventWriter(sink);
  const addressBytes = recordBytes - 4;
  let wraps = 0;
  let previous = 0;
  let maxX = 0;
  let maxY = 0;
  await forEachChunk(source, { start: dataStart, stop: source.size, recordBytes }, options, (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += recordBytes) {
      const address = addressBytes === 2 ? view.getUint16(at) : view.getUint32(at);
      const time = view.getUint32(at + addressBytes);
      if (previous - time > WRAP_US / 2) wraps++;
      previous = time;
      const tUs = time + wraps * WRAP_US;
      if (chip === 'dvs128') {
        if (address & 0x8000) continue;
        writer.push(tUs, (address >>> 1) & 0x7f, (address >>> 8) & 0x7f, 1 - (address & 1));
      } else {
        if (address & 0x80000400) continue;
        const x = (address >>> 12) & 0x3ff;
        const y = (address >>> 22) & 0x1ff;
        if (x > maxX) maxX = x;
        if (y > maxY) maxY = y;
        writer.push(tUs, x, y, (address >>> 11) & 1);
      }
    }
  });
  writer.flush();
  if (!sensor) sink.sensor(inferSensor(maxX, maxY, DAVIS_SENSORS), orientation);
  checkWholeRecords(source, dataStart, source.size, recordBytes);
}

export const aedat2: FormatDecoder = {
  id: 'aedat2',
  label: 'AEDAT 1.0 and 2.0',
  detect(head, source) {
    const start = latin1(head.subarray(0, 12));
    return (
      /^#!AER-DAT[12]/.test(start) ||
      (start.startsWith('#') && !/^#!AER-DAT/.test(start) && /\.aedat$/i.test(source.name))
    );
  },
  decode: decodeAedat2,
};
