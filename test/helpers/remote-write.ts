// Bodies of remote write as any sender makes them, from the public definition of the message.

import protobuf from 'protobufjs';
import { compress } from 'snappyjs';

const PROTO = `
syntax = "proto3";
package prometheus;
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message TimeSeries {
  repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4;
}
message Label { string name = 1; string value = 2; }
message Sample { double value = 1; int64 timestamp = 2; }
message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
message Histogram { uint64 count_int = 1; double sum = 3; }
`;

const WriteRequest = protobuf.parse(PROTO, { keepCase: true }).root.lookupType('prometheus.WriteRequest');

export interface SentSeries {
  readonly labels: readonly (readonly [string, string])[] | Readonly<Record<string, string>>;
  /** Time in Unix milliseconds and value. */
  readonly samples?: readonly (readonly [number, number])[];
  readonly exemplars?: number;
  readonly histograms?: number;
}

/** The message of these series. */
export function encodeWriteRequest(series: readonly SentSeries[], metadata: readonly object[] = []): Buffer {
  const timeseries = series.map(({ labels, samples = [], exemplars = 0, histograms = 0 }) => ({
    labels: (Array.isArray(labels) ? labels : Object.entries(labels)).map(([name, value]) => ({
      name,
      value,
    })),
    samples: samples.map(([timestamp, value]) => ({ timestamp, value })),
    exemplars: Array.from({ length: exemplars }, () => ({ labels: [{ name: 'trace_id', value: 'a' }] })),
    histograms: Array.from({ length: histograms }, () => ({ count_int: 3, sum: 1.5 })),
  }));
  return Buffer.from(WriteRequest.encode({ timeseries, metadata } as never).finish());
}

/** A whole body. */
export function snappy(message: Buffer): Buffer {
  return Buffer.from(compress(message));
}
