// Bytes → the batch that was pushed, or an error that says why they are none.

import { crc32 } from 'node:zlib';
import type { Labels } from '../../model/labels.ts';
import { ByteReader, undecodable } from './byte-reader.ts';
import type { PushedBatch, PushedFamily } from './contract.ts';
import { HEAD_BYTES, TIMES, VERSION } from './encode-batch.ts';

/** @throws AppError `undecodable` that says what is wrong with them. */
export function decodeBatch(bytes: Buffer): PushedBatch {
  checkHead(bytes);
  const reader = new ByteReader(bytes.subarray(HEAD_BYTES));
  const texts = Array.from({ length: reader.count(1) }, () => reader.text());
  const text = () => at(texts, reader.varint());
  const client = text();
  const labels = readLabels(reader, text);
  const times = readTimes(reader, labels.length);
  const values = readColumn(reader, labels.length);
  const stale = readStale(reader, labels.length);
  const families = readFamilies(reader, text);
  if (reader.left > 0) throw undecodable('there is more after its end');
  return { client, labels, times, values, stale, families };
}

function checkHead(bytes: Buffer): void {
  if (bytes.length < HEAD_BYTES) throw undecodable('it ends too early');
  if (bytes[0] !== VERSION)
    throw undecodable(`it has version ${bytes[0]}; this program reads version ${VERSION}`);
  if (crc32(bytes.subarray(HEAD_BYTES)) !== bytes.readUInt32LE(1))
    throw undecodable('its checksum does not fit');
}

function at<T>(list: readonly T[], index: number): T {
  if (index >= list.length) throw undecodable('it refers to what it does not hold');
  return list[index] as T;
}

function readLabels(reader: ByteReader, text: () => string): Labels[] {
  const sets = Array.from({ length: reader.count(1) }, () => readSet(reader, text));
  return Array.from({ length: reader.count(1) }, () => at(sets, reader.varint()));
}

function readSet(reader: ByteReader, text: () => string): Labels {
  const labels: Record<string, string> = {};
  for (let left = reader.count(2); left > 0; left -= 1) {
    const name = text();
    const value = text();
    // Assigned, this one would be lost.
    if (name === '__proto__')
      Object.defineProperty(labels, name, { value, enumerable: true, writable: true, configurable: true });
    else labels[name] = value;
  }
  return labels;
}

function readTimes(reader: ByteReader, rows: number): Float64Array {
  const form = reader.byte();
  if (form === TIMES.raw) return readColumn(reader, rows);
  if (form !== TIMES.deltas) throw undecodable('its times have an unknown form');
  const times = new Float64Array(rows);
  let last = 0;
  for (let row = 0; row < rows; row += 1) {
    const folded = reader.varint();
    last += folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    times[row] = last;
  }
  return times;
}

// Copied: in the entry it need not lie on a multiple of eight bytes.
function readColumn(reader: ByteReader, rows: number): Float64Array {
  const column = new Float64Array(rows);
  new Uint8Array(column.buffer).set(reader.raw(rows * 8));
  return column;
}

function readStale(reader: ByteReader, rows: number): Uint8Array {
  return reader.byte() === 0 ? new Uint8Array(rows) : new Uint8Array(reader.raw(rows));
}

function readFamilies(reader: ByteReader, text: () => string): Map<string, PushedFamily> {
  const families = new Map<string, PushedFamily>();
  for (let left = reader.count(4); left > 0; left -= 1) {
    const name = text();
    families.set(name, { type: text(), help: text(), unit: text() });
  }
  return families;
}
