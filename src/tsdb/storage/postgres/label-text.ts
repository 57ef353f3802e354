// Label sets as PostgreSQL can keep them, and the key that is equal for equal sets only.

import { createHash } from 'node:crypto';
import type { Labels } from '../../../model/labels.ts';

/**
 * JSONB takes no U+0000, and no half of a surrogate pair. U+0001 is the escape: `U+0001 0` stands for U+0000 and
 * `U+0001 1` for itself; halves become U+FFFD, as in the memory store.
 */
export function escapeText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped.
  return /[\0\x01]/.test(whole) ? whole.replaceAll('\x01', '\x011').replaceAll('\0', '\x010') : whole;
}

export function unescapeText(text: string): string {
  if (!text.includes('\x01')) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped.
  return text.replace(/\x01([01])/g, (_, which) => (which === '0' ? '\0' : '\x01'));
}

/** A set as the text of a JSON object, its names in code-unit order: equal for equal sets only. */
export function labelsJson(labels: Labels): string {
  const names = Object.keys(labels).sort();
  const pairs = names.map((name) => `${quoted(name)}:${quoted(labels[name] as string)}`);
  return `{${pairs.join(',')}}`;
}

function quoted(text: string): string {
  return JSON.stringify(escapeText(text));
}

/** SHA-256 of `labelsJson`, in hexadecimal. */
export function labelsKey(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}

/** @param stored what PostgreSQL gives back, parsed. */
export function storedLabels(stored: Readonly<Record<string, string>>): Labels {
  // A name may be `__proto__`, which only these two take as any other.
  return Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [unescapeText(name), unescapeText(value)]),
  );
}

/** A set with its names sorted: an object puts names like `9` and `10` in an order of its own. */
export interface SortedLabels {
  readonly labels: Labels;
  readonly names: readonly string[];
}

export function sortedLabels(labels: Labels): SortedLabels {
  return { labels, names: Object.keys(labels).sort() };
}

/** The order of label sets: by names and values in turn, a set before those that go on after it. */
export function compareLabels(a: SortedLabels, b: SortedLabels): number {
  const length = Math.min(a.names.length, b.names.length);
  for (let i = 0; i < length; i += 1) {
    const one = a.names[i] as string;
    const other = b.names[i] as string;
    const difference =
      compareTexts(one, other) || compareTexts(a.labels[one] as string, b.labels[other] as string);
    if (difference !== 0) return difference;
  }
  return a.names.length - b.names.length;
}

export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
