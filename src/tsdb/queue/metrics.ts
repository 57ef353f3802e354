// How samples come from the queue into the store.

import { Counter, Gauge, type Registry } from 'prom-client';
import type { Queue, QueueStats, Written } from './contract.ts';

/** @returns what counts each batch that the store took. */
export function createWriteMetrics(registry: Registry): (written: Written) => void {
  const counter = (name: string, help: string) =>
    new Counter({ name: `mini_tsdb_push_samples_${name}_total`, help, registers: [registry] });
  const stored = counter('appended', 'Pushed samples that the store took.');
  const duplicates = counter('duplicate', 'Pushed samples that the store had already.');
  const conflicts = counter('conflict', 'Pushed samples left out because another value stood at their time.');
  const outOfBounds = counter(
    'out_of_bounds',
    'Pushed samples left out because they were too old or lay in the future.',
  );
  return (written) => {
    stored.inc(written.appended);
    duplicates.inc(written.duplicates);
    conflicts.inc(written.conflicts);
    outOfBounds.inc(written.outOfBounds);
  };
}

/** Registers them; each is read when somebody asks. */
export function registerQueueMetrics(registry: Registry, queue: Queue): void {
  const gauge = (name: string, help: string, read: (stats: QueueStats) => number) =>
    new Gauge({
      name: `mini_tsdb_queue_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(read(await queue.stats()));
      },
    });
  gauge('waiting_samples', 'Samples that were taken and are not in the store yet.', (stats) => stats.waiting);
  gauge(
    'oldest_seconds',
    'How long the oldest sample that is not in the store yet has waited.',
    (stats) => stats.oldestMs / 1000,
  );
  gauge(
    'dead_letters',
    'Samples that were given up, and lie where they can be looked at.',
    (stats) => stats.deadLetters,
  );
}
