import type { FrameShape } from '../../core/encodedDataset.ts';
import type { SensorSize } from '../../core/eventStream.ts';
import type { EventBatch } from '../formats/decoder.ts';
import { type EventFacts, noEvents, type StreamedEvents, widenFacts } from '../streamedEvents.ts';
import { createNoiseFilter } from './denoise.ts';
import { createFrameWriter, type EncodingFacts, noFacts } from './encodeRecording.ts';
import { completeSettings, type EncodingSettings } from './settings.ts';

type Visit = (tUs: number, x: number, y: number, polarity: number) => void;

/**
 * As encodeRecording, to the last bit, of a recording that is too long for memory: its events pass by up to three times,
 * since the noise filter decides where a recording begins, and its beginning and the start decide how it is cut into steps.
 * @param originUs Where the file says when the recording begins. @param bits As for encodeRecording.
 * @throws as StreamedEvents.forEachBatch
 */
export async function encodeStreamed(
  streamed: StreamedEvents,
  { sensor, originUs: statedOriginUs }: { sensor: SensorSize; originUs?: number },
  settings: EncodingSettings,
  shape: FrameShape,
  bits: Uint32Array,
  onProgress?: (fraction: number) => void,
  signal?: AbortSignal,
): Promise<EncodingFacts> {
  const complete = completeSettings(settings);
  const { stepCount, startUs, denoiseUs } = complete;
  const { facts: whole } = streamed;

  const passCount = 1 + (denoiseUs > 0 ? 1 : 0) + (startUs > 0 ? 1 : 0);
  let passed = 0;

  /** All events that pass the noise filter. */
  const passClean = (visit: Visit) => {
    const stays = denoiseUs > 0 ? createNoiseFilter(denoiseUs, whole.maxX + 1, whole.maxY + 1) : null;
    return streamed.forEachBatch(({ count, tUs, x, y, polarity }: EventBatch) => {
      for (let i = 0; i < count; i++)
        if (!stays || stays(tUs[i], x[i], y[i])) visit(tUs[i], x[i], y[i], polarity[i]);
      passed += count;
      onProgress?.(passed / (passCount * whole.eventCount));
    }, signal);
  };
  /** Facts of the events that pass `pass`. */
  const factsOfPass = async (pass: (visit: Visit) => Promise<void>): Promise<EventFacts> => {
    const facts = noEvents();
    const one: EventBatch = {
      count: 1,
      tUs: new Float64Array(1),
      x: new Uint16Array(1),
      y: new Uint16Array(1),
      polarity: new Uint8Array(1),
    };
    await pass((tUs, x, y) => {
      one.tUs[0] = tUs;
      one.x[0] = x;
      one.y[0] = y;
      widenFacts(facts, one);
    });
    return facts;
  };

  const clean = denoiseUs > 0 && whole.eventCount > 0 ? await factsOfPass(passClean) : whole;
  const originUs = (statedOriginUs ?? clean.firstUs) + startUs;
  const passUsed = (visit: Visit) =>
    startUs === 0
      ? passClean(visit)
      : passClean((tUs, x, y, polarity) => {
          if (tUs >= originUs) visit(tUs, x, y, polarity);
        });
  const used = startUs > 0 && clean.eventCount > 0 ? await factsOfPass(passUsed) : clean;
  const { firstUs, lastUs, eventCount } = used;
  const span = eventCount > 0 ? { firstUs, lastUs, eventCount, originUs } : null;
  const counts = {
    eventCount: whole.eventCount,
    noise: whole.eventCount - clean.eventCount,
    early: clean.eventCount - eventCount,
  };
  const facts = noFacts(stepCount, counts, span);
  if (!span) return facts;
  const writer = createFrameWriter(complete, shape, sensor, span, bits, 0, facts);
  let index = 0;
  await passUsed((tUs, x, y, polarity) => writer.add(index++, tUs, x, y, polarity));
  return facts;
}
