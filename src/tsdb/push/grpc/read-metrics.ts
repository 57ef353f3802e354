// The messages of metrics.proto → a batch. Read by hand: a series that is known by its bytes costs a quarter of what
// decoding its texts does.

import { messageOf } from '../../../lib/errors.ts';
import type { Labels } from '../../../model/labels.ts';
import type { PushedFamily } from '../../queue/contract.ts';
import { type Columns, createColumns } from '../columns.ts';
import { familyOf } from '../family.ts';
import type { DoorBatch } from '../intake.ts';
import { labelsOf } from '../json-labels.ts';
import { createLabelMemory, type LabelMemory } from '../label-memory.ts';
import { MetricFault } from '../metric-fault.ts';
import { setOwn } from '../own-property.ts';
import { Refusal } from '../refusal.ts';
import { smallerUnit } from '../unix-unit.ts';
import {
  checkEnd,
  delimited,
  endOfPart,
  fixed64,
  isStaleMarker,
  readDouble,
  readInt64,
  readPair,
  readText,
  skipField,
  sliceOfRun,
  varint,
  type WireReader,
  wireReader,
} from '../wire-reader.ts';

export interface MetricsReader {
  /** Reads a Metric. @throws Refusal `bad_data`. */
  one(bytes: Buffer): DoorBatch;
  /**
   * Reads BatchMetrics.
   * @param most the most that anybody may send at once.
   * @throws Refusal `bad_data` that names the first faulty metric by its index, `too_large`.
   */
  all(bytes: Buffer, most: number): DoorBatch;
}

/** Bytes of names and labels that are remembered, in each of two generations: about 60,000 series. */
const MEMORY_BYTES = 8_000_000;

export function createMetricsReader(): MetricsReader {
  const memory = createLabelMemory(MEMORY_BYTES);
  return {
    one: (bytes) => readBatch(new Reading(bytes, memory), (reading) => reading.one(bytes.length)),
    all: (bytes, most) => readBatch(new Reading(bytes, memory), (reading) => reading.all(most)),
  };
}

function readBatch(reading: Reading, read: (reading: Reading) => void): DoorBatch {
  const { columns, families } = reading;
  try {
    read(reading);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const why = error instanceof MetricFault ? error.message : `cannot be read: ${messageOf(error)}`;
    throw new Refusal('bad_data', `metric ${columns.rows} ${why}; nothing was taken`, { cause: error });
  }
  return columns.batch(families);
}

/** Seconds from 1970, to about 5138: beyond lie today's milliseconds. */
const MOST_SECONDS = 1e11;
const NAME = delimited(1);
const TAG = delimited(5);

class Reading {
  readonly columns: Columns = createColumns();
  readonly families = new Map<string, PushedFamily>();
  readonly #reader: WireReader;
  readonly #memory: LabelMemory;

  constructor(bytes: Buffer, memory: LabelMemory) {
    this.#reader = wireReader(bytes);
    this.#memory = memory;
  }

  all(most: number): void {
    const reader = this.#reader;
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag !== delimited(1)) skipField(reader, tag, 1);
      else if (this.columns.rows === most)
        throw new Refusal('too_large', `cannot take more than ${most} samples at once; nothing was taken`);
      else this.one(endOfPart(reader, reader.len));
    }
    checkEnd(reader, reader.len);
  }

  /** A metric, up to `end`. */
  one(end: number): void {
    const reader = this.#reader;
    const start = reader.pos;
    const metric = { value: 0, isStale: false, type: '', seconds: 0 };
    let name = '';
    let tags = '';
    while (reader.pos < end) {
      if (reader.buf[reader.pos] === TAG) {
        tags += sliceOfRun(reader, TAG, end);
        continue;
      }
      const tag = reader.uint32();
      if (tag === NAME) name = this.#bytesUpTo(endOfPart(reader, end));
      else readField(reader, tag, end, metric);
    }
    checkEnd(reader, end);
    this.#add(metric, this.#labelsOf(`${name.length}:${name}${tags}`, start, end));
  }

  #bytesUpTo(end: number): string {
    const reader = this.#reader;
    const bytes = reader.buf.latin1Slice(reader.pos, end);
    reader.pos = end;
    return bytes;
  }

  #labelsOf(key: string, start: number, end: number): Labels {
    const known = this.#memory.get(key);
    if (known !== undefined) return known;
    const { name, tags } = readSeries(this.#reader, start, end);
    const labels = labelsOf(name, tags);
    this.#memory.set(key, labels);
    return labels;
  }

  #add({ value, isStale, type, seconds }: Metric, labels: Labels): void {
    if (!(Math.abs(seconds) < MOST_SECONDS)) throw faultyTime(seconds);
    const { rows } = this.columns;
    this.columns.add(seconds === 0 ? Number.NaN : seconds * 1000, value, isStale);
    this.columns.label(rows, labels);
    if (type !== '') this.#describe(labels.__name__ ?? '', familyOf(type));
  }

  #describe(name: string, family: PushedFamily): void {
    if (this.families.get(name)?.type !== family.type) this.families.set(name, family);
  }
}

function faultyTime(seconds: number): MetricFault {
  const unit = smallerUnit(seconds, 'seconds');
  const looks = unit === undefined ? '' : `, and looks like ${unit}`;
  return new MetricFault(`has a timestamp that is no time; it is in Unix seconds${looks}`);
}

/** Without its series; with the defaults of proto3. */
interface Metric {
  value: number;
  isStale: boolean;
  type: string;
  seconds: number;
}

function readField(reader: WireReader, tag: number, end: number, metric: Metric): void {
  if (tag === fixed64(2)) {
    metric.isStale = isStaleMarker(reader);
    metric.value = readDouble(reader, end);
  } else if (tag === delimited(3)) metric.type = readText(reader, end);
  else if (tag === varint(4)) metric.seconds = readInt64(reader);
  else skipField(reader, tag, 5);
}

/** Reads a metric again, for its name and tags alone. */
function readSeries(reader: WireReader, start: number, end: number) {
  const tags: Record<string, string> = {};
  let name = '';
  reader.pos = start;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === NAME) name = readText(reader, end);
    // Of two with the same key the last one counts, as protobuf has it.
    else if (tag === TAG) setOwn(tags, ...readPair(reader, endOfPart(reader, end)));
    else reader.skipType(tag & 7);
  }
  return { name, tags };
}
