// The metrics of mini-tsdb as a whole; each part adds its own.

import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { Configuration } from './config/configuration.ts';
import type { Store, StoreStats } from './storage/contract.ts';

export interface Observed {
  readonly version: string;
  readonly configuration: Configuration;
  readonly store: Store;
  /** Whether the store cannot be written to disk as it should be. */
  readonly isDiskTroubled: () => boolean;
}

/** Registers them; each is read when somebody asks. */
export function registerMetrics(registry: Registry, observed: Observed): void {
  const { version, configuration, store, isDiskTroubled } = observed;
  // Its default looks at the event loop every 10 ms, which costs more than the rest of an idle program.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 1000 });
  new Gauge({
    name: 'mini_tsdb_build_info',
    help: 'Always 1; its labels tell the versions of the program and of Node.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.versions.node }, 1);
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name: `mini_tsdb_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(await read());
      },
    });
  gauge('config_last_reload_successful', 'Whether what the configuration file held is in force.', () =>
    Number(configuration.lastReload().isGood),
  );
  gauge(
    'config_last_reload_timestamp_seconds',
    'When the configuration file was read last.',
    () => configuration.lastReload().time / 1000,
  );
  // All four are asked for at once, and the store looks at every series for it.
  let looking: Promise<StoreStats> | undefined;
  const stat = async (name: 'series' | 'chunks' | 'samples' | 'bytes') => {
    looking ??= store.stats(0).finally(() => {
      looking = undefined;
    });
    return (await looking)[name];
  };
  gauge('storage_series', 'Series in the store.', () => stat('series'));
  gauge('storage_chunks', 'Compressed chunks in the store.', () => stat('chunks'));
  gauge('storage_samples', 'Samples in the store.', () => stat('samples'));
  gauge('storage_bytes', 'Memory of samples, labels and index, as the store counts it.', () => stat('bytes'));
  gauge('storage_disk_trouble', 'Whether samples are kept in memory only because the disk fails.', () =>
    Number(isDiskTroubled()),
  );
}
