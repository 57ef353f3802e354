// One job: where its targets come from and the pool that scrapes them, over changes of its configuration.

import type { Alarm } from '../../lib/alarms.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import type { DiscoveryConfig, ScrapeConfig } from '../config/scrape-config.ts';
import { type Discovery, startDiscovery } from '../discovery/discovery.ts';
import type { DiscoveryMetrics } from '../discovery/metrics.ts';
import { createScrapePool, type ScrapePool } from './pool.ts';
import type { ScrapeServices } from './services.ts';

export interface JobServices extends ScrapeServices {
  readonly discoveryMetrics: DiscoveryMetrics;
}

export interface ScrapeJob {
  readonly name: string;
  readonly pool: ScrapePool;
  apply(config: ScrapeConfig): void;
  stop(): void;
  cut(): void;
}

interface Source {
  readonly discovery: Discovery;
  /** Undefined until the source has told something for the first time. */
  groups: readonly TargetGroup[] | undefined;
}

/** Several sources often change together. */
const SYNC_AFTER_MS = 20;

export function createScrapeJob(first: ScrapeConfig, services: JobServices): ScrapeJob {
  let key = keyOf(first);
  let pool = createScrapePool(first, services);
  let sources = new Map<string, Source>();
  let soon: Alarm | undefined;
  discover(first.discovery);

  // Sources that are as before stay as they are.
  function discover(configs: readonly DiscoveryConfig[]): void {
    const next = new Map<string, Source>();
    for (const config of configs) {
      const name = keyOf(config);
      next.set(name, next.get(name) ?? sources.get(name) ?? startSource(config));
    }
    for (const [name, { discovery }] of sources) if (!next.has(name)) discovery.stop();
    sources = next;
  }

  function startSource(config: DiscoveryConfig): Source {
    const source: Source = {
      groups: undefined,
      discovery: startDiscovery(config, { ...services, metrics: services.discoveryMetrics }, (groups) => {
        source.groups = groups;
        soon ??= services.alarms.after(SYNC_AFTER_MS, sync);
      }),
    };
    return source;
  }

  function sync(): void {
    soon = undefined;
    pool.sync([...sources.values()].flatMap(({ groups }) => groups ?? []));
  }

  function endDiscovery(): void {
    soon?.cancel();
    for (const { discovery } of sources.values()) discovery.stop();
  }

  return {
    name: first.jobName,
    get pool() {
      return pool;
    },
    apply(config) {
      if (keyOf(config) === key) return;
      key = keyOf(config);
      pool.stop();
      pool = createScrapePool(config, services);
      discover(config.discovery);
      // New sources tell their groups in a moment.
      if ([...sources.values()].every(({ groups }) => groups !== undefined)) sync();
    },
    stop() {
      endDiscovery();
      pool.stop();
    },
    cut() {
      endDiscovery();
      pool.cut();
    },
  };
}

// A regular expression is told by its source; its functions are left out.
function keyOf(config: unknown): string {
  return JSON.stringify(config);
}
