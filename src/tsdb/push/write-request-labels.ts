// The labels of a series in a WriteRequest, checked as Prometheus' own receiver does.

import type { Labels } from '../../model/labels.ts';
import { setOwn } from './own-property.ts';
import { delimited, endOfPart, readPair, type WireReader } from './wire-reader.ts';

/** The tag of a label in a series. */
export const LABEL = delimited(1);
/** Of one series. A store compares and sorts them, and keeps each. */
const MOST_LABELS = 256;

/** Reads a series from `start` to `end` for its labels alone. @throws Error with what is wrong with them. */
export function readLabels(reader: WireReader, start: number, end: number): Labels {
  const labels: Record<string, string> = {};
  let last = '';
  let count = 0;
  reader.pos = start;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag !== LABEL) {
      reader.skipType(tag & 7);
      continue;
    }
    count += 1;
    if (count > MOST_LABELS) throw new Error(`it has more than ${MOST_LABELS} labels`);
    const name = readLabel(reader, endOfPart(reader, end), labels, last);
    if (name > last) last = name;
  }
  if (!labels.__name__) throw new Error('it has no __name__');
  for (const name in labels) if (labels[name] === '') delete labels[name];
  return labels;
}

/** @param last the largest name so far. @returns the name. */
function readLabel(reader: WireReader, end: number, labels: Record<string, string>, last: string): string {
  const [name, value] = readPair(reader, end);
  if (name === '') throw new Error('a label has no name');
  // Senders should sort. Prometheus takes any order, and so do we; sorted ones cannot come twice.
  if (name <= last && Object.hasOwn(labels, name)) throw new Error(`label ${shown(name)} comes twice`);
  // An empty value stands here until the series is whole: its name is taken.
  setOwn(labels, name, value);
  return name;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
