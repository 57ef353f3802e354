// Whether the store is there, as far as writes have shown.

import { messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import { waitMs } from './connection.ts';

export interface StoreWatchOptions {
  readonly log: Logger;
  /** Longest wait between two tries. */
  readonly retryMs: number;
  /** A monotonic clock, ms. */
  readonly now: () => number;
}

export class StoreWatch {
  readonly #options: StoreWatchOptions;
  #failures = 0;
  #hasAnswered = false;
  #awayUntil = 0;

  constructor(options: StoreWatchOptions) {
    this.#options = options;
  }

  /** Whether the last write came about; false before the first. */
  get isThere(): boolean {
    return this.#hasAnswered;
  }

  /** Whether the last write failed, so that others would as well; false before the first. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** When it is worth another try while it fails, on the clock. */
  get awayUntil(): number {
    return this.#awayUntil;
  }

  /** To be told of a write that came about, or was refused by the store itself. @returns whether it had been away. */
  answered(): boolean {
    const wasAway = this.#failures > 1;
    if (wasAway) this.#options.log.info('queued samples are written again');
    this.#failures = 0;
    this.#hasAnswered = true;
    return wasAway;
  }

  /** To be told of a write that failed. */
  failed(error: unknown): void {
    const { log, now, retryMs } = this.#options;
    if (this.#failures === 0)
      log.warn(`cannot write queued samples: ${messageOf(error)}; they wait in Redis and are tried again`);
    this.#awayUntil = now() + waitMs(this.#failures, retryMs);
    this.#failures += 1;
    this.#hasAnswered = false;
  }
}
