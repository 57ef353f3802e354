// The bodies of faults that are wrong in what they say. Pure.

import type { Shape } from './faults.ts';
import { entriesOf, type Form } from './forms.ts';
import type { Endpoint } from './sensor.ts';

export const LOGIN_PAGE =
  '<!doctype html>\n<html lang="en"><head><title>Sign in</title></head>\n' +
  '<body><h1>Sign in</h1><form method="post"><input name="user"><input name="password" type="password">' +
  '<button>Sign in</button></form></body></html>\n';

const DEPTH = 10_000;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** An entry that is wrong for its form, among good ones. */
const BAD_ENTRIES: Readonly<Record<Form, unknown>> = {
  names: { id: 7 },
  objects: { port: 9100 },
  http_sd: { targets: 'sensor_bad:9100' },
};

/** Valid JSON that is not the form. @param right the right body, for `mixed`. */
export function wrongShape(shape: Shape, form: Form, right: Buffer, endpoint: Endpoint): Buffer {
  if (shape === 'mixed') return withBadEntry(right, form);
  if (shape === 'deep') return Buffer.from('['.repeat(DEPTH) + ']'.repeat(DEPTH));
  const values = {
    object: {},
    number: 42,
    string: 'sensor_0',
    numbers: [1, 2, 3],
    nested: [sample(form, endpoint)],
  };
  return Buffer.from(JSON.stringify(values[shape]));
}

/** The first half of a body: never valid JSON, because the outer bracket stays open. */
export function firstHalf(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2));
}

/** A body with the mark that RFC 8259 forbids to put before JSON. */
export function withByteOrderMark(body: Buffer): Buffer {
  return Buffer.concat([BYTE_ORDER_MARK, body]);
}

/** A UTF-8 body written as another charset: no valid UTF-8 once it holds a letter beyond ASCII. */
export function inLatin1(body: Buffer): Buffer {
  return Buffer.from(body.toString('utf8'), 'latin1');
}

/** One entry of the form as text, to be repeated with commas between. */
export function entryText(form: Form, endpoint: Endpoint): string {
  return JSON.stringify(sample(form, endpoint)).slice(1, -1);
}

function withBadEntry(right: Buffer, form: Form): Buffer {
  const open = right.subarray(0, -1);
  const comma = open.length > 1 ? ',' : '';
  return Buffer.concat([open, Buffer.from(`${comma}${JSON.stringify(BAD_ENTRIES[form])}]`)]);
}

function sample(form: Form, endpoint: Endpoint): readonly unknown[] {
  return entriesOf(form, ['sensor_0'], endpoint);
}
