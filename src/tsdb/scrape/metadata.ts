// What all targets and pushers say of their metrics.

import type { MetricMetadata } from './target-status.ts';

/** What one target, or all pushers, say of metrics by their names. */
export type SaidOfMetrics = ReadonlyMap<string, MetricMetadata>;

/** One entry for each way in which a metric is described. */
export type MetadataByMetric = ReadonlyMap<string, readonly MetricMetadata[]>;

export function joinMetadata(families: Iterable<SaidOfMetrics>): MetadataByMetric {
  const all = new Map<string, MetricMetadata[]>();
  for (const target of families) {
    for (const [metric, said] of target) {
      const known = all.get(metric);
      if (known === undefined) all.set(metric, [said]);
      else if (!known.some((other) => isSame(other, said))) known.push(said);
    }
  }
  return all;
}

function isSame(a: MetricMetadata, b: MetricMetadata): boolean {
  return a.type === b.type && a.help === b.help && a.unit === b.unit;
}
