// A store as a plain object, of which a test replaces what it needs.

import type { Store } from '../../../src/tsdb/storage/contract.ts';

/** The methods of a store, whatever else it is. */
export function methodsOf(store: Store): Store {
  return {
    resolve: (labels) => store.resolve(labels),
    append: (batch, options) => store.append(batch, options),
    select: (selection, budget) => store.select(selection, budget),
    buckets: (matchers, bounds, budget) => store.buckets(matchers, bounds, budget),
    labelNames: (selections, budget) => store.labelNames(selections, budget),
    labelValues: (name, selections, budget) => store.labelValues(name, selections, budget),
    series: (selections, budget) => store.series(selections, budget),
    stats: (top) => store.stats(top),
    close: () => store.close(),
  };
}
