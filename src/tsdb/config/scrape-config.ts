// One entry of `scrape_configs`, with every default filled in. Durations are milliseconds, 0 is no limit.

import type { HttpAccess } from '../../lib/http-access.ts';
import type { RelabelConfig } from '../../model/relabel.ts';
import type { TargetGroup } from '../../model/target-group.ts';

export type DiscoveryConfig =
  | { readonly kind: 'static'; readonly groups: readonly TargetGroup[] }
  | { readonly kind: 'file'; readonly files: readonly string[]; readonly refreshMs: number }
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly refreshMs: number;
      readonly access: HttpAccess;
    };

export interface ScrapeLimits {
  /** Samples after metric relabelling. */
  readonly samples: number;
  /** Decompressed. */
  readonly bodyBytes: number;
  readonly labels: number;
  readonly labelNameLength: number;
  readonly labelValueLength: number;
  /** After target relabelling. */
  readonly targets: number;
}

export interface ScrapeConfig {
  readonly jobName: string;
  readonly discovery: readonly DiscoveryConfig[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly metricsPath: string;
  readonly scheme: 'http' | 'https';
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly access: HttpAccess;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly limits: ScrapeLimits;
  readonly relabelConfigs: readonly RelabelConfig[];
  readonly metricRelabelConfigs: readonly RelabelConfig[];
}
