// What happened so far, as a value: each pass makes the next one from the last.

import { AppError, messageOf } from '../lib/errors.ts';
import { FetchError } from './inventory/fetch-error.ts';
import type { Moment } from './moment.ts';
import type { Outcome } from './sync.ts';
import { WriteError } from './targets/write-error.ts';

/** How a pass failed. `reason` is the label of `inventory_sd_poll_failures_total`. */
export interface Failure {
  readonly kind: 'failed';
  readonly reason: string;
  readonly message: string;
  /** How long the inventory asked to be left alone. */
  readonly retryAfterMs: number | undefined;
  /** What was thrown. */
  readonly cause: unknown;
}

export type PassResult = Outcome | Failure;

export interface Status {
  readonly startedAt: Moment;
  readonly lastAttempt: Moment | undefined;
  /** The last time the inventory gave a whole, readable answer, held or not. */
  readonly lastSuccess: Moment | undefined;
  readonly lastResult: PassResult | undefined;
  readonly consecutiveFailures: number;
}

/** The status before the first pass. */
export function initialStatus(startedAt: Moment): Status {
  return {
    startedAt,
    lastAttempt: undefined,
    lastSuccess: undefined,
    lastResult: undefined,
    consecutiveFailures: 0,
  };
}

/** The status after a pass that began at `began` and ended at `ended`. */
export function afterPass(status: Status, result: PassResult, began: Moment, ended: Moment): Status {
  const failed = result.kind === 'failed';
  // A list that could not be written was answered nevertheless.
  const answered = !failed || result.reason === 'write';
  return {
    ...status,
    lastAttempt: began,
    lastSuccess: answered ? ended : status.lastSuccess,
    lastResult: result,
    consecutiveFailures: failed ? status.consecutiveFailures + 1 : 0,
  };
}

/** Whatever a pass threw, as a result. A failed write counts as `write`, anything unexpected as `internal`. */
export function failureOf(error: unknown): Failure {
  const known = error instanceof AppError ? error.reason : 'internal';
  const reason = error instanceof WriteError ? 'write' : known;
  const retryAfterMs = error instanceof FetchError ? error.retryAfterMs : undefined;
  return { kind: 'failed', reason, message: messageOf(error), retryAfterMs, cause: error };
}

/** The Unix milliseconds of an instant on the monotonic clock. */
export function wallOf(mono: number, now: Moment): number {
  return now.wall + mono - now.mono;
}

/** How long ago the inventory last gave an answer: since the start, when it never has. Milliseconds. */
export function ageOf(status: Status, now: Moment): number {
  return now.mono - (status.lastSuccess ?? status.startedAt).mono;
}
