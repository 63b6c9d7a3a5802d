import { AppError } from '../../../core/errors.ts';
import type { SensorSize } from '../../../core/eventStream.ts';
import type { ByteSource } from '../../byteSource.ts';
import type { DecodeOptions, EventSink, FormatDecoder } from '../decoder.ts';
import { createEventWriter, type EventWriter } from '../eventBuffer.ts';
import { latin1 } from '../latin1.ts';
import { createEvt2Parser } from '../prophesee/evt2.ts';
import { createEvt3Parser } from '../prophesee/evt3.ts';
import { createEvt21Parser } from '../prophesee/evt21.ts';
import type { WordParser } from '../prophesee/wordParser.ts';
import { BAG_SIGNATURE, type BagMessage, bagMessages } from './bagRecords.ts';

/*
 * ROS 1 bags with dvs_msgs/EventArray (or prophesee_event_msgs/EventArray, laid out alike) or
 * event_camera_msgs/EventPacket. Messages are little-endian; both begin with u32 sequence, u32 seconds, u32
 * nanoseconds, a string (u32 length, bytes), u32 height, u32 width.
 */
const EVENT_ARRAY = /^(dvs_msgs|prophesee_event_msgs)\/EventArray$/;
const EVENT_PACKET = 'event_camera_msgs/EventPacket';
const ARRAY_EVENT_BYTES = 13;

/** Reads a message field by field and compares every length with the bytes that are there. */
function createCursor({ data, offset }: BagMessage, name: string) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  function take(bytes: number): number {
    if (at + bytes > data.length) {
      throw new AppError('damaged-file', `${name}: a message ends too early.`, 'Copy the bag again.', offset);
    }
    at += bytes;
    return at - bytes;
  }
  const u32 = () => view.getUint32(take(4), true);
  return {
    view,
    take,
    u32,
    bytes(length: number): Uint8Array {
      const start = take(length);
      return data.subarray(start, start + length);
    },
    /** Skips sequence, time and frame name. */
    skipHeader(): void {
      take(12);
      take(u32());
    },
    sensor(): SensorSize {
      const height = u32();
      return { width: u32(), height };
    },
  };
}

/** u16 x, u16 y, u32 seconds, u32 nanoseconds, u8 polarity; time in whole microseconds. */
function readEventArray(message: BagMessage, name: string, writer: EventWriter): SensorSize {
  const cursor = createCursor(message, name);
  cursor.skipHeader();
  const sensor = cursor.sensor();
  const count = cursor.u32();
  const start = cursor.take(count * ARRAY_EVENT_BYTES);
  const { view } = cursor;
  for (let at = start; at < start + count * ARRAY_EVENT_BYTES; at += ARRAY_EVENT_BYTES) {
    const tUs = view.getUint32(at + 4, true) * 1e6 + Math.floor(view.getUint32(at + 8, true) / 1000);
    writer.push(
      tUs,
      view.getUint16(at, true),
      view.getUint16(at + 2, true),
      view.getUint8(at + 12) === 0 ? 0 : 1,
    );
  }
  return sensor;
}

/** A packet of raw camera words; the decoder's state goes on from message to message. */
function createPacketReader(name: string, writer: EventWriter) {
  let parser: WordParser | undefined;
  return function readPacket(message: BagMessage): SensorSize {
    const cursor = createCursor(message, name);
    cursor.skipHeader();
    const sensor = cursor.sensor();
    // Sequence number and time base: the times inside are those of the sensor.
    cursor.take(16);
    const encoding = latin1(cursor.bytes(cursor.u32()));
    const isBigEndian = cursor.bytes(1)[0] !== 0;
    const words = cursor.bytes(cursor.u32());
    if (!parser) {
      if (encoding === 'evt3') parser = createEvt3Parser(writer.push, sensor.width);
      else if (encoding === 'evt2') parser = createEvt2Parser(writer.push);
      else if (encoding === 'evt21') parser = createEvt21Parser(writer.push, false);
    }
    if (!parser || isBigEndian) {
      throw new AppError(
        'unsupported-variant',
        `${name}: event packets are encoded as "${encoding}"${isBigEndian ? ', big-endian' : ''}; evt2, evt21 and evt3 can be read.`,
        'Convert the bag to dvs_msgs/EventArray.',
        message.offset,
      );
    }
    parser.parse(words.subarray(0, words.length - (words.length % parser.wordBytes)));
    return sensor;
  };
}

async function decodeBag(source: ByteSource, sink: EventSink, options: DecodeOptions): Promise<void> {
  const writer = createEventWriter(sink);
  const readPacket = createPacketReader(source.name, writer);
  let chosen: number | undefined;
  let isKnown = false;
  const otherCameras = new Set<number>();
  const otherTypes = new Set<string>();
  try {
    for await (const message of bagMessages(source, options.signal)) {
      const isPacket = message.type === EVENT_PACKET;
      if (!isPacket && !EVENT_ARRAY.test(message.type)) {
        otherTypes.add(message.type);
        continue;
      }
      chosen ??= message.connection;
      if (message.connection !== chosen) {
        otherCameras.add(message.connection);
        continue;
      }
      const sensor = isPacket ? readPacket(message) : readEventArray(message, source.name, writer);
      if (!isKnown) sink.sensor(sensor, 'identity');
      isKnown = true;
      options.onProgress?.(message.offset);
    }
  } finally {
    writer.flush();
  }
  if (!isKnown) {
    throw new AppError(
      'not-events',
      `${source.name} has no event messages; it holds ${[...otherTypes].join(', ') || 'nothing'}.`,
      'Record a topic of type dvs_msgs/EventArray or event_camera_msgs/EventPacket.',
    );
  }
  if (otherCameras.size > 0)
    sink.warn(`The bag has events of ${otherCameras.size + 1} cameras; only the first is read.`);
}

export const rosBag: FormatDecoder = {
  id: 'ros-bag',
  label: 'ROS bag',
  detect: (head) => latin1(head.subarray(0, BAG_SIGNATURE.length)) === BAG_SIGNATURE,
  decode: decodeBag,
};
