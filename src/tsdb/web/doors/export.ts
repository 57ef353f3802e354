// Everything that stands in the store, streamed: as lines, or as one object by metric.

import type { Matcher } from '../../../model/matcher.ts';
import { createMatcher } from '../../../model/matcher.ts';
import type { Budget, Selection, Slice, Store } from '../../storage/contract.ts';
import { line, points } from './point-json.ts';

/** Every slice that one of the selections holds, each series once. */
export async function* slices(
  store: Store,
  selections: readonly Selection[],
  budget: Budget,
): AsyncGenerator<Slice> {
  const isSeen = firstMatch(selections);
  for (const [index, selection] of selections.entries()) {
    for await (const batch of store.select(selection, budget)) {
      for (const slice of batch) if (!isSeen(slice, index)) yield slice;
    }
  }
}

// A series that an earlier selection holds was given with that one.
function firstMatch(selections: readonly Selection[]): (slice: Slice, index: number) => boolean {
  return ({ labels }, index) => selections.slice(0, index).some(({ matchers }) => holds(matchers, labels));
}

function holds(matchers: readonly Matcher[], labels: Slice['labels']): boolean {
  return matchers.every(({ name, matches }) =>
    matches(Object.hasOwn(labels, name) ? (labels[name] ?? '') : ''),
  );
}

export async function* exportLines(
  store: Store,
  selections: readonly Selection[],
  budget: Budget,
): AsyncGenerator<string> {
  for await (const slice of slices(store, selections, budget)) {
    if (slice.stale.some((flag) => flag !== 1)) yield line(slice);
  }
}

/** `{"name":[point,…],…}`. */
export async function* exportJson(
  store: Store,
  selections: readonly Selection[],
  budget: Budget,
): AsyncGenerator<string> {
  yield '{';
  let comma = '';
  for (const name of await store.labelValues('__name__', selections, budget)) {
    const named = createMatcher('__name__', '=', name);
    const chosen = selections.map(({ matchers, range }) => ({ matchers: [...matchers, named], range }));
    yield `${comma}${JSON.stringify(name)}:`;
    yield* pointList(slices(store, chosen, budget));
    comma = ',\n';
  }
  yield '}\n';
}

/** `[point,…]`. */
export async function* pointList(all: AsyncIterable<Slice>): AsyncGenerator<string> {
  let before = '[';
  for await (const slice of all) {
    for (const point of points(slice)) {
      yield `${before}${point}`;
      before = ',\n';
    }
  }
  yield before === '[' ? '[]' : ']';
}
