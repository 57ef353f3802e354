// One page, tried again and again inside the poll's deadline; what failed is told once, with the number of tries.

import { setTimeout as sleep } from 'node:timers/promises';
import pRetry, { type RetryContext } from 'p-retry';
import { formatByteSize } from '../../lib/byte-size.ts';
import { formatDuration } from '../../lib/duration.ts';
import { AppError } from '../../lib/errors.ts';
import type { HttpAnswer, HttpClient } from '../../lib/http-client.ts';
import { publicUrl } from '../../lib/public-url.ts';
import type { Access, Credentials } from './credentials.ts';
import { FetchError, type FetchFailure } from './fetch-error.ts';
import { type FetchedPage, nameOf } from './pages.ts';
import { type Followed, getFollowing } from './redirects.ts';
import { retryAfter } from './retry-after.ts';
import { conditions, digestOf, type Validators } from './validators.ts';

/** Told of every single request, for the metrics. */
export interface RequestObserver {
  requested(milliseconds: number): void;
  retried(): void;
}

/** How single requests are made. */
export interface Requesting {
  readonly client: HttpClient;
  readonly credentials: Credentials;
  readonly userAgent: string;
  /** Over the whole poll: every request with its body, and the waits between them. */
  readonly timeoutMs: number;
  /** Of each page. */
  readonly retries: number;
  /** Over all pages, decompressed. */
  readonly maxBytes: number;
  /** Before the first retry; doubles and is jittered, capped at ten seconds. */
  readonly backoffMs: number;
  readonly observer: RequestObserver;
}

/** One poll: its clocks and its credentials. */
export interface Poll {
  /** When its time is over, on the monotonic clock (ms). */
  readonly deadline: number;
  /** Aborts then, or when `stop` does. */
  readonly bounded: AbortSignal;
  readonly stop: AbortSignal;
  readonly access: Access;
}

/** Starts the clocks of a poll and reads its credentials. @throws AppError `credentials`. */
export async function startPoll({ timeoutMs, credentials }: Requesting, stop: AbortSignal): Promise<Poll> {
  const deadline = performance.now() + timeoutMs;
  const bounded = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
  return { deadline, bounded, stop, access: await credentials.open() };
}

/** Which page is wanted. */
export interface Wanted {
  readonly url: string;
  /** From 1. */
  readonly number: number;
  /** What the pages before it left of `Requesting.maxBytes`. */
  readonly maxBytes: number;
  readonly known: Validators | undefined;
}

