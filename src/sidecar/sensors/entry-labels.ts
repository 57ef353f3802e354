// What an entry says beyond its addresses → the labels of its targets.

import { excerpt, kindOf } from './excerpt.ts';
import { type Fields, isSet, scalarOf } from './fields.ts';
import { legalLabelName } from './label-names.ts';

/** Told of every label that an entry loses, in words. */
export type Note = (message: string) => void;

/** Fields of our own that become labels; they win over the same label among `labels`. */
const OWN: readonly (readonly [field: string, label: string])[] = [
  ['path', '__metrics_path__'],
  ['scheme', '__scheme__'],
  ['interval', '__scrape_interval__'],
  ['timeout', '__scrape_timeout__'],
];

/**
 * Reads `labels`, `path`, `scheme`, `interval`, `timeout` and the fields of INVENTORY_META_FIELDS. A label that cannot be
 * is left out and noted: a target without one of its labels is watched, a target set aside is not.
 */
export function readEntryLabels(
  fields: Fields,
  metaFields: ReadonlyMap<string, string>,
  note: Note,
): Map<string, string> {
  const labels = new Map<string, string>();
  if (isSet(fields.labels)) addLabels(labels, fields.labels, note);
  for (const [field, label] of OWN) {
    const value = fields[field];
    if (isSet(value)) labels.set(label, scalarOf(value) ?? kindOf(value));
  }
  for (const [field, label] of metaFields) addMetaField(labels, fields, field, label, note);
  return labels;
}

function addLabels(labels: Map<string, string>, given: unknown, note: Note): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    note(`its labels are ${kindOf(given)}, not an object`);
    return;
  }
  const names = Object.keys(given);
  const odd = names.filter((name) => legalLabelName(name) !== name);
  // A name that is legal as it stands wins; among the others the first in order does, so that every poll agrees.
  const ordered = odd.length === 0 ? names : [...names.filter((name) => !odd.includes(name)), ...odd.sort()];
  for (const name of ordered) addLabel(labels, name, (given as Fields)[name], note);
}

function addLabel(labels: Map<string, string>, name: string, value: unknown, note: Note): void {
  if (!isSet(value)) return;
  const label = legalLabelName(name);
  const text = scalarOf(value);
  const taken = labels.get(label);
  if (text === undefined) note(`its label ${excerpt(name)} is ${kindOf(value)}`);
  else if (label === '__address__') note('its label __address__ is left out: the address is its own');
  else if (taken === undefined) labels.set(label, text);
  else if (taken !== text)
    note(`its label ${excerpt(name)} is left out: another is ${excerpt(label)} already`);
}

function addMetaField(
  labels: Map<string, string>,
  fields: Fields,
  field: string,
  label: string,
  note: Note,
): void {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (!isSet(value)) return;
  const text = scalarOf(value);
  if (text === undefined) note(`its field ${excerpt(field)} is ${kindOf(value)}`);
  else labels.set(label, text);
}
