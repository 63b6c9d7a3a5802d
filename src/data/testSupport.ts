/** Helpers of the data tests only; nothing of the product imports this file. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { EventStream } from '../core/eventStream.ts';
import { type ByteSource, memorySource } from './byteSource.ts';

/** The folder of reference recordings beside the project; absent on most machines. */
export const SHARED_DATA = resolve(import.meta.dirname, '../../../shared/data');
export const hasSharedData = existsSync(resolve(SHARED_DATA, 'manifest.json'));
/** Add it to the name of a test that is skipped without the folder, so that the report says why. */
export const NEEDS_SHARED_DATA = hasSharedData ? '' : ' (skipped: ../shared/data is absent)';

export function sharedSource(path: string): ByteSource {
  return memorySource(basename(path), new Uint8Array(readFileSync(resolve(SHARED_DATA, path))));
}

export function sharedBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(resolve(SHARED_DATA, path)));
}

export type EventTuple = [tUs: number, x: number, y: number, polarity: number];

/** Rows of a stream, for comparisons that print well. */
export function eventTuples(events: EventStream): EventTuple[] {
  return Array.from(events.tUs, (tUs, i) => [tUs, events.x[i], events.y[i], events.polarity[i]]);
}
