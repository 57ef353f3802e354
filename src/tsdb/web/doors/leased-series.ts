// The batches of a lease → series with their samples in rising order, each sample once.

import type { Labels } from '../../../model/labels.ts';
import { seriesKey } from '../../../model/series-key.ts';
import type { PushedBatch, PushedFamily } from '../../queue/contract.ts';
import type { SeriesSamples } from '../families-text.ts';

/** A sample that was pushed twice, because the answer to the first had been lost, is in it once. */
export function seriesOf(batches: readonly PushedBatch[]): SeriesSamples[] {
  const all = new Map<string, { labels: Labels; samples: [number, number][] }>();
  for (const { labels, times, values } of batches) {
    // Rows of one series in a batch share an object.
    const known = new Map<Labels, [number, number][]>();
    for (const [row, set] of labels.entries()) {
      const samples = known.get(set) ?? samplesOf(all, set);
      known.set(set, samples);
      samples.push([times[row] as number, values[row] as number]);
    }
  }
  return [...all].sort(byKey).map(([, { labels, samples }]) => ({ labels, samples: ascending(samples) }));
}

function samplesOf(all: Map<string, { labels: Labels; samples: [number, number][] }>, labels: Labels) {
  const key = seriesKey(labels);
  const found = all.get(key) ?? { labels, samples: [] };
  all.set(key, found);
  return found.samples;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function ascending(samples: readonly [number, number][]): readonly [number, number][] {
  const sorted = samples.toSorted(([a], [b]) => a - b);
  return sorted.filter(([time], i) => time !== sorted[i - 1]?.[0]);
}

/** What the pushers of these batches say of their metrics; the last word counts. */
export function familiesOf(batches: readonly PushedBatch[]): Map<string, PushedFamily> {
  return new Map(batches.flatMap(({ families }) => [...families]));
}
