// Why no whole answer came.

import { AppError } from '../../lib/errors.ts';
import { HTTP_FAILURES } from '../../lib/http-client-failures.ts';

/** Every reason, as the metrics count them. */
export const FETCH_FAILURES = [
  ...HTTP_FAILURES,
  'credentials',
  'token',
  'redirect',
  'status',
  'timeout',
  'incomplete',
] as const;
export type FetchFailure = (typeof FETCH_FAILURES)[number];

export interface FetchErrorDetails {
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  /** Of the HTTP answer, when there was one. */
  readonly status?: number | undefined;
}

/** A request that failed; `retryAfterMs` when the inventory asked to be left alone for that long. */
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
