// What the frames hold: new series, appended rows, open pages, sealed chunks, and the ends of a snapshot.

import type { FrameBuffer } from '../../../../lib/frames.ts';
import type { Labels } from '../../../../model/labels.ts';
import type { Batch, SeriesRef } from '../../contract.ts';

export const SERIES = 1;
export const ROWS = 2;
export const CHUNKS = 3;
export const SLABS = 4;
export const TURNS = 5;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export type NamedSeries = readonly [ref: SeriesRef, labels: Labels];

export function writeSeries(frames: FrameBuffer, series: readonly NamedSeries[]): void {
  frames.add(SERIES, encoder.encode(JSON.stringify(series)));
}

export function readSeries(payload: Uint8Array): readonly NamedSeries[] {
  return JSON.parse(decoder.decode(payload));
}

/** @param ids of the slabs that belong to a snapshot and have files of their own. */
export function writeSlabList(frames: FrameBuffer, ids: readonly number[]): void {
  frames.add(SLABS, encoder.encode(JSON.stringify(ids)));
}

export function readSlabList(payload: Uint8Array): readonly number[] {
  return JSON.parse(decoder.decode(payload));
}

// Rows: their count, whether one time stands for all, whether any is stale; times, values, refs, stale flags.
const ROWS_HEAD_BYTES = 16;

export function writeRows(frames: FrameBuffer, batch: Batch): void {
  const count = batch.refs.length;
  const isOneTime = hasOneTime(batch.times);
  const isAnyStale = batch.stale.includes(1);
  const times = isOneTime ? 1 : count;
  const bytes = ROWS_HEAD_BYTES + 8 * (times + count) + 4 * count + (isAnyStale ? count : 0);
  const at = frames.begin(bytes);
  frames.words[at / 4] = count;
  frames.words[at / 4 + 1] = isOneTime ? 1 : 0;
  frames.words[at / 4 + 2] = isAnyStale ? 1 : 0;
  const doubles = (at + ROWS_HEAD_BYTES) / 8;
  if (isOneTime) frames.doubles[doubles] = batch.times[0] as number;
  else frames.doubles.set(batch.times, doubles);
  frames.doubles.set(batch.values, doubles + times);
  frames.words.set(batch.refs, 2 * (doubles + times + count));
  if (isAnyStale) frames.bytes.set(batch.stale, 8 * (doubles + times + count) + 4 * count);
  frames.end(ROWS, bytes);
}

export function readRows(payload: Uint8Array): Batch {
  const { buffer, byteOffset } = payload;
  const [count = 0, isOneTime, isAnyStale] = new Uint32Array(buffer, byteOffset, 3);
  const times = isOneTime === 1 ? 1 : count;
  const from = byteOffset + ROWS_HEAD_BYTES;
  const some = new Float64Array(buffer, from, times);
  return {
    refs: new Uint32Array(buffer, from + 8 * (times + count), count),
    times: isOneTime === 1 ? new Float64Array(count).fill(some[0] as number) : some,
    values: new Float64Array(buffer, from + 8 * times, count),
    stale:
      isAnyStale === 1
        ? new Uint8Array(buffer, from + 8 * (times + count) + 4 * count, count)
        : new Uint8Array(count),
  };
}

function hasOneTime(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i += 1) if (times[i] !== times[0]) return false;
  return times.length > 0;
}

/** Whole blocks of a slab. @param from the word they stand at. */
export function writeChunks(frames: FrameBuffer, slab: number, from: number, blocks: Uint32Array): void {
  const at = frames.begin(8 + blocks.byteLength);
  frames.words[at / 4] = slab;
  frames.words[at / 4 + 1] = from;
  frames.words.set(blocks, at / 4 + 2);
  frames.end(CHUNKS, 8 + blocks.byteLength);
}

export function readChunks(payload: Uint8Array): { slab: number; from: number; blocks: Uint32Array } {
  const [slab = 0, from = 0] = new Uint32Array(payload.buffer, payload.byteOffset, 2);
  const blocks = new Uint32Array(payload.buffer, payload.byteOffset + 8, payload.byteLength / 4 - 2);
  return { slab, from, blocks };
}

/** @param turns how often each row has been given to a series. */
export function writeTurns(frames: FrameBuffer, turns: Uint16Array): void {
  frames.add(TURNS, new Uint8Array(turns.buffer, turns.byteOffset, turns.byteLength));
}

export function readTurns(payload: Uint8Array): Uint16Array {
  return new Uint16Array(payload.buffer, payload.byteOffset, payload.byteLength / 2);
}
