// The questions about labels alone: names, values, label sets.

import type { Labels } from '../../../model/labels.ts';
import type { Budget, Selection } from '../contract.ts';
import { sortInPieces } from '../sort.ts';
import { compareTexts } from './label-index.ts';
import { findWithSamples, type Readable } from './select.ts';

const SERIES_A_BREATH = 1024;

export async function labelNames(
  store: Readable,
  selections: readonly Selection[],
  budget: Budget,
): Promise<readonly string[]> {
  const { index, turnstile } = store;
  if (selections.length === 0) return sorted(index.symbols.names(), budget);
  return turnstile.look(async () => {
    const names = new Set<string>();
    let looked = 0;
    for (const slot of await findWithSamples(store, selections, budget)) {
      for (const pair of index.pairsOf(slot)) names.add(index.symbols.nameOf(pair));
      looked += 1;
      if (looked % SERIES_A_BREATH === 0) await budget.breathe();
    }
    return sorted(names, budget);
  });
}

export async function labelValues(
  store: Readable,
  name: string,
  selections: readonly Selection[],
  budget: Budget,
): Promise<readonly string[]> {
  const { index, turnstile } = store;
  if (selections.length === 0) return sorted(index.symbols.pairsOf(name).keys(), budget);
  return turnstile.look(async () => {
    const values = new Set<string>();
    let looked = 0;
    for (const slot of await findWithSamples(store, selections, budget)) {
      const pair = index.pairOf(slot, name);
      if (pair >= 0) values.add(index.symbols.valueOf(pair));
      looked += 1;
      if (looked % SERIES_A_BREATH === 0) await budget.breathe();
    }
    return sorted(values, budget);
  });
}

export async function series(
  store: Readable,
  selections: readonly Selection[],
  budget: Budget,
): Promise<readonly Labels[]> {
  const { index, turnstile } = store;
  return turnstile.look(async () => {
    const found = [...(await findWithSamples(store, selections, budget))];
    const slots = await sortInPieces(found, (a, b) => index.compare(a, b), budget.breathe);
    const sets: Labels[] = [];
    for (const slot of slots) {
      sets.push(index.labelsOf(slot));
      if (sets.length % SERIES_A_BREATH === 0) await budget.breathe();
    }
    return sets;
  });
}

function sorted(texts: Iterable<string>, budget: Budget): Promise<readonly string[]> {
  return sortInPieces([...texts], compareTexts, budget.breathe);
}
