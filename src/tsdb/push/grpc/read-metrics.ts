// The messages of metrics.proto → a batch, read by hand: a tenth of what the general reader takes.

import { messageOf } from '../../../lib/errors.ts';
import type { PushedFamily } from '../../queue/contract.ts';
import { type Columns, createColumns } from '../columns.ts';
import type { DoorBatch } from '../intake.ts';
import type { ReadLabels } from '../json-labels.ts';
import { MetricFault } from '../metric-fault.ts';
import { setOwn } from '../own-property.ts';
import { Refusal } from '../refusal.ts';
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
  varint,
  type WireReader,
  wireReader,
} from '../wire-reader.ts';

/** Reads a Metric. @throws Refusal `bad_data`. */
export function readMetric(bytes: Buffer, readLabels: ReadLabels): DoorBatch {
  return readBatch(new Reading(bytes, readLabels), (reading) => reading.one(bytes.length));
}

/**
 * Reads BatchMetrics.
 * @param most the most that anybody may send at once.
 * @throws Refusal `bad_data` that names the first faulty metric by its index, `too_large`.
 */
export function readMetrics(bytes: Buffer, readLabels: ReadLabels, most: number): DoorBatch {
  return readBatch(new Reading(bytes, readLabels), (reading) => reading.all(most));
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

/** Types as Prometheus names them; of others nothing is known. */
const TYPES = ['counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset'];
/** Seconds from 1970 to either end of what a calendar holds. */
const MOST_SECONDS = 8.64e12;

class Reading {
  readonly columns: Columns = createColumns();
  readonly families = new Map<string, PushedFamily>();
  readonly #reader: WireReader;
  readonly #readLabels: ReadLabels;

  constructor(bytes: Buffer, readLabels: ReadLabels) {
    this.#reader = wireReader(bytes);
    this.#readLabels = readLabels;
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
    const metric = newMetric();
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === delimited(5)) readTag(reader, endOfPart(reader, end), metric.tags);
      else readField(reader, tag, end, metric);
    }
    checkEnd(reader, end);
    this.#add(metric);
  }

  #add({ name, value, isStale, type, seconds, tags }: Metric): void {
    if (!(Math.abs(seconds) <= MOST_SECONDS))
      throw new MetricFault('has a timestamp that is no time; it is in Unix seconds');
    const labels = this.#readLabels(name, tags);
    const { rows } = this.columns;
    this.columns.add(seconds === 0 ? Number.NaN : seconds * 1000, value, isStale);
    this.columns.label(rows, labels);
    if (type !== '') this.#describe(labels.__name__ ?? '', type.toLowerCase());
  }

  #describe(name: string, word: string): void {
    const type = TYPES.includes(word) ? word : 'unknown';
    if (this.families.get(name)?.type !== type) this.families.set(name, { type, help: '', unit: '' });
  }
}

/** With the defaults of proto3. */
interface Metric {
  name: string;
  value: number;
  isStale: boolean;
  type: string;
  seconds: number;
  readonly tags: Record<string, string>;
}

function newMetric(): Metric {
  return { name: '', value: 0, isStale: false, type: '', seconds: 0, tags: {} };
}

function readField(reader: WireReader, tag: number, end: number, metric: Metric): void {
  if (tag === delimited(1)) metric.name = readText(reader, end);
  else if (tag === fixed64(2)) {
    metric.isStale = isStaleMarker(reader);
    metric.value = readDouble(reader, end);
  } else if (tag === delimited(3)) metric.type = readText(reader, end);
  else if (tag === varint(4)) metric.seconds = readInt64(reader);
  else skipField(reader, tag, 5);
}

/** An entry of the map; of two with the same key the last one counts, as protobuf has it. */
function readTag(reader: WireReader, end: number, tags: Record<string, string>): void {
  let key = '';
  let value = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === delimited(1)) key = readText(reader, end);
    else if (tag === delimited(2)) value = readText(reader, end);
    else skipField(reader, tag, 2);
  }
  checkEnd(reader, end);
  setOwn(tags, key, value);
}
