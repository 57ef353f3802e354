// One poll of the inventory: conditional, page by page, inside one deadline over everything.

import { AppError } from '../../lib/errors.ts';
import { type Fetched, fetchPage, type Poll, type Requesting, startPoll } from './attempts.ts';
import type { Access } from './credentials.ts';
import { isPage, nextLink } from './link.ts';
import { type ReadPage, readPages } from './pages.ts';
import type { Validators } from './validators.ts';

export interface InventoryRequest extends Requesting {
  readonly url: string;
  readonly readPage: ReadPage;
}

/** `entries`, those of all pages, are undefined when the answer is the known one. */
export interface InventoryAnswer {
  readonly entries: readonly unknown[] | undefined;
  readonly validators: Validators;
}

/**
 * Fetches the inventory's answer, whole.
 * @param known the validators of the last answer, if what was read from it is still in memory.
 * @throws FetchError; AppError `credentials`, `incomplete` or what `readPage` throws; the signal's reason when that aborts.
 */
export async function fetchInventory(
  request: InventoryRequest,
  known: Validators | undefined,
  signal: AbortSignal,
): Promise<InventoryAnswer> {
  const poll = await startPoll(request, signal);
  const first = await fetchFirst(request, known, poll);
  const isLast = nextLink(first.link) === undefined;
  if (isLast && first.digest === known?.digest)
    return { entries: undefined, validators: validatorsOf(first) };
  const fetchNext = (url: string, number: number, maxBytes: number) =>
    fetchPage(request, { url, number, maxBytes, known: undefined }, poll);
  const { entries, digest, pages } = await readPages(
    first,
    discreet(request.readPage, poll.access),
    fetchNext,
    request.maxBytes,
  );
  const validators = pages === 1 ? validatorsOf(first) : withoutConditions(first.url, digest);
  return { entries: digest === known?.digest ? undefined : entries, validators };
}

async function fetchFirst(
  request: InventoryRequest,
  known: Validators | undefined,
  poll: Poll,
): Promise<Fetched> {
  const wanted = { url: request.url, number: 1, maxBytes: request.maxBytes };
  const first = await fetchPage(request, { ...wanted, known }, poll);
  // One page was all there was, and now others follow it.
  const hasGrown = first.same && nextLink(first.link) !== undefined;
  return hasGrown ? fetchPage(request, { ...wanted, known: undefined }, poll) : first;
}

// Some servers make the ETag of a page from its body alone: when a page that was the last gets a next one, it is the same.
function validatorsOf({ url, etag, lastModified, digest, link }: Fetched): Validators {
  return isPage(link) ? withoutConditions(url, digest) : { url, etag, lastModified, digest };
}

function withoutConditions(url: string, digest: string): Validators {
  return { url, etag: undefined, lastModified: undefined, digest };
}

// Messages show where an answer begins, and some servers repeat what they were sent.
function discreet(read: ReadPage, access: Access): ReadPage {
  return (body, source) => {
    try {
      return read(body, source);
    } catch (error) {
      if (!(error instanceof AppError) || !access.isRepeatedIn(body)) throw error;
      const why = 'it repeats a credential, so nothing of it is shown';
      throw new AppError(error.reason, `cannot use the answer of ${source}: ${why}`);
    }
  };
}
