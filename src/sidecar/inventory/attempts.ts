// One page, tried again and again inside the poll's deadline; what failed is told once, with the number of tries.

import { setTimeout as sleep } from 'node:timers/promises';
import pRetry, { type RetryContext } from 'p-retry';
import { formatDuration } from '../../lib/duration.ts';
import { AppError } from '../../lib/errors.ts';
import type { HttpAnswer, HttpClient } from '../../lib/http-client.ts';
import { publicUrl } from '../../lib/public-url.ts';
import { FetchError, type FetchFailure } from './fetch-error.ts';
import { type FetchedPage, nameOf } from './pages.ts';
import { getFollowing } from './redirects.ts';
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
  readonly userAgent: string;
  /** Over the whole poll: every request with its body, and the waits between them. */
  readonly timeoutMs: number;
  /** Of each page. */
  readonly retries: number;
  /** Before the first retry; doubles and is jittered, capped at ten seconds. */
  readonly backoffMs: number;
  readonly observer: RequestObserver;
}

/** The clocks of one poll. */
export interface Bounds {
  /** When the poll's time is over, on the monotonic clock (ms). */
  readonly deadline: number;
  /** Aborts then, or when `stop` does. */
  readonly bounded: AbortSignal;
  readonly stop: AbortSignal;
}

/** Starts the clocks of a poll. */
export function startBounds(timeoutMs: number, stop: AbortSignal): Bounds {
  const bounded = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
  return { deadline: performance.now() + timeoutMs, bounded, stop };
}

/** Which page is wanted. */
export interface Wanted {
  readonly url: string;
  /** From 1. */
  readonly number: number;
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
 * @throws FetchError, AppError `redirect`, or the signal's reason when `bounds.stop` aborts.
 */
export async function fetchPage(requesting: Requesting, wanted: Wanted, bounds: Bounds): Promise<Fetched> {
  const tries: FetchError[] = [];
  const attempt = (number: number) => {
    if (number > 1) requesting.observer.retried();
    return tryOnce(requesting, wanted, bounds.bounded);
  };
  try {
    return await pRetry(attempt, {
      retries: requesting.retries,
      minTimeout: requesting.backoffMs,
      maxTimeout: 10_000,
      randomize: true,
      signal: bounds.bounded,
      onFailedAttempt: (context) => waitAsAsked(context, tries, bounds),
      shouldRetry: ({ error }) => error instanceof FetchError && error.retryable,
    });
  } catch (error) {
    bounds.stop.throwIfAborted();
    throw explain(nameOf(wanted.url, wanted.number), error, tries, requesting.timeoutMs);
  }
}

async function tryOnce(requesting: Requesting, wanted: Wanted, signal: AbortSignal): Promise<Fetched> {
  try {
    const { url, answer } = await getFollowing((at) => getOnce(requesting, wanted, at, signal), wanted.url);
    return judge(answer, url, wanted);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AppError && !(error instanceof FetchError) ? fromClient(error) : error;
  }
}

async function getOnce(
  { client, userAgent, observer }: Requesting,
  { maxBytes, known }: Wanted,
  url: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const start = performance.now();
  const headers = { 'user-agent': userAgent, accept: 'application/json', ...conditions(known, url) };
  try {
    return await client.get(url, { headers, maxBytes, signal });
  } finally {
    observer.requested(performance.now() - start);
  }
}

function fromClient(error: AppError): FetchError {
  const retryable = error.reason === 'dns' || error.reason === 'connection';
  return new FetchError(error.reason as FetchFailure, error.message, { retryable });
}

function judge(answer: HttpAnswer, url: string, { url: asked, known }: Wanted): Fetched {
  const { etag, 'last-modified': lastModified, link } = answer.headers;
  if (answer.status === 304 && known?.url === url) return { same: true, ...known, link, body: answer.body };
  if (answer.status !== 200) throw refused(answer, url === asked ? '' : ` (redirected to ${publicUrl(url)})`);
  return { same: false, url, etag, lastModified, link, body: answer.body, digest: digestOf(answer.body) };
}

function refused({ status, headers }: HttpAnswer, hint: string): FetchError {
  const retryable = status === 408 || status === 425 || status === 429 || status >= 500;
  return new FetchError('status', `${status}${hint}`, {
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
  { deadline, bounded: signal }: Bounds,
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
