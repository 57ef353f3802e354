// One object for equal sets of labels: a list of a million sensors has few of them, and each is checked once.

import { type Labels, labelsKey } from '../../model/labels.ts';
import { checkSpecialLabels } from './special-labels.ts';

/**
 * Makes labels, or finds those that are equal.
 * @throws EntryFault for what Prometheus would scrape wrongly or not at all.
 */
export type LabelSets = (labels: Map<string, string>) => Labels;

/** Makes the collection of all label sets of one answer. */
export function createLabelSets(): LabelSets {
  const byText = new Map<string, Labels>();
  const byContent = new Map<string, Labels>();
  return (given) => {
    const text = textOf(given);
    const known = byText.get(text);
    if (known !== undefined) return known;
    checkSpecialLabels(given);
    const labels = Object.fromEntries(given);
    const key = labelsKey(labels);
    const shared = byContent.get(key) ?? labels;
    byContent.set(key, shared);
    byText.set(text, shared);
    return shared;
  };
}

// Unlike labelsKey it sorts nothing, so that most entries, which name their labels in one order, are found soon.
function textOf(labels: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, value] of labels) text += `${name}=${value.length}:${value}`;
  return text;
}
