// The WriteRequest of remote write 1.0 (protobuf `prometheus.WriteRequest`) → a batch.
// Source: prompb/remote.proto and prompb/types.proto of Prometheus, and what its own receiver takes and refuses.

import { messageOf } from '../../lib/errors.ts';
import type { Labels } from '../../model/labels.ts';
import type { PushedFamily } from '../queue/contract.ts';
import { type Columns, createColumns } from './columns.ts';
import { familyOfNumber } from './family.ts';
import type { DoorBatch } from './intake.ts';
import type { LabelMemory } from './label-memory.ts';
import { MOST_LABEL_CHARACTERS } from './limits.ts';
import { Refusal } from './refusal.ts';
import {
  checkEnd,
  delimited,
  endOfPart,
  fixed64,
  isStaleMarker,
  readDouble,
  readInt64,
  readText,
  skipField,
  sliceOfRun,
  varint,
  type WireReader,
  wireReader,
} from './wire-reader.ts';
import { LABEL, readLabels } from './write-request-labels.ts';

export interface WriteRequest {
  readonly batch: DoorBatch;
  /** Left out, as a receiver does that keeps none. */
  readonly exemplars: number;
  readonly histograms: number;
}

/** What one request may hold, whatever its bytes. */
const MOST_FAMILIES = 100_000;
/** Milliseconds from 1970 to either end of what a calendar holds. */
const MOST_TIME = 8.64e15;

/**
 * @param mostSamples the most that anybody may send at once.
 * @throws Refusal `bad_data` that names the first faulty series by its index, `too_large`.
 */
export function readWriteRequest(bytes: Buffer, mostSamples: number, memory: LabelMemory): WriteRequest {
  const reading = new Reading(wireReader(bytes), mostSamples, memory);
  try {
    reading.readAll();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('bad_data', `cannot read ${reading.where()}: ${messageOf(error)}; nothing was taken`, {
      cause: error,
    });
  }
  return {
    batch: reading.columns.batch(reading.families),
    exemplars: reading.exemplars,
    histograms: reading.histograms,
  };
}

class Reading {
  readonly columns: Columns = createColumns();
  readonly families = new Map<string, PushedFamily>();
  exemplars = 0;
  histograms = 0;
  #reader: WireReader;
  #mostSamples: number;
  #memory: LabelMemory;
  #series = -1;
  #metadata = -1;

  constructor(reader: WireReader, mostSamples: number, memory: LabelMemory) {
    this.#reader = reader;
    this.#mostSamples = mostSamples;
    this.#memory = memory;
  }

  /** What is being read. */
  where(): string {
    if (this.#metadata >= 0) return `metadata[${this.#metadata}]`;
    return this.#series < 0 ? 'the WriteRequest' : `timeseries[${this.#series}]`;
  }

  readAll(): void {
    const reader = this.#reader;
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === delimited(1)) {
        this.#series += 1;
        this.#metadata = -1;
        this.#readSeries(endOfPart(reader, reader.len));
      } else if (tag === delimited(3)) {
        this.#metadata += 1;
        this.#readMetadata(endOfPart(reader, reader.len));
      } else skipField(reader, tag, 3);
    }
    checkEnd(reader, reader.len);
  }

  #readSeries(end: number): void {
    const reader = this.#reader;
    const start = reader.pos;
    const from = this.columns.rows;
    let labels = '';
    while (reader.pos < end) {
      if (reader.buf[reader.pos] === LABEL) labels += sliceOfRun(reader, LABEL, end);
      else this.#readPart(reader.uint32(), end);
    }
    checkEnd(reader, end);
    this.columns.label(from, this.#labelsOf(labels, start, end));
  }

  #readPart(tag: number, end: number): void {
    const reader = this.#reader;
    if (tag === delimited(2)) this.#readSample(endOfPart(reader, end));
    else if (tag === delimited(3)) {
      this.exemplars += 1;
      reader.pos = endOfPart(reader, end);
    } else if (tag === delimited(4)) {
      this.histograms += 1;
      reader.pos = endOfPart(reader, end);
    } else skipField(reader, tag, 4);
  }

  #labelsOf(bytes: string, start: number, end: number): Labels {
    const known = this.#memory.get(bytes);
    if (known !== undefined) return known;
    if (bytes.length > MOST_LABEL_CHARACTERS)
      throw new Error(`its labels are larger than ${MOST_LABEL_CHARACTERS} bytes`);
    const labels = readLabels(this.#reader, start, end);
    this.#memory.set(bytes, labels);
    return labels;
  }

  #readSample(end: number): void {
    const reader = this.#reader;
    let time = 0;
    let value = 0;
    let isStale = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === fixed64(1)) {
        isStale = isStaleMarker(reader);
        value = readDouble(reader, end);
      } else if (tag === varint(2)) time = readInt64(reader);
      else skipField(reader, tag, 2);
    }
    checkEnd(reader, end);
    if (!(Math.abs(time) <= MOST_TIME)) throw new Error('a timestamp is beyond every calendar');
    if (this.columns.rows === this.#mostSamples) throw tooMany(`${this.#mostSamples} samples`);
    this.columns.add(time, value, isStale);
  }

  #readMetadata(end: number): void {
    const { name, family } = readFamily(this.#reader, end);
    if (name === '') throw new Error('it names no metric family');
    if (this.families.size === MOST_FAMILIES) throw tooMany(`${MOST_FAMILIES} metric families`);
    this.families.set(name, family);
  }
}

function readFamily(reader: WireReader, end: number): { name: string; family: PushedFamily } {
  let [name, type, help, unit] = ['', 0, '', ''];
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === varint(1)) type = readInt64(reader);
    else if (tag === delimited(2)) name = readText(reader, end);
    else if (tag === delimited(4)) help = readText(reader, end);
    else if (tag === delimited(5)) unit = readText(reader, end);
    else skipField(reader, tag, 5);
  }
  checkEnd(reader, end);
  return { name, family: familyOfNumber(type, help, unit) };
}

function tooMany(what: string): Refusal {
  return new Refusal('too_large', `cannot take more than ${what} at once; nothing was taken`);
}
