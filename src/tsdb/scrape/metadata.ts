// What all targets and pushers say of their metrics.

import type { MetricMetadata } from './target-status.ts';

/** What one target, or all pushers, say of metrics by their names. */
export type SaidOfMetrics = ReadonlyMap<string, MetricMetadata>;

/** One entry for each way in which a metric is described. */
export type MetadataByMetric = ReadonlyMap<string, readonly MetricMetadata[]>;

export function joinMetadata(families: Iterable<SaidOfMetrics>): MetadataByMetric {
  const all = new Map<string, Map<string, MetricMetadata>>();
  for (const target of families) {
    for (const [metric, said] of target) {
      const ways = all.get(metric) ?? new Map<string, MetricMetadata>();
      all.set(metric, ways.set(wayOf(said), said));
    }
  }
  return new Map(Array.from(all, ([metric, ways]) => [metric, [...ways.values()]]));
}

function wayOf({ type, help, unit }: MetricMetadata): string {
  return `${type}\0${unit}\0${help}`;
}
