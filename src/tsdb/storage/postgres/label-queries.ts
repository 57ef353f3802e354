// The questions about labels alone: names, values, label sets.

import type { Labels } from '../../../model/labels.ts';
import type { Budget, Selection } from '../contract.ts';
import { sortInPieces } from '../sort.ts';
import { eachSeries, type FoundSeries } from './find-series.ts';
import { compareLabels, compareTexts } from './label-text.ts';
import type { Reader } from './reader.ts';

export async function labelNames(
  reader: Reader,
  selections: readonly Selection[],
  budget: Budget,
): Promise<readonly string[]> {
  const names = new Set<string>();
  await eachSelected(reader, selections, budget, (series) => {
    for (const name of series.names) names.add(name);
  });
  return sortInPieces([...names], compareTexts, () => budget.breathe());
}

export async function labelValues(
  reader: Reader,
  name: string,
  selections: readonly Selection[],
  budget: Budget,
): Promise<readonly string[]> {
  const values = new Set<string>();
  await eachSelected(reader, selections, budget, ({ labels }) => {
    if (Object.hasOwn(labels, name)) values.add(labels[name] as string);
  });
  return sortInPieces([...values], compareTexts, () => budget.breathe());
}

export async function series(
  reader: Reader,
  selections: readonly Selection[],
  budget: Budget,
): Promise<readonly Labels[]> {
  const found = new Map<number, FoundSeries>();
  if (selections.length > 0)
    await eachSelected(reader, selections, budget, (one) => void found.set(one.ref, one));
  const sorted = await sortInPieces([...found.values()], compareLabels, () => budget.breathe());
  return sorted.map(({ labels }) => labels);
}

/** Of all series, also those without a sample, when nothing is selected. A series may come more than once. */
async function eachSelected(
  reader: Reader,
  selections: readonly Selection[],
  budget: Budget,
  take: (series: FoundSeries) => void,
): Promise<void> {
  const all = selections.length === 0 ? [{ matchers: [], range: undefined }] : selections;
  for (const { matchers, range } of all) {
    await eachSeries(reader, matchers, range, budget, (piece) => {
      for (const one of piece) take(one);
    });
  }
}
