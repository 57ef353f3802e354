// The name and tags of a pushed metric → labels.

import { createRecentMap } from '../../lib/recent-map.ts';
import type { Labels } from '../../model/labels.ts';
import { MOST_LABEL_CHARACTERS } from './limits.ts';
import { MetricFault } from './metric-fault.ts';

/** Lengths are in characters; a name becomes no longer by being made legal than this and one more. */
const MOST = { nameLength: 255, tags: 64, valueLength: 4096, wholeLength: MOST_LABEL_CHARACTERS };
/** Of the keys of one generation: about 100,000 series. */
const MOST_CHARACTERS = 40_000_000;
/** What holds a key takes about as much as so many characters. */
const ENTRY_CHARACTERS = 300;

/** Makes labels of a name and of tags. @throws MetricFault. */
export type ReadLabels = (name: string, tags: object | undefined) => Labels;

/**
 * Remembers what it made: clients push the same series again and again.
 * @param mostCharacters of one generation, of which there are two: what was not asked for in both is forgotten.
 */
export function createJsonLabels(mostCharacters = MOST_CHARACTERS): ReadLabels {
  const recent = createRecentMap<Labels>({
    most: mostCharacters,
    weightOf: (key) => key.length + ENTRY_CHARACTERS,
  });
  return (name, tags) => {
    const key = keyOf(name, tags);
    const known = recent.get(key);
    if (known !== undefined) return known;
    const labels = labelsOf(name, tags);
    if (isUnique(key, tags)) recent.set(key, labels);
    return labels;
  };
}

const SEPARATOR = '\0';

// As they are written, and how many tags there are. Hot: half of what a metric costs beyond its JSON.
function keyOf(name: string, tags: object | undefined): string {
  let key = name;
  let count = 0;
  for (const tag in tags) {
    const value = (tags as Record<string, unknown>)[tag];
    key += SEPARATOR + tag + SEPARATOR + (typeof value === 'string' ? value : textOf(tag, value));
    count += 1;
  }
  return key + SEPARATOR + count;
}

// Of so many tags no other key has as few separators; one with more of them may be that of other tags as well.
function isUnique(key: string, tags: object | undefined): boolean {
  return key.split(SEPARATOR).length === 2 * Object.keys(tags ?? {}).length + 2;
}

/** Makes labels, and remembers nothing. @throws MetricFault. */
export function labelsOf(name: string, tags: object | undefined): Labels {
  const labels = new Map([['__name__', legalName(name, 'name', /[^a-zA-Z0-9_:]/g)]]);
  const entries = Object.entries(tags ?? {});
  if (entries.length > MOST.tags) throw new MetricFault(`has ${entries.length} tags, more than ${MOST.tags}`);
  let length = name.length;
  for (const [tag, value] of entries) {
    const label = legalName(tag, 'tag name', /[^a-zA-Z0-9_]/g);
    if (label === '__name__')
      throw new MetricFault('has a tag that is "__name__"; the name of a metric stands in name');
    if (labels.has(label)) throw new MetricFault(`has two tags that are ${shown(label)}`);
    const text = textOf(tag, value);
    // An empty label is none.
    if (text !== '') labels.set(label, text);
    length += tag.length + text.length;
  }
  if (length > MOST.wholeLength)
    throw new MetricFault(`has a name and tags of ${length} characters, more than ${MOST.wholeLength}`);
  return Object.fromEntries(labels);
}

// Prometheus 2 takes no other characters, so each of them becomes an underscore.
function legalName(name: string, what: string, illegal: RegExp): string {
  if (name === '') throw new MetricFault(`has an empty ${what}`);
  if (name.length > MOST.nameLength)
    throw new MetricFault(`has a ${what} of ${name.length} characters, more than ${MOST.nameLength}`);
  const legal = name.replace(illegal, '_');
  return /^\d/.test(legal) ? `_${legal}` : legal;
}

function textOf(tag: string, value: unknown): string {
  if (value === null) return '';
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw new MetricFault(`has a tag ${shown(tag)} that is no text`);
  const text = String(value);
  if (text.length > MOST.valueLength)
    throw new MetricFault(
      `has a tag ${shown(tag)} of ${text.length} characters, more than ${MOST.valueLength}`,
    );
  return text.toWellFormed();
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 50));
}
