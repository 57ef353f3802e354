// The refs of label sets that were written a moment ago.

import { createRecentMap } from '../../lib/recent-map.ts';
import type { Labels } from '../../model/labels.ts';
import { seriesKey } from '../../model/series-key.ts';
import type { SeriesRef } from '../storage/contract.ts';

export interface RefCache {
  get(labels: Labels): SeriesRef | undefined;
  set(labels: Labels, ref: SeriesRef): void;
  forget(labels: Labels): void;
}

/** Of the keys of one generation, of which there are two: about 100,000 series. */
const MOST_CHARACTERS = 30_000_000;
/** What holds a key takes about as much as so many characters. */
const ENTRY_CHARACTERS = 100;

/** What was not asked for in two generations is forgotten. */
export function createRefCache(mostCharacters = MOST_CHARACTERS): RefCache {
  // The doors of this process give the same object again and again, which spares the key.
  let byObject = new WeakMap<Labels, SeriesRef>();
  const byKey = createRecentMap<SeriesRef>({
    most: mostCharacters,
    weightOf: (key) => key.length + ENTRY_CHARACTERS,
    turned: () => {
      byObject = new WeakMap();
    },
  });

  function lookUp(labels: Labels): SeriesRef | undefined {
    const ref = byKey.get(seriesKey(labels));
    if (ref !== undefined) byObject.set(labels, ref);
    return ref;
  }

  return {
    get: (labels) => byObject.get(labels) ?? lookUp(labels),
    set(labels, ref) {
      byKey.set(seriesKey(labels), ref);
      byObject.set(labels, ref);
    },
    forget(labels) {
      byObject.delete(labels);
      byKey.delete(seriesKey(labels));
    },
  };
}
