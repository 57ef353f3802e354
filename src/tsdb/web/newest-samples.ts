// The newest sample of each series that one of several selectors matches.

import type { Labels } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import { passingBudget } from '../promql/budget.ts';
import type { Budget, Selection, Store, TimeRange } from '../storage/contract.ts';

export interface NewestSample {
  readonly labels: Labels;
  readonly value: number;
  /** Unix milliseconds. */
  readonly time: number;
}

/** Sorted by labels, each series once; a series that has ended in the range has none. */
export async function newestSamples(
  store: Store,
  selectors: readonly (readonly Matcher[])[],
  range: TimeRange,
  budget: Budget,
): Promise<readonly NewestSample[]> {
  let all: readonly NewestSample[] = [];
  for (const matchers of selectors) {
    const found = await newestOf(store, { matchers, range }, budget);
    all = all.length === 0 ? found : await merge(all, found, budget);
  }
  return all;
}

async function newestOf(store: Store, selection: Selection, budget: Budget): Promise<NewestSample[]> {
  const found: NewestSample[] = [];
  let newest: { ref: number; sample: NewestSample; isStale: boolean } | undefined;
  const keep = () => {
    if (newest?.isStale !== false) return;
    budget.take(1);
    found.push(newest.sample);
  };
  for await (const slices of store.select(selection, passingBudget(budget))) {
    for (const { ref, labels, times, values, stale } of slices) {
      const last = times.length - 1;
      if (last < 0) continue;
      if (newest !== undefined && newest.ref !== ref) keep();
      const sample = { labels, value: values[last] as number, time: times[last] as number };
      newest = { ref, sample, isStale: stale[last] === 1 };
    }
    await budget.breathe();
  }
  keep();
  return found;
}

/** How many comparisons are well below a millisecond. */
const A_BREATH = 512;

async function merge(
  left: readonly NewestSample[],
  right: readonly NewestSample[],
  budget: Budget,
): Promise<NewestSample[]> {
  const merged: NewestSample[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const order = compareSamples(left[i], right[j]);
    merged.push((order <= 0 ? left[i] : right[j]) as NewestSample);
    if (order <= 0) i++;
    if (order >= 0) j++;
    if (merged.length % A_BREATH === 0) await budget.breathe();
  }
  return merged;
}

// What has come to its end is greater than everything.
function compareSamples(a: NewestSample | undefined, b: NewestSample | undefined): number {
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return compareLabels(a.labels, b.labels);
}

// By names and values in turn, as stores sort them; a set comes before those that go on after it.
function compareLabels(a: Labels, b: Labels): number {
  const [left, right] = [textsOf(a), textsOf(b)];
  const at = left.findIndex((text, i) => text !== right[i]);
  if (at === -1) return left.length - right.length;
  const other = right[at];
  return other === undefined || (left[at] as string) > other ? 1 : -1;
}

function textsOf(labels: Labels): readonly string[] {
  return Object.keys(labels)
    .sort()
    .flatMap((name) => [name, labels[name] as string]);
}
