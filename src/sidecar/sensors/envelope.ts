// The object that many inventories put around their list: where the list is in it, the next page, the number of all.

import { AppError } from '../../lib/errors.ts';
import { fieldsOf, kindOf } from './excerpt.ts';
import { hostFieldOf } from './fields.ts';

type Envelope = Readonly<Record<string, unknown>>;

/** Names under which inventories give their list, in lower case. */
const LIST_FIELDS = new Set(
  (
    'results result items data sensors targets hosts devices servers nodes instances machines endpoints ' +
    'entries objects records rows values value list members content elements inventory'
  ).split(' '),
);
/** Objects that hold nothing but the envelope itself. */
const WRAPPERS = ['data', 'result', 'results', 'response', '_embedded'];
const PARTS = 'meta metadata pagination paging page links _links info'.split(' ');
const DEPTH = 2;

/** Names under which they give the next page's URL. */
const NEXT_FIELDS = 'next next_url nextUrl nextLink @odata.nextLink next_page_url'.split(' ');
/** And how they say that there is one without giving its URL. */
const CURSOR_FIELDS = (
  'next_page nextPage nextPageToken next_page_token nextToken NextToken next_token next_cursor nextCursor continue ' +
  'has_more hasMore has_next hasNext IsTruncated'
).split(' ');

// `total` may count what a search left out; the narrower number is the true one.
const TOTAL_FIELDS =
  'subtotal total total_count totalCount total_entries totalElements totalItems totalResults @odata.count count'.split(
    ' ',
  );

/**
 * Finds the list in an answer: the answer itself, or the one list in its envelope that is obvious.
 * @throws AppError `not_a_list` that says what the answer is instead.
 */
export function findList(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  if (!isObject(answer)) throw notAList(`it is ${kindOf(answer)}, not a list of sensors`);
  return findInside(answer, DEPTH);
}

function findInside(envelope: Envelope, depth: number): readonly unknown[] {
  if (isErrorReport(envelope)) throw notAList('it reports errors');
  // One group of http_sd: its labels belong to its targets.
  if (Array.isArray(envelope.targets) && isObject(envelope.labels)) return [envelope];
  const lists = Object.entries(envelope).filter(([, value]) => Array.isArray(value)) as [string, unknown[]][];
  const known = lists.filter(([name]) => LIST_FIELDS.has(name.toLowerCase()));
  const [first, second] = known.length > 0 ? known : lists;
  // A sensor alone may have a list of something among its fields.
  const isSensor = known.length === 0 && hostFieldOf(envelope) !== undefined;
  if (first === undefined) return findDeeper(envelope, depth);
  if (second === undefined && !isSensor) return first[1];
  if (isSensor) throw notAList(`it is an object with ${fieldsOf(envelope)}: one sensor, not a list of them`);
  throw notAList(`it has the lists ${first[0]} and ${second?.[0]}; say by INVENTORY_JMESPATH which it is`);
}

function findDeeper(envelope: Envelope, depth: number): readonly unknown[] {
  const inner = WRAPPERS.map((name) => envelope[name]).filter(isObject);
  const [only] = inner;
  if (only !== undefined && inner.length === 1 && depth > 0) return findInside(only, depth - 1);
  throw notAList(`it is an object with ${fieldsOf(envelope)}, not a list of sensors`);
}

function isErrorReport({ errors }: Envelope): boolean {
  return Array.isArray(errors) && errors.length > 0;
}

/** Finds where an envelope says that the next page is: a URL, or whatever else it has to say that there is one. */
export function findNext(answer: unknown): string | undefined {
  const parts = partsOf(answer, DEPTH);
  for (const name of [...NEXT_FIELDS, ...CURSOR_FIELDS]) {
    const next = parts.map((part) => readNext(part[name])).find((found) => found !== undefined);
    if (next !== undefined) return next;
  }
  return undefined;
}

/** A URL or a cursor as text; undefined for what says that there is no next page, or nothing about it. */
export function readNext(value: unknown): string | undefined {
  const next = isObject(value) ? value.href : value;
  const isOne = typeof next === 'string' || typeof next === 'number' || next === true;
  return isOne && next !== '' && next !== 0 ? String(next) : undefined;
}

/** Finds how many entries an envelope says that there are. */
export function findTotal(answer: unknown): number | undefined {
  const parts = partsOf(answer, DEPTH);
  for (const name of TOTAL_FIELDS) {
    const total = parts.map((part) => readTotal(part[name])).find((found) => found !== undefined);
    if (total !== undefined) return total;
  }
  return undefined;
}

/** A number of entries or pages, perhaps written as text. */
export function readTotal(value: unknown): number | undefined {
  const total = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? total : undefined;
}

// The envelope, and the objects in it that tell of the answer and not of a sensor.
function partsOf(answer: unknown, depth: number): Envelope[] {
  if (!isObject(answer)) return [];
  const names = depth > 0 ? [...PARTS, ...WRAPPERS] : [];
  return [answer, ...names.flatMap((name) => partsOf(answer[name], depth - 1))];
}

function isObject(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notAList(message: string): AppError {
  return new AppError('not_a_list', message);
}
