// How pushing is doing. The names of clients are theirs to choose, so only the first are labels.

import { Counter, Gauge, type Registry } from 'prom-client';
import type { ClientCounts } from './client-counts.ts';
import { REFUSALS, type Refusal, type RefusalReason } from './refusal.ts';

export interface PushMetrics {
  /** What the gauges read. */
  observe(read: { readonly clients: () => number; readonly series: () => number }): void;
  /** A batch of a client was taken. */
  taken(client: string, samples: number): void;
  /**
   * A request was answered by this refusal, which counts once however often it is told of.
   * @param client undefined: nobody knows who it was.
   */
  refused(refusal: Refusal, client: string | undefined): void;
  /** Likewise, because of a limit of the client; returns the refusal. */
  refusedOf(client: string, refusal: Refusal): Refusal;
}

const MOST_CLIENTS = 100;
const OTHERS = 'others';
const OF_A_LIMIT: ReadonlySet<RefusalReason> = new Set(['limited', 'too_large', 'too_many_series']);

/** @param counts told the same, client by client. */
export function createPushMetrics(registry: Registry, counts: ClientCounts): PushMetrics {
  const counter = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Counter({ name: `mini_tsdb_push_${name}`, help, labelNames, registers: [registry] });
  const samples = counter('samples_total', 'Samples that clients pushed and the queue took.');
  const batches = counter('batches_total', 'Requests of clients whose samples the queue took.');
  const refused = counter('refused_total', 'Requests of clients that were refused, by reason.', ['reason']);
  const limited = counter(
    'limited_total',
    'Requests refused because of a limit of their client, by client; beyond the first hundred: others.',
    ['client', 'reason'],
  );
  const clients = new Set<string>();
  for (const reason of REFUSALS) refused.inc({ reason }, 0);
  const counted = new WeakSet<Refusal>();
  const count = (refusal: Refusal, client: string | undefined) => {
    if (counted.has(refusal)) return;
    counted.add(refusal);
    refused.inc({ reason: refusal.reason });
    counts.refused(client, refusal.reason);
  };
  return {
    observe: (read) => observe(registry, read),
    taken(client, count) {
      samples.inc(count);
      batches.inc();
      counts.taken(client, count);
    },
    refused: count,
    refusedOf(client, refusal) {
      count(refusal, client);
      const { reason } = refusal;
      if (!OF_A_LIMIT.has(reason)) return refusal;
      if (clients.size < MOST_CLIENTS) clients.add(client);
      limited.inc({ client: clients.has(client) ? client : OTHERS, reason });
      return refusal;
    },
  };
}

function observe(registry: Registry, read: Parameters<PushMetrics['observe']>[0]): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `mini_tsdb_push_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('clients', 'Clients that are remembered: those that pushed a moment ago.', read.clients);
  gauge('series', 'Series that were pushed within the last hour.', read.series);
}
