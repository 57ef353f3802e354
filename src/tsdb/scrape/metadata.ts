// What all targets say of their metrics.

import type { FamilyMetadata } from '../exposition/scrape.ts';
import type { MetricMetadata } from './target-status.ts';

/** One entry for each way in which targets describe a metric. */
export type MetadataByMetric = ReadonlyMap<string, readonly MetricMetadata[]>;

export function joinMetadata(families: Iterable<ReadonlyMap<string, FamilyMetadata>>): MetadataByMetric {
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
