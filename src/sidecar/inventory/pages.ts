// Pages: an answer is whole or it is a failure.

import { AppError } from '../../lib/errors.ts';
import { publicUrl } from '../../lib/public-url.ts';
import { nextLink } from './link.ts';
import { digestOfAll } from './validators.ts';

/** What one page says. */
export interface Page {
  readonly entries: readonly unknown[];
  /** Where the next page is, perhaps relative; undefined on the last one. */
  readonly next: string | undefined;
  /** How many entries there are on all pages. */
  readonly total: number | undefined;
  /** How many of those are on this page, when it is not the number of its entries: some may have been left out. */
  readonly listed?: number | undefined;
  /** What the inventory says when this is not all: in its words, and how many pages there are if that is what it says. */
  readonly partial?: { readonly says: string; readonly pages?: number } | undefined;
}

/**
 * Reads the body of one page.
 * @param source where it came from, for the messages.
 * @throws AppError that says what is wrong with it.
 */
export type ReadPage = (body: Buffer, source: string) => Page;

/** One page as it came. */
export interface FetchedPage {
  /** Where it really was, after redirects. */
  readonly url: string;
  readonly link: string | undefined;
  readonly body: Buffer;
  readonly digest: string;
}

/** Fetches page `number` (from 2), which may have so many bytes. */
export type FetchPage = (url: string, number: number, maxBytes: number) => Promise<FetchedPage>;

export interface WholeAnswer {
  readonly entries: readonly unknown[];
  /** Over the bytes of all pages. */
  readonly digest: string;
  readonly pages: number;
}

/** At 50 entries a page, the smallest usual size, half a million. */
const MAX_PAGES = 10_000;
const MAX_URL_LENGTH = 8192;
const READ_BEFORE = 'the page after it was already read';

/**
 * Reads this page and all that follow.
 * @param maxBytes over all pages.
 * @throws AppError `incomplete` when the pages do not end well, and what `fetch` and `read` throw.
 */
export async function readPages(
  first: FetchedPage,
  read: ReadPage,
  fetch: FetchPage,
  maxBytes: number,
): Promise<WholeAnswer> {
  const seen = new Set<string>();
  const lists: (readonly unknown[])[] = [];
  const digests: string[] = [];
  let total: number | undefined;
  let listed = 0;
  let bytesLeft = maxBytes;
  for (let fetched = first; ; ) {
    const source = nameOf(fetched.url, lists.length + 1);
    const page = read(fetched.body, source);
    digests.push(fetched.digest);
    lists.push(page.entries);
    total = page.total ?? total;
    listed += page.listed ?? page.entries.length;
    seen.add(fetched.url);
    const next = nextUrl(fetched, page, source);
    if (next === undefined) {
      checkPartial(page, lists.length, source);
      checkTotal(total, listed, first.url);
      return { entries: joined(lists), pages: lists.length, digest: digestOfAll(digests) };
    }
    if (seen.has(next)) throw incomplete(source, READ_BEFORE);
    if (lists.length === MAX_PAGES) throw incomplete(source, `there are more than ${MAX_PAGES} pages`);
    // What is remembered of a page counts as well.
    bytesLeft -= fetched.body.length + next.length;
    seen.add(next);
    fetched = await fetch(next, lists.length + 1, Math.max(0, bytesLeft));
    if (fetched.url !== next && seen.has(fetched.url)) throw incomplete(source, READ_BEFORE);
  }
}

/** A page as messages name it. */
export function nameOf(url: string, number: number): string {
  return number === 1 ? publicUrl(url) : `${publicUrl(url)} (page ${number})`;
}

function checkPartial({ partial }: Page, read: number, source: string): void {
  if (partial === undefined || read >= (partial.pages ?? Number.POSITIVE_INFINITY)) return;
  throw incomplete(source, `the inventory says ${partial.says}, and names no next page`);
}

function checkTotal(total: number | undefined, listed: number, url: string): void {
  if (total !== undefined && total > listed)
    throw incomplete(publicUrl(url), `the inventory says ${total}, gave ${listed}`);
}

function joined(lists: readonly (readonly unknown[])[]): readonly unknown[] {
  const [only] = lists;
  return lists.length === 1 && only !== undefined ? only : lists.flat();
}

// A page number or a cursor is no address: what it belongs to differs from one inventory to the next.
const ADDRESS = /^(https?:\/\/|\/|\?|\.\.?\/)/i;

function nextUrl(fetched: FetchedPage, page: Page, source: string): string | undefined {
  const linked = nextLink(fetched.link);
  if (linked === undefined && page.next === undefined) return undefined;
  if (linked === undefined && !ADDRESS.test(page.next ?? ''))
    throw incomplete(source, 'its next page is named by no URL; INVENTORY_NEXT_JMESPATH can make one');
  const here = new URL(fetched.url);
  const next = URL.parse(linked ?? page.next ?? '', here.href);
  if (next === null || next.href.length > MAX_URL_LENGTH)
    throw incomplete(source, 'its next page has no URL');
  if (isDowngraded(here, next)) next.protocol = 'https:';
  if (next.origin !== here.origin)
    throw incomplete(source, `its next page is on another server, ${next.origin}`);
  next.hash = '';
  return next.href;
}

// Behind something that ends TLS, many servers believe that they are asked by http, and say so in their links.
function isDowngraded(here: URL, next: URL): boolean {
  return (
    here.protocol === 'https:' && next.protocol === 'http:' && here.host === next.host && next.port === ''
  );
}

function incomplete(source: string, why: string): AppError {
  return new AppError('incomplete', `cannot read the whole inventory from ${source}: ${why}`);
}
