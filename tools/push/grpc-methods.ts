// The methods of metrics.proto as a client needs them.

import type { MethodDefinition } from '@grpc/grpc-js';
import { loadProto } from '../../src/tsdb/push/grpc/protos.ts';
import { METRICS_PROTO } from '../../src/tsdb/push/grpc/texts.ts';

type Method = MethodDefinition<object, object>;

export interface MetricMethods {
  readonly one: Method;
  readonly batch: Method;
}

let methods: MetricMethods | undefined;

/** Read when they are first needed: most runs never speak gRPC. */
export function metricMethods(): MetricMethods {
  if (methods === undefined) {
    const { definition } = loadProto(METRICS_PROTO);
    methods = { one: definition.IngestMetric as Method, batch: definition.IngestMetrics as Method };
  }
  return methods;
}
