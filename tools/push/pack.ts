// Metrics → the body of one request, for each door.

import protobuf from 'protobufjs/minimal.js';
import { compress } from 'snappyjs';
import type { DoorName, Parcel } from './doors.ts';
import { metricMethods } from './grpc-methods.ts';

export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Unix milliseconds. gRPC knows whole seconds only, so there a metric goes without; undefined: when it arrives. */
  readonly timeMs: number | undefined;
}

/** One metric goes as one where the door has a form for it. Remote write has no samples without a time. */
export function pack(door: DoorName, metrics: readonly Metric[]): Parcel {
  return { bytes: PACKERS[door](metrics), samples: metrics.length };
}

const PACKERS: Readonly<Record<DoorName, (metrics: readonly Metric[]) => Buffer>> = {
  json: (metrics) => jsonBytes(metrics.length === 1 ? jsonOf(metrics[0] as Metric) : metrics.map(jsonOf)),
  gateway: (metrics) => jsonBytes({ metrics: metrics.map(jsonOf) }),
  grpc(metrics) {
    const { one, batch } = metricMethods();
    const messages = metrics.map(({ name, value, type, labels }) => ({ name, value, type, labels }));
    return messages.length === 1
      ? one.requestSerialize(messages[0] as object)
      : batch.requestSerialize({ metrics: messages });
  },
  'remote-write': (metrics) => Buffer.from(compress(writeRequest(metrics))),
};

function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function jsonOf({ name, type, value, labels, timeMs }: Metric): object {
  const timestamp = timeMs === undefined ? undefined : new Date(timeMs).toISOString();
  return { timestamp, name, value, type, tags: labels };
}

/** A prometheus.WriteRequest: repeated TimeSeries 1 { repeated Label 1 { name 1, value 2 }, repeated Sample 2 }. */
function writeRequest(metrics: readonly Metric[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const { name, labels, value, timeMs } of metrics) {
    writer.uint32(10).fork();
    for (const [label, text] of sortedLabels(name, labels))
      writer.uint32(10).fork().uint32(10).string(label).uint32(18).string(text).ldelim();
    writer
      .uint32(18)
      .fork()
      .uint32(9)
      .double(value)
      .uint32(16)
      .int64(timeMs ?? Date.now())
      .ldelim();
    writer.ldelim();
  }
  return writer.finish();
}

// As the protocol wants them.
function sortedLabels(name: string, labels: Metric['labels']): [string, string][] {
  const all: [string, string][] = [['__name__', name], ...Object.entries(labels)];
  return all.sort(([a], [b]) => (a < b ? -1 : 1));
}
