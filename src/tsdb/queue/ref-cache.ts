// The refs of label sets that were written a moment ago.

import type { Labels } from '../../model/labels.ts';
import { seriesKey } from '../../model/series-key.ts';
import type { SeriesRef } from '../storage/contract.ts';

export interface RefCache {
  get(labels: Labels): SeriesRef | undefined;
  set(labels: Labels, ref: SeriesRef): void;
  forget(labels: Labels): void;
}

/** @param most of one generation, of which there are two: what was not asked for in both is forgotten. */
export function createRefCache(most = 100_000): RefCache {
  // The doors of this process give the same object again and again, which spares the key.
  let byObject = new WeakMap<Labels, SeriesRef>();
  let young = new Map<string, SeriesRef>();
  let old = new Map<string, SeriesRef>();

  function remember(key: string, labels: Labels, ref: SeriesRef): void {
    if (young.size >= most) {
      old = young;
      young = new Map();
      byObject = new WeakMap();
    }
    young.set(key, ref);
    byObject.set(labels, ref);
  }

  function lookUp(labels: Labels): SeriesRef | undefined {
    const key = seriesKey(labels);
    const ref = young.get(key) ?? old.get(key);
    if (ref !== undefined) remember(key, labels, ref);
    return ref;
  }

  return {
    get: (labels) => byObject.get(labels) ?? lookUp(labels),
    set: (labels, ref) => remember(seriesKey(labels), labels, ref),
    forget(labels) {
      const key = seriesKey(labels);
      byObject.delete(labels);
      young.delete(key);
      old.delete(key);
    },
  };
}