/** A page and what tells it from its next version; `same` when it is the known one, and then without body. */
export interface Fetched extends FetchedPage {
  readonly same: boolean;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/**
 * Fetches one page.
 * @throws FetchError, AppError `redirect`, or the signal's reason when `poll.stop` aborts.
 */
export async function fetchPage(requesting: Requesting, wanted: Wanted, poll: Poll): Promise<Fetched> {
  const tries: FetchError[] = [];
  const attempt = (number: number) => {
    if (number > 1) requesting.observer.retried();
    return tryOnce(requesting, wanted, poll);
  };
  try {
    return await pRetry(attempt, {
      retries: requesting.retries,
      minTimeout: requesting.backoffMs,
      maxTimeout: 10_000,
      randomize: true,
      signal: poll.bounded,
      onFailedAttempt: (context) => waitAsAsked(context, tries, poll),
      shouldRetry: ({ error }) => error instanceof FetchError && error.retryable,
    });
  } catch (error) {
    poll.stop.throwIfAborted();
    throw explain(nameOf(wanted.url, wanted.number), error, tries, requesting.timeoutMs);
  }
}

async function tryOnce(requesting: Requesting, wanted: Wanted, poll: Poll): Promise<Fetched> {
  try {
    const ask = () => getFollowing((at) => getOnce(requesting, wanted, at, poll), wanted.url);
    let followed = await ask();
    if (followed.answer.status === 401 && poll.access.renew()) {
      requesting.observer.retried();
      followed = await ask();
    }
    return judge(followed, wanted, poll.access);
  } catch (error) {
    poll.bounded.throwIfAborted();
    if (!(error instanceof AppError) || error instanceof FetchError) throw error;
    throw fromClient(error, requesting, wanted);
  }
}

async function getOnce(
  { client, userAgent, observer }: Requesting,
  { maxBytes, known }: Wanted,
  url: string,
  { access, bounded: signal }: Poll,
): Promise<HttpAnswer> {
  const shown = await access.for(url, signal);
  const start = performance.now();
  const ours = { 'user-agent': userAgent, accept: 'application/json' };
  const headers = { ...ours, ...shown.headers, ...conditions(known, url) };
  try {
    return await client.get(url, { headers, maxBytes, signal, tls: shown.tls });
  } finally {
    observer.requested(performance.now() - start);
  }
}

function fromClient({ reason, message }: AppError, requesting: Requesting, wanted: Wanted): FetchError {
  const retryable = reason === 'dns' || reason === 'connection' || reason === 'proxy';
  const words = reason === 'too_large' ? tooLarge(requesting, wanted) : message + hintOn(reason, message);
  return new FetchError(reason as FetchFailure, words, { retryable });
}

function tooLarge({ maxBytes }: Requesting, { number }: Wanted): string {
  const what = number === 1 ? 'the answer is' : 'the pages are together';
  return `${what} larger than INVENTORY_MAX_BYTES (${formatByteSize(maxBytes)})`;
}

// Which setting helps.
function hintOn(reason: string, message: string): string {
  if (reason === 'tls' && message.includes('no authority that is trusted')) return '; see INVENTORY_CA_FILE';
  return message.includes('client certificate') ? '; see INVENTORY_CERT_FILE' : '';
}

function judge({ url, answer }: Followed, { url: asked, known }: Wanted, access: Access): Fetched {
  const { etag, 'last-modified': lastModified, link } = answer.headers;
  if (answer.status === 304 && known?.url === url) return { same: true, ...known, link, body: answer.body };
  if (answer.status === 200)
    return { same: false, url, etag, lastModified, link, body: answer.body, digest: digestOf(answer.body) };
  const circumstances = [
    ...(url === asked ? [] : [`redirected to ${publicUrl(url)}`]),
    ...(answer.proxy === undefined ? [] : [`through the proxy ${answer.proxy}`]),
    ...(answer.status === 401 || answer.status === 403 ? [sentTo(url, access)] : []),
  ];
  throw refused(answer, circumstances.length === 0 ? '' : ` (${circumstances.join('; ')})`);
}

function sentTo(url: string, access: Access): string {
  const settings = access.settingsFor(url);
  return settings.length === 0 ? 'no credential was sent' : `sent: ${settings.join(', ')}`;
}

function refused({ status, headers }: HttpAnswer, circumstances: string): FetchError {
  const retryable = status === 408 || status === 425 || status === 429 || status >= 500;
  return new FetchError('status', `${status}${circumstances}`, {
    retryAfterMs: retryAfter(headers['retry-after'], Date.now()),
    retryable,
    status,
  });
}

// p-retry knows no Retry-After and waits `retryDelay` after this: so the rest is waited for here, if all of it fits into
// the deadline; if not, the poll ends.
async function waitAsAsked(
  { error, retriesLeft, retryDelay }: RetryContext,
  tries: FetchError[],
  { deadline, bounded: signal }: Poll,
): Promise<void> {
  if (!(error instanceof FetchError)) return;
  tries.push(error);
  if (!error.retryable || retriesLeft === 0 || error.retryAfterMs === undefined) return;
  if (performance.now() + Math.max(error.retryAfterMs, retryDelay) >= deadline) throw error;
  await sleep(Math.max(0, error.retryAfterMs - retryDelay), undefined, { signal });
}

function explain(where: string, error: unknown, tries: readonly FetchError[], timeoutMs: number): unknown {
  const last = tries.at(-1);
  if (error instanceof FetchError) {
    const count = tries.length > 1 ? ` after ${tries.length} tries` : '';
    return new FetchError(error.reason, `cannot fetch inventory${told(error, where)}${count}`, error);
  }
  if (!isTimeout(error)) return error;
  const before = last === undefined ? '' : ` (before that: ${last.message}, ${tries.length} times)`;
  const message = `cannot fetch inventory: no whole answer from ${where} within ${formatDuration(timeoutMs)}${before}`;
  return new FetchError('timeout', message, { retryAfterMs: last?.retryAfterMs, retryable: true });
}

function told({ reason, message }: FetchError, where: string): string {
  if (reason === 'status') return `: ${message} from ${where}`;
  return reason === 'redirect' ? `: ${message}` : ` from ${where}: ${message}`;
}

// A sleep that the deadline ends throws an AbortError whose cause is the signal's reason.
function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || isTimeout(error.cause));
}
