// What is known of the targets, as the HTTP API tells it.

import type { Labels } from '../../model/labels.ts';

export type TargetHealth = 'unknown' | 'up' | 'down';

/** A target that is scraped. Times are Unix milliseconds, durations milliseconds. */
export interface ActiveTarget {
  readonly discoveredLabels: Labels;
  readonly labels: Labels;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly lastError: string;
  /** 0 until the first scrape has ended. */
  readonly lastScrape: number;
  readonly lastScrapeDuration: number;
  /** How many it gave, before relabelling. */
  readonly lastSamples: number;
  readonly health: TargetHealth;
  readonly scrapeInterval: number;
  readonly scrapeTimeout: number;
}

/** A target that relabelling dropped. */
export interface DroppedTarget {
  readonly discoveredLabels: Labels;
  readonly scrapePool: string;
}

export interface TargetsStatus {
  readonly active: readonly ActiveTarget[];
  /** As many as are kept; `droppedCounts` knows them all. */
  readonly dropped: readonly DroppedTarget[];
  readonly droppedCounts: Readonly<Record<string, number>>;
}

/** What an exposition says about a metric. */
export interface MetricMetadata {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}
