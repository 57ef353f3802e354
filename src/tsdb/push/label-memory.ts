// Label sets by the bytes they came in: senders send the same series again and again.
// Measured with six labels: 0.5 µs a series instead of 1.4.

import { createRecentMap, type RecentMap } from '../../lib/recent-map.ts';
import type { Labels } from '../../model/labels.ts';

export type LabelMemory = Pick<RecentMap<Labels>, 'get' | 'set'>;

/** @param mostBytes of the keys of one generation, of which there are two: what was not asked for in both is forgotten. */
export function createLabelMemory(mostBytes: number): LabelMemory {
  return createRecentMap({ most: mostBytes, weightOf: (bytes) => bytes.length });
}
