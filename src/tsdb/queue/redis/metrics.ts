// How the queue in Redis is doing. No client and no address is ever a label.

import { Counter, Gauge, type Registry } from 'prom-client';
import type { StreamState } from './stream-state.ts';

export const REFUSALS = ['away', 'full', 'promise', 'too_large'] as const;
export type Refusal = (typeof REFUSALS)[number];
const BURIED = ['deliveries', 'undecodable'] as const;

export interface RedisQueueMetrics {
  /** A push was not taken. */
  refused(reason: Refusal): void;
  /** Entries are in the store. */
  delivered(entries: number): void;
  redelivered(entries: number): void;
  takenOver(entries: number): void;
  buried(reason: (typeof BURIED)[number]): void;
  /** An entry was gone before it was written. */
  vanished(entries: number): void;
  storeFailed(): void;
  connected(): void;
}

export interface Observed {
  readonly isUp: () => boolean;
  /** Of now; of the last time it could be read while Redis is away. */
  readonly state: () => Promise<StreamState>;
}

export function createRedisQueueMetrics(registry: Registry, observed: Observed): RedisQueueMetrics {
  registerGauges(registry, observed);
  const counter = (name: string, help: string) =>
    new Counter({ name: `mini_tsdb_queue_${name}_total`, help, registers: [registry] });
  const refusals = reasons(registry, 'refused_batches', 'Batches that were not taken, by reason.', REFUSALS);
  const burials = reasons(registry, 'given_up_entries', 'Entries that were given up, by reason.', BURIED);
  const delivered = counter('delivered_entries', 'Entries that this process has brought into the store.');
  const redelivered = counter('redelivered_entries', 'Entries that were tried again after a crash.');
  const takenOver = counter('taken_over_entries', 'Entries taken over from a consumer that gave no sign.');
  const vanished = counter(
    'vanished_entries',
    'Entries that somebody deleted before they were in the store.',
  );
  const failures = counter('store_failures', 'Writes that the store did not take.');
  const connections = counter('redis_connections', 'Connections to Redis that were made.');
  return {
    refused: (reason) => refusals.inc({ reason }),
    delivered: (entries) => delivered.inc(entries),
    redelivered: (entries) => redelivered.inc(entries),
    takenOver: (entries) => takenOver.inc(entries),
    buried: (reason) => burials.inc({ reason }),
    vanished: (entries) => vanished.inc(entries),
    storeFailed: () => failures.inc(),
    connected: () => connections.inc(),
  };
}

function reasons(
  registry: Registry,
  name: string,
  help: string,
  values: readonly string[],
): Counter<'reason'> {
  const options = { name: `mini_tsdb_queue_${name}_total`, help, labelNames: ['reason'] as const };
  const counter = new Counter({ ...options, registers: [registry] });
  for (const reason of values) counter.inc({ reason }, 0);
  return counter;
}

function registerGauges(registry: Registry, { isUp, state }: Observed): void {
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name: `mini_tsdb_queue_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(await read());
      },
    });
  gauge('redis_up', 'Whether there is a connection to Redis.', () => Number(isUp()));
  gauge('entries', 'Entries in the stream.', async () => (await state()).entries);
  gauge('lag_entries', 'Entries that no consumer has read yet.', async () => (await state()).lag);
  gauge('pending_entries', 'Entries read and not yet in the store.', async () => (await state()).pending);
  gauge('bytes', 'Bytes of the batches in the stream.', async () => (await state()).bytes);
}
