// A pushed batch → bytes, as entries of streams and frames of logs hold them.
//
//   version (1 byte) · crc32 of all that follows (4) · texts, each once · client · label sets · the set of each row ·
//   times · values · stale flags · families
//
// Numbers are little-endian, as they lie in memory on every machine that Node's releases run on.

import { crc32 } from 'node:zlib';
import type { Labels } from '../../model/labels.ts';
import { ByteWriter } from './byte-writer.ts';
import type { PushedBatch } from './contract.ts';

export const VERSION = 1;
/** Of version and checksum. */
export const HEAD_BYTES = 5;
export const TIMES = { raw: 0, deltas: 1 } as const;
/** Up to here differences are exact, and still are when they are folded to carry their sign. */
const LARGEST_DELTA_TIME = 2 ** 50;

/** Bytes that `decodeBatch` reads back exactly, to the bit of each value. */
export function encodeBatch(batch: PushedBatch): Buffer {
  const texts = new Texts();
  const body = new ByteWriter();
  body.varint(texts.ref(batch.client));
  writeLabels(body, texts, batch.labels);
  writeTimes(body, batch.times);
  body.raw(bytesOf(batch.values));
  writeStale(body, batch.stale);
  writeFamilies(body, texts, batch.families);
  return framed(texts, body);
}

class Texts {
  readonly #refs = new Map<string, number>();
  readonly #writer = new ByteWriter();

  get size(): number {
    return this.#refs.size;
  }

  get bytes(): Buffer {
    return this.#writer.bytes;
  }

  ref(text: string): number {
    const known = this.#refs.get(text);
    if (known !== undefined) return known;
    const ref = this.#refs.size;
    this.#refs.set(text, ref);
    this.#writer.text(text);
    return ref;
  }
}

function writeLabels(body: ByteWriter, texts: Texts, labels: readonly Labels[]): void {
  const places = new Map<Labels, number>();
  for (const set of labels) if (!places.has(set)) places.set(set, places.size);
  body.varint(places.size);
  for (const set of places.keys()) {
    const names = Object.keys(set);
    body.varint(names.length);
    for (const name of names) {
      body.varint(texts.ref(name));
      body.varint(texts.ref(set[name] as string));
    }
  }
  body.varint(labels.length);
  for (const set of labels) body.varint(places.get(set) as number);
}

// Most batches hold one or a few times: then a time is a byte.
function writeTimes(body: ByteWriter, times: Float64Array): void {
  const areSmall = times.every(
    (time) => Number.isInteger(time) && Math.abs(time) <= LARGEST_DELTA_TIME && !Object.is(time, -0),
  );
  body.byte(areSmall ? TIMES.deltas : TIMES.raw);
  if (areSmall) writeDeltas(body, times);
  else body.raw(bytesOf(times));
}

function writeDeltas(body: ByteWriter, times: Float64Array): void {
  let last = 0;
  for (const time of times) {
    const delta = time - last;
    body.varint(delta >= 0 ? delta * 2 : -delta * 2 - 1);
    last = time;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function writeStale(body: ByteWriter, stale: Uint8Array): void {
  const isAny = stale.some((flag) => flag !== 0);
  body.byte(isAny ? 1 : 0);
  if (isAny) body.raw(stale);
}

function writeFamilies(body: ByteWriter, texts: Texts, families: PushedBatch['families']): void {
  body.varint(families.size);
  for (const [name, { type, help, unit }] of families)
    for (const text of [name, type, help, unit]) body.varint(texts.ref(text));
}

function framed(texts: Texts, body: ByteWriter): Buffer {
  const whole = new ByteWriter();
  whole.byte(VERSION);
  whole.raw(new Uint8Array(4));
  whole.varint(texts.size);
  whole.raw(texts.bytes);
  whole.raw(body.bytes);
  const { bytes } = whole;
  bytes.writeUInt32LE(crc32(bytes.subarray(HEAD_BYTES)), 1);
  return bytes;
}
