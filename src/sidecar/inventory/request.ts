// One poll of the inventory: conditional, retried, inside one deadline over everything.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pRetry, { type RetryContext } from 'p-retry';
import { formatDuration } from '../../lib/duration.ts';
import { AppError } from '../../lib/errors.ts';
import { HTTP_FAILURES, type HttpAnswer, type HttpClient } from '../../lib/http-client.ts';
import { publicUrl } from '../../lib/public-url.ts';
import { retryAfter } from './retry-after.ts';

/** Why no answer came. */
export const FETCH_FAILURES = [...HTTP_FAILURES, 'status', 'timeout'] as const;
export type FetchFailure = (typeof FETCH_FAILURES)[number];

/** Told of every single request, for the metrics. */
export interface RequestObserver {
  requested(milliseconds: number): void;
  retried(): void;
}

export interface InventoryRequest {
  readonly client: HttpClient;
  readonly url: string;
  readonly userAgent: string;
  /** Over the whole poll: every request with its body, and the waits between them. */
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxBytes: number;
  /** Before the first retry; doubles and is jittered, capped at ten seconds. */
  readonly backoffMs: number;
  readonly observer: RequestObserver;
}

/** What tells one answer from the next. Kept only while what was read from the answer is in memory. */
export interface Validators {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly digest: string;
}

/** `body` is undefined when the answer is the one whose validators were sent. */
export interface InventoryAnswer {
  readonly body: Buffer | undefined;
  readonly validators: Validators;
}

export interface FetchErrorDetails {
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  /** Of the HTTP answer, when there was one. */
  readonly status?: number | undefined;
}

/** A failed fetch; `retryAfterMs` when the inventory asked to be left alone for that long. */
export class FetchError extends AppError<FetchFailure> {
  readonly retryAfterMs: number | undefined;
  readonly retryable: boolean;
  readonly status: number | undefined;

  constructor(reason: FetchFailure, message: string, details: FetchErrorDetails) {
    super(reason, message);
    this.retryAfterMs = details.retryAfterMs;
    this.retryable = details.retryable;
    this.status = details.status;
  }
}

/**
 * Fetches the inventory's answer.
 * @param known the validators of the last answer, if what was read from it is still in memory.
 * @throws FetchError, or the signal's reason when that aborts.
 */
export async function fetchInventory(
  request: InventoryRequest,
  known: Validators | undefined,
  signal: AbortSignal,
): Promise<InventoryAnswer> {
  const tries: FetchError[] = [];
  const deadline = performance.now() + request.timeoutMs;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)]);
  try {
    const attempt = (number: number) => {
      if (number > 1) request.observer.retried();
      return tryOnce(request, known, bounded);
    };
    return await pRetry(attempt, {
      retries: request.retries,
      minTimeout: request.backoffMs,
      maxTimeout: 10_000,
      randomize: true,
      signal: bounded,
      onFailedAttempt: (context) => waitAsAsked(context, tries, deadline, bounded),
      shouldRetry: ({ error }) => error instanceof FetchError && error.retryable,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw explain(request, error, tries);
  }
}

async function tryOnce(
  request: InventoryRequest,
  known: Validators | undefined,
  signal: AbortSignal,
): Promise<InventoryAnswer> {
  const start = performance.now();
  try {
    const headers = { 'user-agent': request.userAgent, accept: 'application/json', ...conditions(known) };
    const answer = await request.client.get(request.url, { headers, maxBytes: request.maxBytes, signal });
    return judge(answer, known);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AppError && !(error instanceof FetchError) ? fromClient(error) : error;
  } finally {
    request.observer.requested(performance.now() - start);
  }
}

function fromClient(error: AppError): FetchError {
  const retryable = error.reason === 'dns' || error.reason === 'connection';
  return new FetchError(error.reason as FetchFailure, error.message, { retryable });
}

function conditions(known: Validators | undefined): Record<string, string> {
  return {
    ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  };
}

function judge(answer: HttpAnswer, known: Validators | undefined): InventoryAnswer {
  if (answer.status === 304 && known !== undefined) return { body: undefined, validators: known };
  if (answer.status !== 200) throw refused(answer);
  const digest = createHash('sha256').update(answer.body).digest('base64');
  const { etag, 'last-modified': lastModified } = answer.headers;
  const body = digest === known?.digest ? undefined : answer.body;
  return { body, validators: { etag, lastModified, digest } };
}

function refused({ status, headers }: HttpAnswer): FetchError {
  const retryable = status === 408 || status === 425 || status === 429 || status >= 500;
  const hint = status >= 300 && status < 400 && status !== 304 ? ' (redirects are not followed)' : '';
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
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  if (!(error instanceof FetchError)) return;
  tries.push(error);
  if (!error.retryable || retriesLeft === 0 || error.retryAfterMs === undefined) return;
  if (performance.now() + Math.max(error.retryAfterMs, retryDelay) >= deadline) throw error;
  await sleep(Math.max(0, error.retryAfterMs - retryDelay), undefined, { signal });
}

function explain(request: InventoryRequest, error: unknown, tries: readonly FetchError[]): unknown {
  const where = publicUrl(request.url);
  const last = tries.at(-1);
  if (error instanceof FetchError) {
    const count = tries.length > 1 ? ` after ${tries.length} tries` : '';
    const what =
      error.reason === 'status' ? `: ${error.message} from ${where}` : ` from ${where}: ${error.message}`;
    return new FetchError(error.reason, `cannot fetch inventory${what}${count}`, error);
  }
  if (!isTimeout(error)) return error;
  const before = last === undefined ? '' : ` (before that: ${last.message}, ${tries.length} times)`;
  const message = `cannot fetch inventory: no whole answer from ${where} within ${formatDuration(request.timeoutMs)}${before}`;
  return new FetchError('timeout', message, { retryAfterMs: last?.retryAfterMs, retryable: true });
}

// A sleep that the deadline ends throws an AbortError whose cause is the signal's reason.
function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || isTimeout(error.cause));
}
