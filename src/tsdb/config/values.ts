// The values that fields of prometheus.yml hold, read as Prometheus reads them.

import { parseDuration } from '../../lib/duration.ts';
import { entries, fault, orEmpty, type Read, text } from '../../lib/yaml-fields.ts';
import type { Labels } from '../../model/labels.ts';
import { parseBase2Bytes } from './base2-bytes.ts';

/** Text; a field or entry without a value is the empty text. */
export const string: Read<string> = orEmpty('', text);

// Go counts nanoseconds in 63 bits.
const LONGEST_MS = 2 ** 63 / 1e6;

/** A duration in milliseconds. Unlike a flag it always has a unit; only 0 may go without. */
export const duration: Read<number> = (field) => {
  const written = text(field);
  const value = /^0*[1-9]\d*$/.test(written) ? undefined : parseDuration(written);
  if (value === undefined)
    throw fault(field, `${field.name} is ${JSON.stringify(written)}, no duration; write e.g. 30s or 1m30s`);
  if (value > LONGEST_MS) throw fault(field, `${field.name} is ${JSON.stringify(written)}, too long`);
  return value;
};

export const size: Read<number> = (field) => {
  const written = text(field);
  const value = parseBase2Bytes(written);
  if (value === undefined)
    throw fault(field, `${field.name} is ${JSON.stringify(written)}, no size; write e.g. 10MB`);
  return value;
};

/** Names are any text but the empty one, as in Prometheus 3.x; 2.x takes only letters, digits and _. */
export const labels: Read<Labels> = (field) => {
  const read = entries(string)(field);
  if (read.has('')) throw fault(field, `${field.name} has a label without a name`);
  return Object.fromEntries(read);
};
