// All jobs: their discovery, their pools, and what is told of them.

import type { Registry } from 'prom-client';
import { createAlarms } from '../../lib/alarms.ts';
import { createBodyRoom } from '../../lib/body-room.ts';
import type { Logger } from '../../lib/log.ts';
import { createOneAtATime } from '../../lib/one-at-a-time.ts';
import type { ScrapeConfig } from '../config/scrape-config.ts';
import { createDiscoveryMetrics } from '../discovery/metrics.ts';
import type { Store } from '../storage/contract.ts';
import { createBreathing } from './breathing.ts';
import { createEndings } from './endings.ts';
import { createScrapeJob, type JobServices, type ScrapeJob } from './job.ts';
import type { ScrapeLoop } from './loop.ts';
import { joinMetadata, type MetadataByMetric, type SaidOfMetrics } from './metadata.ts';
import { createScrapeMetrics, type PoolCount } from './metrics.ts';
import { staleBatch } from './scrape-batch.ts';
import type { TargetsStatus } from './target-status.ts';

export interface ScrapeManagerOptions {
  readonly store: Store;
  readonly registry: Registry;
  readonly log: Logger;
  /** Of requests to targets and to servers of target lists. */
  readonly userAgent: string;
  /** Shifts the turns of all targets: other servers scrape at other moments. */
  readonly seed: number;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

export interface ScrapeManager {
  /** From now on these are the jobs. Those that are as before go on undisturbed. */
  apply(configs: readonly ScrapeConfig[]): void;
  status(): TargetsStatus;
  /** Of the targets, and what is said elsewhere. */
  metadata(elsewhere?: SaidOfMetrics): MetadataByMetric;
  /** Ends everything at once. Afterwards nothing more is written. */
  stop(): Promise<void>;
}

/** Of all bodies at a time, as they are sent. */
const MOST_BODY_BYTES = 536_870_912;

const SAY_AGAIN_MS = 600_000;

export function createScrapeManager(options: ScrapeManagerOptions): ScrapeManager {
  const { store, registry, log, userAgent, seed, now = Date.now } = options;
  const jobs = new Map<string, ScrapeJob>();
  let quietUntil = 0;
  const running = new Set<ScrapeLoop>();
  const alarms = createAlarms();
  const metrics = createScrapeMetrics(registry, () => [...jobs.values()].map(countOf));
  const discoveryMetrics = createDiscoveryMetrics(registry);
  const endings = createEndings(alarms, (refs, time) => void end(refs, time));
  const services: JobServices = {
    store,
    alarms,
    endings,
    metrics,
    running,
    discoveryMetrics,
    log,
    storeFailed,
    now,
    mono: () => performance.now(),
    breathe: createBreathing(),
    room: createBodyRoom(MOST_BODY_BYTES),
    oneAtATime: createOneAtATime(),
    seed,
    userAgent,
  };

  function storeFailed(error: unknown): void {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + SAY_AGAIN_MS;
    log.error({ err: error }, 'what is scraped cannot be stored');
  }

  async function end(refs: Uint32Array, time: number): Promise<void> {
    try {
      metrics.appended(await store.append(staleBatch(refs, time), { durable: false }));
    } catch (error) {
      storeFailed(error);
    }
  }

  function dropMissing(configs: readonly ScrapeConfig[]): void {
    const names = new Set(configs.map(({ jobName }) => jobName));
    for (const [name, job] of jobs) {
      if (names.has(name)) continue;
      job.stop();
      jobs.delete(name);
    }
  }

  return {
    apply(configs) {
      dropMissing(configs);
      for (const config of configs) {
        const job = jobs.get(config.jobName);
        if (job === undefined) jobs.set(config.jobName, createScrapeJob(config, services));
        else job.apply(config);
      }
    },
    status() {
      const all = [...jobs.values()];
      return {
        active: all.flatMap(({ pool }) => [...pool.loops.values()].map((loop) => loop.status())),
        dropped: all.flatMap(({ name, pool }) =>
          pool.dropped.map((discoveredLabels) => ({ discoveredLabels, scrapePool: name })),
        ),
        droppedCounts: Object.fromEntries(all.map(({ name, pool }) => [name, pool.droppedCount])),
      };
    },
    metadata(elsewhere = new Map()) {
      const loops = [...jobs.values()].flatMap(({ pool }) => [...pool.loops.values()]);
      return joinMetadata([...loops.map(({ metadata }) => metadata), elsewhere]);
    },
    async stop() {
      const cuts = [...running].map((loop) => loop.cut());
      for (const job of jobs.values()) job.cut();
      jobs.clear();
      endings.stop();
      alarms.stop();
      await Promise.all(cuts);
    },
  };
}

function countOf({ name, pool }: ScrapeJob): PoolCount {
  const byHealth = { up: 0, down: 0, unknown: 0 };
  for (const { health } of pool.loops.values()) byHealth[health] += 1;
  return { job: name, byHealth };
}
