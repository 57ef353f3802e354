// Sends samples through a door of each kind, and says whether they were acknowledged.

import type { ServiceError } from '@grpc/grpc-js';
import { type GrpcClient, grpcClient } from '../../helpers/grpc-client.ts';
import { encodeWriteRequest, snappy } from '../../helpers/remote-write.ts';
import type { Kind, Sample } from './samples.ts';

/** The doors of one process. */
export interface Doors {
  readonly url: string;
  readonly grpc: string;
}

/** Resolves with whether they were acknowledged. @throws Error when a door says that they never will be. */
export type Send = (kind: Kind, doors: Doors, samples: readonly Sample[]) => Promise<boolean>;

export function createSender(): { readonly send: Send; close(): void } {
  const clients = new Map<string, GrpcClient>();
  const clientOf = ({ grpc }: Doors) => {
    const client = clients.get(grpc) ?? grpcClient(PROTO, 'data_nexus.MetricsService', grpc, QUICK);
    clients.set(grpc, client);
    return client;
  };
  return {
    async send(kind, doors, samples) {
      if (kind === 'json') return post(`${doors.url}/v1/metrics`, jsonOf(samples), JSON_HEADERS);
      if (kind === 'remote write') return post(`${doors.url}/api/v1/write`, writeOf(samples), WRITE_HEADERS);
      return call(clientOf(doors), samples);
    },
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}

const PROTO = 'src/tsdb/push/metrics.proto';
const QUICK = { options: { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 500 } };
const JSON_HEADERS = { 'Content-Type': 'application/json' };
const WRITE_HEADERS = { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' };
const ANSWER_MS = 30_000;

async function post(
  url: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> {
  let answer: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    answer = await fetch(url, { method: 'POST', headers, body, signal });
    text = await answer.text();
  } catch {
    return false;
  }
  if (answer.ok) return true;
  if (answer.status === 503) return false;
  throw new Error(`${url} answered ${answer.status}: ${text}`);
}

function jsonOf(samples: readonly Sample[]): string {
  const metrics = samples.map(({ labels: { __name__: name, ...tags }, time, value }) => ({
    name,
    tags,
    value,
    timestamp_ms: time,
  }));
  return JSON.stringify({ metrics });
}

/** Stands for a stale marker while the message is made: a NaN with bits of its own does not survive as a number. */
const STALE_STAND_IN = 1.2345678e300;

function writeOf(samples: readonly Sample[]): Buffer {
  const message = encodeWriteRequest(
    samples.map(({ labels, time, value }) => ({ labels, samples: [[time, value ?? STALE_STAND_IN]] })),
  );
  const from = Buffer.from(Float64Array.of(STALE_STAND_IN).buffer).toString('latin1');
  const to = Buffer.from('020000000000f07f', 'hex').toString('latin1');
  return snappy(Buffer.from(message.toString('latin1').replaceAll(from, to), 'latin1'));
}

/** CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL of a stream that broke, UNAVAILABLE. */
const AGAIN = [1, 2, 4, 8, 13, 14];

async function call(client: GrpcClient, samples: readonly Sample[]): Promise<boolean> {
  const metrics = samples.map(({ labels: { __name__: name, ...labels }, time, value }) => ({
    name,
    labels,
    value,
    type: 'gauge',
    timestamp: time / 1000,
  }));
  try {
    await client.call('IngestMetrics', { metrics });
    return true;
  } catch (error) {
    if (AGAIN.includes((error as ServiceError).code)) return false;
    throw error;
  }
}
