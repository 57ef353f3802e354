// The metrics of the store over PostgreSQL.

import { Gauge, type Registry } from 'prom-client';

interface Observed {
  trouble(): unknown;
  /** Samples. */
  waiting(): number;
}

export function registerMetrics(registry: Registry, store: Observed): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `mini_tsdb_postgres_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('trouble', 'Whether PostgreSQL cannot be written to.', () => Number(store.trouble() !== undefined));
  gauge('waiting_samples', 'Samples that wait to be written to PostgreSQL.', () => store.waiting());
}
