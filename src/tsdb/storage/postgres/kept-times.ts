// Which times are kept: by the clock, by the newest sample, and by the retention.

import type { Bounds } from './judge.ts';
import type { PostgresStoreOptions } from './options.ts';

type Options = Pick<PostgresStoreOptions, 'now' | 'aheadMs' | 'outOfOrderMs' | 'retentionMs'>;

export class KeptTimes {
  readonly #options: Options;
  #newest = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What is older goes. By the newest sample as well: a clock that jumps ahead must not make everything expire. */
  get oldest(): number {
    const { now, retentionMs } = this.#options;
    return Math.min(now(), this.#newest) - retentionMs;
  }

  /** Of samples that come now. */
  bounds(): Bounds {
    const { now, aheadMs, outOfOrderMs } = this.#options;
    return { oldest: this.oldest, newest: now() + aheadMs, lateMs: outOfOrderMs };
  }

  /** To be told the times of samples. What is too far in the future was not stored. */
  saw(time: number): void {
    const { now, aheadMs } = this.#options;
    if (time > this.#newest && time <= now() + aheadMs) this.#newest = time;
  }
}
