// The bounds of the queue in Redis.

import type { StreamBounds } from './stream.ts';

/** Milliseconds, bytes and entries. */
export interface Bounds extends StreamBounds {
  readonly batchBytes: number;
  readonly underwayBytes: number;
  readonly readEntries: number;
  readonly readBytes: number;
  readonly maxDeliveries: number;
  readonly claimAfterMs: number;
  readonly blockMs: number;
  readonly answerMs: number;
  readonly retryMs: number;
  readonly closeMs: number;
  readonly promiseMs: number;
  /** A connection that lasts so long is no longer one that comes and goes. */
  readonly settledMs: number;
}

const MB = 2 ** 20;
export const DEFAULT_BOUNDS: Bounds = {
  entries: 100_000,
  bytes: 512 * MB,
  deadLetters: 1000,
  deadLetterBytes: 64 * MB,
  batchBytes: 32 * MB,
  underwayBytes: 64 * MB,
  readEntries: 500,
  readBytes: 8 * MB,
  maxDeliveries: 5,
  claimAfterMs: 60_000,
  blockMs: 1000,
  answerMs: 5000,
  retryMs: 5000,
  closeMs: 10_000,
  promiseMs: 10_000,
  settledMs: 5000,
};
