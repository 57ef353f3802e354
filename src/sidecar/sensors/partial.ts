// What an envelope says when its list is not whole although it names no next page.

import { readTotal } from './envelope.ts';

type Envelope = Readonly<Record<string, unknown>>;

export interface PartialList {
  /** Its own words: `has_more: true`. */
  readonly says: string;
  /** How many pages there are; undefined: it does not matter how many were read. */
  readonly pages?: number;
}

// Deeper, or elsewhere, such a name may be a field of a sensor.
const PARTS = ['meta', 'pagination', 'paging', 'page_info', 'pageInfo'];
const PARTIAL_WHEN: readonly (readonly [value: boolean, names: readonly string[]])[] = [
  [true, 'has_more hasMore has_next hasNext truncated isTruncated is_truncated IsTruncated'.split(' ')],
  [false, 'isLast is_last last success ok'.split(' ')],
];
const PAGES = 'total_pages totalPages pages page_count pageCount last_page lastPage'.split(' ');
const PAGE = 'page current_page currentPage page_number pageNumber number'.split(' ');

/** @returns undefined for an answer that says nothing of the kind. */
export function findPartial(answer: unknown): PartialList | undefined {
  if (!isObject(answer)) return undefined;
  const parts = [answer, ...PARTS.map((name) => answer[name])].filter(isObject);
  return firstOf(parts, flagOf) ?? firstOf(parts, pageOf);
}

function flagOf(part: Envelope): PartialList | undefined {
  for (const [value, names] of PARTIAL_WHEN) {
    const name = names.find((known) => part[known] === value);
    if (name !== undefined) return { says: `${name}: ${value}` };
  }
  return undefined;
}

// A number of pages alone may be the pages of a book.
function pageOf(part: Envelope): PartialList | undefined {
  const [page, pages] = [firstOf(PAGE, numberIn), firstOf(PAGES, numberIn)];
  if (page === undefined || pages === undefined || pages.value < 2 || page.value >= pages.value)
    return undefined;
  return { says: `${page.name}: ${page.value}, ${pages.name}: ${pages.value}`, pages: pages.value };

  function numberIn(name: string): { name: string; value: number } | undefined {
    const value = readTotal(part[name]);
    return value === undefined ? undefined : { name, value };
  }
}

function firstOf<From, To>(list: readonly From[], read: (from: From) => To | undefined): To | undefined {
  for (const from of list) {
    const found = read(from);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
