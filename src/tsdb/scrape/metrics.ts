// How scraping is doing. No target is ever a label.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { HTTP_FAILURES } from '../../lib/http-client-failures.ts';
import type { AppendResult } from '../storage/contract.ts';
import type { TargetHealth } from './target-status.ts';

/** Why a scrape failed. */
export const SCRAPE_FAILURES = [
  ...HTTP_FAILURES,
  'timeout',
  'status',
  'redirect',
  'credentials',
  'url',
  'exposition',
  'sample_limit',
  'label_limit',
  'target_limit',
  'too_many_series',
  'store',
  'internal',
] as const;

export interface ScrapeMetrics {
  /** @param lateMs behind its planned time. */
  began(lateMs: number): void;
  /** Turns that came while the scrape before was running, or while the program stood still. */
  skipped(turns: number): void;
  succeeded(): void;
  failed(reason: string): void;
  appended(result: AppendResult): void;
  /** Targets of a new list that cannot be scraped. */
  faulty(targets: number): void;
}

/** What the gauges read. */
export interface PoolCount {
  readonly job: string;
  readonly byHealth: Readonly<Record<TargetHealth, number>>;
}

const DELAYS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

export function createScrapeMetrics(registry: Registry, pools: () => readonly PoolCount[]): ScrapeMetrics {
  registerTargets(registry, pools);
  const make = maker(registry);
  const scrapes = make('scrapes_total', 'Scrapes that ended, well or not.');
  const skips = make(
    'scrapes_skipped_total',
    'Turns that were left out because the scrape before was not over.',
  );
  const failures = make('scrapes_failed_total', 'Scrapes that failed, by reason.', 'reason', SCRAPE_FAILURES);
  const faults = make(
    'sync_failed_total',
    'Targets of a new list that cannot be scraped as they are written.',
  );
  const samples = sampleCounters(registry);
  const delay = new Histogram({
    name: 'mini_tsdb_target_scrape_start_delay_seconds',
    help: 'How late scrapes began.',
    buckets: DELAYS,
    registers: [registry],
  });
  const known: ReadonlySet<string> = new Set(SCRAPE_FAILURES);
  return {
    began: (lateMs) => delay.observe(Math.max(0, lateMs) / 1000),
    skipped: (turns) => skips.inc(turns),
    succeeded: () => scrapes.inc(),
    failed(reason) {
      scrapes.inc();
      failures.inc({ reason: known.has(reason) ? reason : 'internal' });
    },
    appended: samples,
    faulty: (targets) => faults.inc(targets),
  };
}

function sampleCounters(registry: Registry): ScrapeMetrics['appended'] {
  const make = maker(registry);
  const appended = make(
    'samples_appended_total',
    'Samples and stale markers that scrapes brought into the store.',
  );
  const conflicts = make(
    'scrapes_sample_duplicate_timestamp_total',
    'Samples left out because another value stood at their time.',
  );
  const outOfBounds = make(
    'scrapes_sample_out_of_bounds_total',
    'Samples left out because they were too old or lay in the future.',
  );
  return (result) => {
    appended.inc(result.appended);
    if (result.conflicts > 0) conflicts.inc(result.conflicts);
    if (result.outOfBounds > 0) outOfBounds.inc(result.outOfBounds);
  };
}

function registerTargets(registry: Registry, pools: () => readonly PoolCount[]): void {
  new Gauge({
    name: 'mini_tsdb_target_scrape_pool_targets',
    help: 'Targets that are scraped, by job and health.',
    labelNames: ['scrape_job', 'health'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { job, byHealth } of pools()) {
        for (const [health, count] of Object.entries(byHealth)) this.set({ scrape_job: job, health }, count);
      }
    },
  });
}

// Every value of a label is there from the start, so that rate() sees the first event.
function maker(registry: Registry) {
  return (name: string, help: string, label?: string, values: readonly string[] = []) => {
    const labelNames = label === undefined ? [] : [label];
    const counter = new Counter({
      name: `mini_tsdb_target_${name}`,
      help,
      labelNames,
      registers: [registry],
    });
    for (const value of values) counter.inc({ [label ?? '']: value }, 0);
    return counter;
  };
}
