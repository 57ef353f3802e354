// The metrics of mini-tsdb as a whole; each part adds its own.

import { setTimeout as sleep } from 'node:timers/promises';
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

/** Who scrapes this waits ten seconds as a rule. */
const STATS_MS = 3000;

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
  type Read = () => number | Promise<number | undefined>;
  const gauge = (name: string, help: string, read: Read) =>
    new Gauge({
      name: `mini_tsdb_${name}`,
      help,
      registers: [registry],
      async collect() {
        const value = await read();
        if (value === undefined) this.remove();
        else this.set(value);
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
  let looking: Promise<StoreStats | undefined> | undefined;
  const look = () => {
    looking ??= soon(store.stats(0)).finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const stat = (name: 'series' | 'chunks' | 'samples' | 'bytes', help: string) =>
    gauge(`storage_${name}`, help, async () => (await look())?.[name]);
  stat('series', 'Series in the store.');
  stat('chunks', 'Compressed chunks in the store.');
  stat('samples', 'Samples in the store.');
  stat('bytes', 'Memory of samples, labels and index, as the store counts it.');
  gauge('storage_disk_trouble', 'Whether samples are kept in memory only because the disk fails.', () =>
    Number(isDiskTroubled()),
  );
}

// A database that is away or silent must not take all the other metrics with it, which tell of it.
async function soon(stats: Promise<StoreStats>): Promise<StoreStats | undefined> {
  const bound = new AbortController();
  const late = sleep(STATS_MS, undefined, { signal: bound.signal, ref: false });
  try {
    return await Promise.race([stats, late]);
  } catch {
    return undefined;
  } finally {
    bound.abort();
    late.catch(() => {});
    stats.catch(() => {});
  }
}
