// What waits to be handed over, and what became of it.

import { Counter, Gauge, type Registry } from 'prom-client';
import type { Lease, Outbox, OutboxStats } from './contract.ts';

export interface OutboxMetrics {
  readonly dropped: (samples: number) => void;
  /** Counts how its leases end, and shows what it holds. */
  observe(outbox: Outbox): Outbox;
}

export function createOutboxMetrics(registry: Registry): OutboxMetrics {
  const counter = (name: string, help: string) =>
    new Counter({ name: `mini_tsdb_export_samples_${name}_total`, help, registers: [registry] });
  const handedOver = counter('handed_over', 'Samples that a reader of /export?drain=true has got for good.');
  const givenBack = counter('given_back', 'Samples of answers that may not have arrived; they come again.');
  const dropped = counter(
    'dropped',
    'Samples not handed over: nobody fetched them within the retention, or their labels are too long.',
  );
  const observed = (lease: Lease): Lease => ({
    ...lease,
    async ack() {
      await lease.ack();
      handedOver.inc(lease.samples);
    },
    async giveBack() {
      givenBack.inc(lease.samples);
      await lease.giveBack();
    },
  });
  return {
    dropped: (samples) => dropped.inc(samples),
    observe(outbox) {
      registerGauges(registry, outbox);
      return {
        demandRoom: () => outbox.demandRoom(),
        add: (batch) => outbox.add(batch),
        async lease(mostSamples) {
          const lease = await outbox.lease(mostSamples);
          return lease && observed(lease);
        },
        stats: () => outbox.stats(),
        close: () => outbox.close(),
      };
    },
  };
}

function registerGauges(registry: Registry, outbox: Outbox): void {
  const gauge = (name: string, help: string, read: (stats: OutboxStats) => number) =>
    new Gauge({
      name: `mini_tsdb_export_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(read(await outbox.stats()));
      },
    });
  gauge('waiting_samples', 'Samples that wait to be fetched.', ({ waiting }) => waiting);
  gauge('leased_samples', 'Samples of answers that are under way.', ({ leased }) => leased);
  gauge('oldest_seconds', 'How long the oldest of them has waited.', ({ oldestMs }) => oldestMs / 1000);
}
