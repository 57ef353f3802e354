// protobufjs' Reader with what it lacks: messages end where they say, texts are UTF-8, a known field has its wire type.

import { isUtf8 } from 'node:buffer';
import protobuf, { type Reader } from 'protobufjs/minimal.js';

/** Tags of fields: number and wire type. */
export const varint = (field: number) => field << 3;
export const fixed64 = (field: number) => (field << 3) | 1;
export const delimited = (field: number) => (field << 3) | 2;

/** The slices are what `toString` calls, without its many questions. */
export type WireReader = Reader & {
  readonly buf: Buffer & {
    utf8Slice(from: number, to: number): string;
    latin1Slice(from: number, to: number): string;
  };
};

export function wireReader(bytes: Buffer): WireReader {
  return protobuf.Reader.create(bytes) as WireReader;
}

/** Reads a length. @returns where what it is of ends. @throws Error beyond `end`. */
export function endOfPart(reader: WireReader, end: number): number {
  const length = reader.uint32();
  const partEnd = reader.pos + length;
  if (partEnd > end) throw new Error('a field is longer than the message it is in');
  return partEnd;
}

/**
 * Skips a field.
 * @param known the largest number of the fields that the reader knows; one of those has the wrong wire type here.
 * @throws Error
 */
export function skipField(reader: WireReader, tag: number, known: number): void {
  const field = tag >>> 3;
  if (field === 0 || field <= known) throw new Error(`field ${field} has wire type ${tag & 7}`);
  reader.skipType(tag & 7);
}

/** To be called when a message has been read. @throws Error when its last field went on beyond its end. */
export function checkEnd(reader: WireReader, end: number): void {
  if (reader.pos !== end) throw new Error('a field is longer than the message it is in');
}

/** @throws Error when it is not UTF-8. */
export function readText(reader: WireReader, end: number): string {
  const { buf, pos } = reader;
  const partEnd = endOfPart(reader, end);
  const text = buf.utf8Slice(reader.pos, partEnd);
  // What is not UTF-8 becomes this character, which may as well have been sent.
  if (text.includes('\ufffd') && !isUtf8(buf.subarray(reader.pos, partEnd)))
    throw new Error(`the text at byte ${pos} is not UTF-8`);
  reader.pos = partEnd;
  return text;
}

/** Reads a message of two texts, fields 1 and 2, up to `end`: a label, or an entry of a map. @throws Error */
export function readPair(reader: WireReader, end: number): readonly [string, string] {
  let first = '';
  let second = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === delimited(1)) first = readText(reader, end);
    else if (tag === delimited(2)) second = readText(reader, end);
    else skipField(reader, tag, 2);
  }
  checkEnd(reader, end);
  return [first, second];
}

/**
 * Passes over the fields with this tag, of one byte, that follow each other.
 * @returns their bytes, each as a character, which name what they say and nothing else.
 */
export function sliceOfRun(reader: WireReader, tag: number, end: number): string {
  const { buf, pos } = reader;
  while (reader.pos < end && buf[reader.pos] === tag) {
    reader.pos += 1;
    reader.pos = endOfPart(reader, end);
  }
  return buf.latin1Slice(pos, reader.pos);
}

/** Reads an int64; beyond 2^53 the nearest number. @throws Error */
export function readInt64(reader: WireReader): number {
  const { buf } = reader;
  let value = 0;
  // Seven bytes hold every time of this age.
  for (let i = 0, scale = 1; i < 7; i += 1, scale *= 128) {
    const byte = buf[reader.pos + i];
    if (byte === undefined) throw new Error('a number is cut short');
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      reader.pos += i + 1;
      return value;
    }
  }
  return readLongInt64(reader);
}

function readLongInt64(reader: WireReader): number {
  let value = 0n;
  for (let i = 0; i < 10; i += 1) {
    const byte = reader.buf[reader.pos];
    if (byte === undefined) break;
    reader.pos += 1;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return Number(BigInt.asIntN(64, value));
  }
  throw new Error('a number has no end');
}

/** @throws Error */
export function readDouble(reader: WireReader, end: number): number {
  if (reader.pos + 8 > end) throw new Error('a number is cut short');
  const value = reader.buf.readDoubleLE(reader.pos);
  reader.pos += 8;
  return value;
}

/**
 * Whether the double that comes next is Prometheus' stale marker. Any arithmetic may change the bits of a NaN, so they
 * are looked at as bytes.
 */
export function isStaleMarker({ buf, pos }: WireReader): boolean {
  // Beyond the end there is nothing, which is no such byte.
  return buf[pos + 7] === 0x7f && buf[pos + 6] === 0xf0 && buf[pos] === 2 && areZero(buf, pos + 1, pos + 6);
}

function areZero(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if (bytes[i] !== 0) return false;
  return true;
}
