// A text that is equal for equal label sets and only for them: the lengths in it make every other character free.

import type { Labels } from './labels.ts';

/**
 * Of labels with `__name__`, in any order, without empty values. Hot (0.2 µs for three labels): labels mostly come in
 * one order, so they are sorted only when they do not.
 */
export function seriesKey(labels: Labels): string {
  let key = '';
  let before = '';
  for (const name in labels) {
    if (name < before) return sortedKey(labels);
    before = name;
    const value = labels[name] as string;
    key += `${name.length},${value.length}:${name}${value}`;
  }
  return key;
}

function sortedKey(labels: Labels): string {
  let key = '';
  for (const name of Object.keys(labels).sort()) {
    const value = labels[name] as string;
    key += `${name.length},${value.length}:${name}${value}`;
  }
  return key;
}
